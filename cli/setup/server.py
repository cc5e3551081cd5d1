"""The server’s own settings without which the bot can’t work, whom it may call, and what addresses are worth on it."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from cli.admin import Admin, ServerSettings
from cli.setup.changes import Changes

EDITS = "PostEditTimeLimit"
EDITS_LIMITED_SINCE = (6, 0)
"""The first version that can limit edits without a licence."""


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
        """Say what to do about it."""
        return f"{self.why} : mettez {self.section}.{self.name} à « {self.said} », ou relancez avec --fix-server."


async def wrong_settings(admin: Admin, url: str, public_url: str, *, makes_bot: bool) -> AsyncIterator[WrongSetting]:
    """List each setting that keeps the bot from working."""
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


VERIFY = "EmailSettings.RequireEmailVerification"


@dataclass(frozen=True, slots=True)
class Worth:
    """What holds, and what to do if it should be otherwise."""

    text: str
    is_warning: bool


def worth_of_addresses(trust: str, domains: Sequence[str], *, verified: bool) -> Worth:
    """Say what follows from COOP_TRUST_ADDRESSES, and from whether the server verifies addresses."""
    named = ", ".join(f"@{domain}" for domain in domains)
    if not domains or trust == "non":
        return Worth("Les conseillers sont ceux du registre (« coop-bot role ») : les adresses ne comptent pas.", False)
    if verified:
        return Worth(f"Le serveur fait vérifier les adresses : celles en {named} désignent des conseillers.", False)
    if trust == "oui":
        return Worth(
            f"COOP_TRUST_ADDRESSES=oui, mais le serveur ne fait pas vérifier les adresses ({VERIFY}) : à moins "
            f"qu’elles ne viennent d’un annuaire, n’importe qui peut s’en donner une en {named} et devenir conseiller.",
            True,
        )
    return Worth(
        f"Le serveur ne fait pas vérifier les adresses ({VERIFY}) : n’importe qui peut s’en donner une en {named}, "
        "elles ne désignent donc personne. Inscrivez les conseillers par « coop-bot role NOM conseiller » ; ou faites "
        "vérifier les adresses (attention : qui n’a pas vérifié la sienne ne peut alors plus se connecter) ; ou, si "
        "elles viennent d’un annuaire que les personnes ne changent pas, mettez COOP_TRUST_ADDRESSES=oui.",
        True,
    )


SETTING = "ServiceSettings.AllowedUntrustedInternalConnections"


def host_of(url: str) -> str:
    """Return the host of an address, without port or brackets."""
    return urlsplit(url).hostname or ""


def is_loopback(host: str) -> bool:
    """Return whether only this very machine can mean it."""
    address = _address(host)
    return host == "localhost" or bool(address and address.is_loopback)


async def must_be_allowed(host: str, allowed: str) -> bool:
    """Return whether the server will refuse to call this host until its setting lists it.

    Names are looked up from here, which the server may see otherwise; one that nobody here knows, without a dot,
    is taken for a neighbour in the same private network.
    """
    listed = [entry for entry in re.split(r"[\s,]+", allowed) if entry]
    if host in listed:
        return False
    addresses = await _addresses(host)
    if not addresses:
        return "." not in host
    return any(_is_internal(a) and not any(_covers(entry, a) for entry in listed) for a in addresses)


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


async def _addresses(host: str) -> list[Address]:
    if literal := _address(host):
        return [literal]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [address for *_, place in found if (address := _address(str(place[0])))]


def _is_internal(address: Address) -> bool:
    return not address.is_global or address.is_multicast


def _covers(entry: str, address: Address) -> bool:
    try:
        return address in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
