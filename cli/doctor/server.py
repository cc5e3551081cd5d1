"""The examination of the server’s own settings and of the way back to the bot: slash commands, buttons."""

import re
from collections.abc import Sequence

import aiohttp
from yarl import URL

from bot.errors import ChatError
from bot.french import join, plural
from bot.mattermost import AioClient, Mattermost
from cli.admin import Admin, ServerSettings, SlashCommand, TeamIdentity
from cli.checks import open_client
from cli.doctor.findings import CheckFindings
from cli.faults import chat_fault
from cli.rights import RightsNeeded
from cli.setup import address
from cli.setup.server import SETTING, host_of, wrong_settings
from cli.setup.slash import find_obsolete, plan_commands
from config.settings import Settings

UNLICENSED_MAX = 250
"""The most accounts of a present server without a licence (docs/mattermost.md §8)."""
LIMITED_SINCE = (11, 0)
NEARLY = 0.9


async def as_admin(needs: RightsNeeded, token: str, team: TeamIdentity, findings: CheckFindings) -> None:
    """Examine what only an administrator may read."""
    settings = needs.settings
    try:
        async with open_client(settings.mattermost_url, token) as client:
            await _examine(Admin(client), needs, team, findings)
    except ChatError as error:
        findings.fault(f"--admin-token : {chat_fault(error)}")


async def _examine(admin: Admin, needs: RightsNeeded, team: TeamIdentity, findings: CheckFindings) -> None:
    settings = needs.settings
    if not (await admin.me()).is_system_admin:
        findings.note("--admin-token n’est pas celui d’un administrateur système : réglages du serveur non vérifiés.")
        return
    async for wrong in wrong_settings(admin, settings.mattermost_url, settings.public_url, makes_bot=False):
        findings.fault(f"{wrong.why} : mettez {wrong.section}.{wrong.name} à « {wrong.said} ».")
    await check_commands(admin, team, needs, findings, full=True)
    found = await admin.settings()
    _privacy(found, findings)
    await _room(admin, team, found, findings)


def _privacy(found: ServerSettings, findings: CheckFindings) -> None:
    if found.get("PrivacySettings", "ShowEmailAddress") is False:
        findings.note(
            "PrivacySettings.ShowEmailAddress est à false : le bot ne voit pas les adresses, et ne reconnaît comme "
            "conseillers que les personnes de son registre."
        )


async def _room(admin: Admin, team: TeamIdentity, found: ServerSettings, findings: CheckFindings) -> None:
    """Examine whether the team can still grow: 50 people on a fresh server, to the surprise of most."""
    limit = int(found.get("TeamSettings", "MaxUsersPerTeam") or 0)
    if not limit:
        return
    count = await admin.member_count(team.id)
    if count >= limit * NEARLY:
        findings.fault(
            f"L’équipe a {plural(count, 'membre')} sur {limit} : augmentez TeamSettings.MaxUsersPerTeam "
            "(Console système › Utilisateurs et équipes)."
        )
    elif limit > UNLICENSED_MAX and admin.client.capabilities.version >= LIMITED_SINCE:
        findings.note(
            f"L’équipe peut avoir {limit} membres, mais un serveur comme celui-ci s’arrête, sans licence, à "
            f"{UNLICENSED_MAX} personnes."
        )
    else:
        findings.well(f"L’équipe a {plural(count, 'membre')} sur {limit}.")


HARMLESS = "/aide"
"""A command for the trial: everybody may run it, and only the bot itself sees its answer."""

_REFUSALS = {
    "api.command.execute_command.not_found.app_error": "cette commande n’existe pas : relancez « coop-bot setup »",
    "api.command.disabled.app_error": "les commandes sont coupées : mettez ServiceSettings.EnableCommands à true",
    "api.command.execute_command.site_url_required.app_error": "ServiceSettings.SiteURL est vide : réglez-le",
    "api.command.execute_command.failed_resp.app_error": (
        "le bot a refusé l’appel (autre COOP_COMMAND_TOKEN, ou autre service à cette adresse) : "
        "relancez « coop-bot setup », puis le bot"
    ),
}


_IGNORED = re.compile(r'^coop_forwarded_ignored_total\{proxy="([^"]+)"\}', re.MULTILINE)
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


async def proxies(settings: Settings, findings: CheckFindings) -> None:
    """Tell whose word counts about who asks for a page, and which proxies the bot of this machine met that are not
    among them: all who come by one of these count as one."""
    ignored = await _find_ignored_proxies(settings)
    for proxy in ignored or ():
        findings.note(_IGNORED_FROM.get(proxy) or (
            f"{proxy} dit qui demande (X-Forwarded-For), et n’est pas cru : toutes les personnes qui passent par là "
            "comptent pour une. Si c’est un mandataire à vous, ajoutez-le à COOP_PROXIES, puis redémarrez le bot."
        ))  # fmt: skip
    if not ignored:
        believed = join([str(network) for network in settings.proxies]) or "personne"
        unseen = "" if ignored is not None else " Ce que le bot a vu n’est pas lu : il ne répond pas ici."
        findings.well(f"Qui demande une page : X-Forwarded-For est cru de {believed} (COOP_PROXIES).{unseen}")


_IGNORED_FROM = {
    "public": "Des demandes venues droit d’Internet disent venir d’ailleurs (X-Forwarded-For), et ne sont pas crues. "
    "Fermez le port du bot à Internet ; si c’est un mandataire à vous, ajoutez son adresse à COOP_PROXIES.",
    "others": "D’autres adresses encore disent qui demande, et ne sont pas crues.",
}


async def _find_ignored_proxies(settings: Settings) -> Sequence[str] | None:
    """Read from the metrics of the bot of this machine which proxies it did not believe; None where none answers."""
    host = _EVERYWHERE.get(settings.host, settings.host)
    try:
        address = URL.build(scheme="http", host=host, port=settings.port, path="/metrics")
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
            session.get(address) as reply,
        ):
            return _IGNORED.findall(await reply.text()) if reply.status == 200 else None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return None


async def check_commands(
    admin: Admin, team: TeamIdentity, needs: RightsNeeded, findings: CheckFindings, *, full: bool
) -> None:
    """Examine whether every command of the bot is there; with an administrator’s eyes also whether each has our address
    and token."""
    settings = needs.settings
    ours = plan_commands(needs.features, team.id, settings.public_url, settings.command_token.get_secret_value())
    try:
        there = {command.trigger: command for command in await admin.commands(team.id, custom=full)}
    except ChatError as error:
        findings.fault(f"La liste des commandes n’est pas lisible ({error}) : le bot doit être membre de l’équipe.")
        return
    wrong = [f"/{c.trigger} {problem}" for c in ours if (problem := _problem(c, there.get(c.trigger), full=full))]
    wrong += [f"/{c.trigger} (à retirer)" for c in find_obsolete(there.values(), ours)]
    if wrong:
        findings.fault(f"Commandes à réparer : {', '.join(wrong)}. Relancez « coop-bot setup ».")
    else:
        findings.well(f"Commandes enregistrées : {', '.join('/' + c.trigger for c in ours)}.")


def _problem(ours: SlashCommand, there: SlashCommand | None, *, full: bool) -> str:
    if there is None:
        return "(absente)"
    if full and there.url != ours.url:
        return "(autre adresse)"
    if full and there.token != ours.token:
        return "(autre jeton)"
    return ""


async def round_trip(client: AioClient, team: TeamIdentity, settings: Settings, findings: CheckFindings) -> None:
    """Have the server run a harmless command of ours, as the bot itself, in the bot’s talk with itself.

    It answers 200 only when it reached the address registered, and what listens there accepted our token.
    """
    chat = Mattermost(client, settings.team)
    try:
        channel_id = await chat.direct_channel((await chat.me()).id)
        body = {"channel_id": channel_id, "team_id": team.id, "command": HARMLESS}
        await client.post("/commands/execute", body)
    except ChatError as error:
        findings.fault(f"Le serveur n’atteint pas le bot ({HARMLESS}) : {await _why(error, settings)}.")
        return
    findings.well(f"Le serveur atteint le bot : {HARMLESS} exécutée et répondue.")


async def _why(error: ChatError, settings: Settings) -> str:
    if error.error_id in _REFUSALS:
        return _REFUSALS[error.error_id]
    if error.error_id != "api.command.execute_command.failed.app_error":
        return f"réponse inattendue ({error})"
    if not await address.answers(settings.public_url):
        return f"le bot ne répond pas à {settings.public_url} (COOP_PUBLIC_URL), démarrez « coop-bot serve »"
    return (
        f"le bot répond d’ici, pas du serveur : ouvrez le réseau vers {settings.public_url}, et ajoutez "
        f"« {host_of(settings.public_url)} » à {SETTING}"
    )
