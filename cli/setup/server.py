"""The server’s own settings without which the bot can’t work; changed only when the operator says so."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from cli.admin import Admin, ServerSettings
from cli.reach import SETTING, host_of, must_be_allowed
from cli.setup.changes import Changes

EDITS = "PostEditTimeLimit"
EDITS_LIMITED_SINCE = (6, 0)
"""Before, it took a licence."""


@dataclass(frozen=True, slots=True)
class WrongSetting:
    """A setting, the value it should have, and why."""

    section: str
    name: str
    value: Any
    why: str

    @property
    def said(self) -> str:
        """The value as the server’s console shows it."""
        return str(self.value).lower() if isinstance(self.value, bool) else str(self.value)

    @property
    def sentence(self) -> str:
        """What to do about it."""
        return f"{self.why} : mettez {self.section}.{self.name} à « {self.said} », ou relancez avec --fix-server."


async def wrong_settings(admin: Admin, url: str, public_url: str, *, makes_bot: bool) -> AsyncIterator[WrongSetting]:
    """Each setting that keeps the bot from working."""
    settings = await admin.settings()
    service = "ServiceSettings"
    if makes_bot and settings.get(service, "EnableBotAccountCreation") is False:
        yield WrongSetting(service, "EnableBotAccountCreation", True, "Le serveur n’autorise pas les comptes de bot")
    if settings.get(service, "EnableCommands") is False:
        yield WrongSetting(service, "EnableCommands", True, "Le serveur n’exécute pas les commandes personnalisées")
    if not await admin.site_url():
        yield WrongSetting(service, "SiteURL", url, "Le serveur ne connaît pas sa propre adresse")
    if wrong := await _check_allowed(settings, public_url):
        yield wrong
    if admin.client.capabilities.version >= EDITS_LIMITED_SINCE and int(settings.get(service, EDITS, -1)) >= 0:
        why = "Passé un délai, le serveur refuse que le bot corrige ses messages, qui restent alors comme ils étaient"
        yield WrongSetting(service, EDITS, -1, why)


async def _check_allowed(settings: ServerSettings, public_url: str) -> WrongSetting | None:
    section, name = SETTING.split(".")
    allowed, host = settings.get(section, name), host_of(public_url)
    if allowed is None or not await must_be_allowed(host, str(allowed)):
        return None
    return WrongSetting(
        section, name, f"{allowed} {host}".strip(), f"Le serveur refuse d’appeler le bot à l’adresse {host}"
    )


async def server_settings(admin: Admin, changes: Changes, wrong: list[WrongSetting], *, fix: bool) -> None:
    """Mend the settings, or keep a sentence on each."""
    for each in wrong:
        if not fix:
            changes.fault(each.sentence)
            continue
        await changes.do(
            f"Réglage {each.section}.{each.name} du serveur",
            (f"à mettre à « {each.said} »", f"mis à « {each.said} »"),
            partial(admin.change_settings, each.section, each.name, each.value),
        )
