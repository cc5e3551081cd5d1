"""The examination of the bot’s place in Mattermost: the server, its account, its rights and its rooms."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime

import aiohttp

from bot.capabilities import NEWEST_TRIED
from bot.errors import ChatError
from bot.french import join
from bot.mattermost import AioClient, ChatUser, Mattermost
from bot.mattermost.client import API
from cli.admin import Admin, TeamIdentity
from cli.checks import explain_old_server
from cli.doctor.findings import CheckFindings
from cli.environment import open_database
from cli.faults import certificate_fault, chat_fault
from cli.rights import RightsNeeded, explain_excess, look_up
from cli.setup.server import host_of, is_loopback, worth_of_addresses
from config.canaux import PlannedChannel
from config.settings import Settings
from storage.canaux import list_planned

CLOCK_APART_MAX = 10.0
"""The most seconds that the clocks of the bot and of Mattermost may differ."""
HELLO_WAITED_MAX = 10.0


async def server(client: AioClient, findings: CheckFindings, clock: Callable[[], datetime]) -> bool:
    """Examine whether it answers, with TLS in order, which version it is, and what its clock says."""
    try:
        async with client.session.get(f"{client.url}{API}/system/ping") as reply:
            date, version = reply.headers.get("Date"), reply.headers.get("X-Version-Id", "")
            await reply.read()
    except aiohttp.ClientSSLError as error:
        findings.fault(certificate_fault(ChatError(0, type(error).__name__), host_of(client.url)) or "")
        return False
    except (aiohttp.ClientError, TimeoutError, OSError):
        findings.fault(chat_fault(ChatError(0)))
        return False
    if reply.status != 200 or not version:
        findings.fault("COOP_MATTERMOST_URL ne mène pas à un serveur Mattermost : vérifiez l’adresse.")
        return False
    if client.url.startswith("http://") and not is_loopback(host_of(client.url)):
        findings.note("COOP_MATTERMOST_URL est en http : le jeton du bot voyage en clair, préférez https.")
    _clock(findings, date, clock())
    return True


def _clock(findings: CheckFindings, date: str | None, now: datetime) -> None:
    if not date:
        return
    # The header says whole seconds.
    skew = abs((parsedate_to_datetime(date) - now).total_seconds())
    if skew > CLOCK_APART_MAX:
        findings.fault(f"Les horloges du serveur et du bot diffèrent de {skew:.0f} s : réglez-les (NTP).")
    else:
        findings.well("Horloges d’accord.")


def version(client: AioClient, findings: CheckFindings) -> None:
    """Examine what the server can do."""
    can = client.capabilities
    number = ".".join(map(str, can.version))
    if old := explain_old_server(client):
        findings.fault(old)
        return
    if can.version[0] > NEWEST_TRIED[0]:
        findings.note(
            f"Mattermost {number} est plus récent que tous ceux avec lesquels ce bot a été essayé, jusqu’à "
            f"{NEWEST_TRIED[0]}.{NEWEST_TRIED[1]} : il fait comme avec celui-là. Cherchez une version du bot plus "
            "récente."
        )
    abilities = {
        "choix multiples": can.multiselect,
        "champs de date": can.dates,
        "formulaires en étapes": can.steps,
        f"{can.trigger_seconds} s pour ouvrir un formulaire": True,
    }
    findings.well(f"Mattermost {number} : {', '.join(name for name, there in abilities.items() if there)}.")


async def account(admin: Admin, needs: RightsNeeded, findings: CheckFindings) -> tuple[ChatUser, TeamIdentity] | None:
    """Examine the bot’s token, rights and team; None when one of them is missing."""
    try:
        me = await admin.me()
    except ChatError as error:
        findings.fault(f"Jeton du bot (COOP_BOT_TOKEN) : {chat_fault(error)}")
        return None
    version(admin.client, findings)
    if not me.is_bot:
        findings.note(f"COOP_BOT_TOKEN est le jeton de @{me.username}, qui n’est pas un compte de bot.")
    if more := sorted(me.roles - {"system_user"}):
        findings.note(f"@{me.username} a plus de droits qu’il n’en faut ({', '.join(more)}) : system_user suffit.")
    name = needs.settings.team
    team = await _team(admin, name)
    if team is None or not await admin.is_member(team.id, me.id):
        findings.fault(
            f"@{me.username} n’est pas membre de l’équipe « {name} » (COOP_TEAM), ou elle n’existe pas : relancez "
            f"« coop-bot setup ». Sans cela, rien ne marche de {join([f.name for f in needs.features if f.rights])}."
        )
        return None
    findings.well(f"@{me.username} est reconnu, et membre de l’équipe « {team.display_name or name} ».")
    return me, team


async def _team(admin: Admin, name: str) -> TeamIdentity | None:
    try:
        return await admin.team(name)
    except ChatError as error:
        if error.status in {400, 403}:
            return None
        raise


async def site_url(admin: Admin, findings: CheckFindings) -> None:
    """Examine whether the server knows its own address: command answers come back through it."""
    found = await admin.site_url()
    if not found:
        findings.fault(
            "Le serveur ne connaît pas sa propre adresse : réglez ServiceSettings.SiteURL "
            "(Console système › Serveur web)."
        )
    else:
        findings.well(f"SiteURL du serveur : {found}.")


async def face(admin: Admin, findings: CheckFindings) -> None:
    """Examine under whose name and picture answers of commands appear."""
    names = ("EnablePostUsernameOverride", "EnablePostIconOverride")
    off = [f"ServiceSettings.{name}" for name, on in zip(names, await admin.shows_bots(), strict=True) if not on]
    if off:
        findings.note(
            "Ce que le bot répond à une commande paraît sous le nom ou l’image de qui l’a tapée : pour que ce soient "
            f"les siens, mettez {' et '.join(off)} à true (Console système › Intégrations)."
        )
    else:
        findings.well("Les réponses aux commandes paraissent sous le nom et l’image du bot.")


async def addresses(admin: Admin, settings: Settings, findings: CheckFindings) -> None:
    """Examine whether an address of the réseau’s makes somebody a conseiller, and whether it may."""
    verified = await admin.verifies_addresses()
    said = worth_of_addresses(settings.trust_addresses, settings.domains, verified=verified)
    (findings.note if said.is_warning else findings.well)(said.text)


async def groups(chat: Mattermost, settings: Settings, findings: CheckFindings) -> None:
    """Examine whether the groups that are to give roles are there, and shown to the bot."""
    if not settings.role_groups:
        return
    if not chat.capabilities.directory_groups:
        findings.note(
            "COOP_ROLE_GROUPS est sans effet : ce serveur n’a pas de licence, ou pas de groupes (il y faut la version "
            "7.0). Donnez les rôles par « coop-bot import people » ou « coop-bot role »."
        )
    elif missing := sorted(settings.role_groups.keys() - await chat.directory_groups()):
        findings.fault(
            f"COOP_ROLE_GROUPS : le bot ne voit pas {', '.join(f'« {name} »' for name in missing)}. Synchronisez ce "
            "groupe de l’annuaire, et permettez de le mentionner (Console système › Groupes › Activer la mention)."
        )
    else:
        findings.well(f"Groupes de l’annuaire qui donnent un rôle : {', '.join(settings.role_groups)}.")


async def events(client: AioClient, findings: CheckFindings) -> None:
    """Examine the websocket, which proxies sometimes forget to let through."""
    try:
        async with (
            asyncio.timeout(HELLO_WAITED_MAX),
            client.session.ws_connect(f"{client.url}{API}/websocket") as socket,
        ):
            first = json.loads((await socket.receive()).data or "{}")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, TypeError):
        first = {}
    if first.get("event") == "hello":
        findings.well("Événements (websocket) reçus.")
    else:
        findings.fault(
            "Le websocket ne s’ouvre pas : le serveur mandataire doit laisser passer l’en-tête Upgrade "
            "sur /api/v4/websocket."
        )


async def rights(admin: Admin, needs: RightsNeeded, me: ChatUser, team: TeamIdentity, findings: CheckFindings) -> None:
    """Examine the bot’s rights with its own eyes: what it cannot see, a private channel say, it is not in either."""
    now = await look_up(admin, team, me.id, needs.channels)
    lacks = list(needs.missing(now))
    for lack in lacks:
        findings.fault(f"{lack.sentence}. « coop-bot setup --rights » l’accorde.")
    wishes = list(needs.wished(now))
    for lack in wishes:
        findings.note(f"{lack.sentence}. « coop-bot setup --rights » l’accorde.")
    lacking = {lack.feature for lack in (*lacks, *wishes)}
    if enough := [f.name for f in needs.features if f.rights and f.name not in lacking]:
        findings.well(f"Droits suffisants pour {', '.join(enough)}.")
    if needs.are_less(now):
        findings.note(explain_excess(me.username))


NAMED_MAX = 5
"""How many channels are named; the others are counted."""


async def rooms(client: AioClient, settings: Settings, admin_token: str, findings: CheckFindings) -> None:
    """Examine the channels with an administrator’s eyes where there are any: old servers show the bot nothing of what
    it is not in."""
    own = {channel.name for channel in await Mattermost(client, settings.team).own_channels()}
    looks = AioClient(settings.mattermost_url, admin_token) if admin_token else client
    try:
        chat = Mattermost(looks, settings.team)
        if looks is not client and not await chat.answers():
            return  # which is said of that token
        there = [
            (canal, await chat.channel_by_name(canal.address))
            for canal in (await _table(settings)).values()
            if canal.private and not canal.team and canal.address not in own
        ]
    finally:
        if looks is not client:
            await looks.close()
    if taken := [canal for canal, found in there if found and found.is_private]:
        findings.fault(
            f"Un canal privé dont le bot n’est pas membre a l’adresse prévue pour {_name(taken)} : le bot n’y écrit et "
            "n’y lit rien. S’il est à vous, ajoutez-y le bot ; sinon, donnez un autre nom au canal prévu (/canaux "
            "renommer, ou COOP_CHANNELS)."
        )


async def _table(settings: Settings) -> Mapping[str, PlannedChannel]:
    async with open_database(settings) as database, database.transaction(writes=False) as db:
        return await list_planned(db, settings)


def _name(taken: Sequence[PlannedChannel]) -> str:
    more = len(taken) - NAMED_MAX
    names = [f"« {canal.name} » (~{canal.address})" for canal in taken[:NAMED_MAX]]
    return join([*names, f"{more} de plus"] if more > 0 else names)
