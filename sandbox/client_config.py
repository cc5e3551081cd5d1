"""The settings as clients are told them (client_config.tsv), all as texts."""

import base64
import hashlib
from functools import cache
from importlib.resources import files

from sandbox.world import World

COLUMNS = ("5.37", "9.11", "11.2", "11.6")
ABSENT, SAME = "-", "="

LIVE = {
    "EnableAPIUserDeletion": "ServiceSettings",
    "EnableBotAccountCreation": "ServiceSettings",
    "EnableCommands": "ServiceSettings",
    "EnableCustomEmoji": "ServiceSettings",
    "EnableDeveloper": "ServiceSettings",
    "EnableFileAttachments": "FileSettings",
    "EnableIncomingWebhooks": "ServiceSettings",
    "EnableLinkPreviews": "ServiceSettings",
    "EnableOpenServer": "TeamSettings",
    "EnableOutgoingWebhooks": "ServiceSettings",
    "EnablePermalinkPreviews": "ServiceSettings",
    "EnablePostIconOverride": "ServiceSettings",
    "EnablePostUsernameOverride": "ServiceSettings",
    "EnablePublicLink": "FileSettings",
    "EnableTesting": "ServiceSettings",
    "EnableUserAccessTokens": "ServiceSettings",
    "EnableUserCreation": "TeamSettings",
    "EnableUserDeactivation": "TeamSettings",
    "MaxFileSize": "FileSettings",
    "PostEditTimeLimit": "ServiceSettings",
    "RequireEmailVerification": "EmailSettings",
    "RestrictDirectMessage": "TeamSettings",
    "SiteURL": "ServiceSettings",
    "UniqueEmojiReactionLimitPerPost": "ServiceSettings",
}
"""The sections of those that an admin can change here; the others are as on the recorded servers."""


@cache
def _table(column: str) -> dict[str, tuple[str, bool]]:
    """Return value and openness of each setting in the form of one version."""
    found: dict[str, tuple[str, bool]] = {}
    lines = files("sandbox").joinpath("client_config.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for line in lines:
        name, *cells = line.split("\t")
        value = ABSENT
        for cell in cells[: COLUMNS.index(column) + 1]:
            value = value if cell == SAME else cell
        if value != ABSENT:
            found[name.removesuffix("*")] = (value, name.endswith("*"))
    return found


def client_config(world: World, *, logged_in: bool) -> dict[str, str]:
    """Return the settings for clients; fewer of them before login."""
    table = _table(world.caps.client_config)
    own = _own(world)
    return {name: own.get(name, value) for name, (value, is_open) in table.items() if logged_in or is_open}


def _own(world: World) -> dict[str, str]:
    """Return the settings that differ from server to server."""
    values = {name: _text(world.config.get(section, name)) for name, section in LIVE.items()}
    privacy = "PrivacySettings"
    identity = hashlib.sha512(world.identity.encode()).digest()
    key = b"0Y0\x13\x06\x07*\x86H\xce=\x02\x01\x06\x08*\x86H\xce=\x03\x01\x07\x03B\x00\x04" + identity
    return values | {
        "AsymmetricSigningPublicKey": base64.b64encode(key).decode(),
        "BuildHash": hashlib.sha1(world.caps.number.encode(), usedforsecurity=False).hexdigest()[:7],
        "BuildNumber": world.caps.number,
        "DiagnosticId": world.identity,
        "InstallationDate": str(min((user.create_at for user in world.state.users), default=0)),
        "NoAccounts": _text(not len(world.state.users)),
        "ShowEmailAddress": _text(world.config.get(privacy, "ShowEmailAddress")),
        "ShowFullName": _text(world.config.get(privacy, "ShowFullName")),
        "TelemetryId": world.identity,
        "Version": world.caps.number,
    }


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
