"""The server's settings: the defaults of a real one, what an admin changed, what clients may read."""

import hashlib
import json
from typing import Any

from sandbox.choices import Setting
from sandbox.state import State

Sections = dict[str, dict[str, Any]]

DEFAULTS: Sections = {
    "ServiceSettings": {
        "SiteURL": "",
        "EnableCommands": True,
        # False on a fresh real server; the recorded ones allowed both.
        "EnableBotAccountCreation": True,
        "EnableUserAccessTokens": True,
        "EnableIncomingWebhooks": True,
        "EnableOutgoingWebhooks": True,
        "EnablePostUsernameOverride": False,
        "EnablePostIconOverride": False,
        "EnableDeveloper": False,
        "EnableTesting": False,
        # True on a fresh real server; nothing here fetches other pages.
        "EnableLinkPreviews": False,
        "EnablePermalinkPreviews": True,
        "EnableAPIPostDeletion": False,
        "EnableAPIChannelDeletion": False,
        "EnableAPITeamDeletion": False,
        "EnableAPIUserDeletion": False,
        "EnableCustomEmoji": True,
        "EnableEmailInvitations": False,
        "ExperimentalEnableHardenedMode": False,
        "ExperimentalViewArchivedChannels": True,
        "DisableBotsWhenOwnerIsDeactivated": True,
        "AllowedUntrustedInternalConnections": "127.0.0.1 localhost ::1",
        "OutgoingIntegrationRequestsTimeout": 30,
        "MaximumPayloadSizeBytes": 300000,
        "MaximumURLLength": 2048,
        "PostEditTimeLimit": -1,
        "UniqueEmojiReactionLimitPerPost": 50,
    },
    "TeamSettings": {
        "SiteName": "Mattermost",
        "EnableOpenServer": True,
        "EnableUserCreation": True,
        "EnableUserDeactivation": False,
        "MaxUsersPerTeam": 50,
        "MaxChannelsPerTeam": 2000,
        "MaxNotificationsPerChannel": 1000,
        "RestrictDirectMessage": "any",
    },
    "EmailSettings": {"RequireEmailVerification": False},
    "PrivacySettings": {"ShowEmailAddress": True, "ShowFullName": True, "UseAnonymousURLs": False},
    "FileSettings": {
        "EnableFileAttachments": True,
        "MaxFileSize": 104857600,
        "EnablePublicLink": False,
        "EnableMobileUpload": True,
        "EnableMobileDownload": True,
    },
    "RateLimitSettings": {
        "Enable": False,
        "PerSec": 10,
        "MaxBurst": 100,
        "MemoryStoreSize": 10000,
        "VaryByRemoteAddr": True,
        "VaryByUser": False,
        "VaryByHeader": "",
    },
    "LocalizationSettings": {"DefaultServerLocale": "en", "DefaultClientLocale": "en"},
}


class Config:
    """The settings by section; those that differ from their defaults are saved with the state."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._digest = ""
        self.fixed: Sections = {}
        """What the server's environment says: it wins over whatever an admin changes."""

    def get(self, section: str, name: str) -> Any:
        """Return a setting."""
        if name in self.fixed.get(section, {}):
            return self.fixed[section][name]
        changed = self._state.settings.get(section + name)
        return DEFAULTS[section][name] if changed is None else changed.value

    def service(self, name: str) -> Any:
        """Return a value of the section ServiceSettings."""
        return self.get("ServiceSettings", name)

    def set(self, section: str, name: str, value: Any) -> None:
        """Change a setting."""
        self._digest = ""
        changed = self._state.settings.get(section + name)
        if changed is None:
            self._state.settings.add(Setting(section, name, value))
        else:
            changed.value = value

    def patch(self, sections: Sections) -> None:
        """Change the settings named; sections and names that no server knows are left out."""
        for section, settings in sections.items():
            for name, value in settings.items():
                if name in DEFAULTS.get(section, {}):
                    self.set(section, name, value)

    @property
    def digest(self) -> str:
        """A digest of all settings, which changes whenever one does."""
        if not self._digest:
            text = json.dumps(self.as_dict(), sort_keys=True)
            self._digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        return self._digest

    def as_dict(self) -> Sections:
        """Return every setting."""
        return {section: {name: self.get(section, name) for name in settings} for section, settings in DEFAULTS.items()}
