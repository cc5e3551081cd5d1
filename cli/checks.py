"""Checks of what the bot depends on besides its database: Mattermost, tables of the operator, port and folder."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot import registry
from bot.calendar import read_recurrence
from bot.capabilities import OLDEST
from bot.errors import ChatError
from bot.features import Feature
from bot.french import plural
from bot.mattermost import AioClient, Mattermost
from bot.papers import page
from bot.tasks import RateLimit
from cli.admin import Admin, TeamIdentity
from cli.errors import OperatorError
from cli.faults import certificate_fault, chat_fault, place_fault
from config import canaux, charte, editions, hotline, liens
from config.kit import read_sizes
from config.settings import Settings

COMMAND_TOKEN_LENGTH = 26
ANSWERED_WITHIN = 5.0
"""The most seconds that Mattermost may take to say whether it knows the bot."""
WAITS = "Le bot se lance, et l’attend."


def choose_features(features: Iterable[Feature], settings: Settings) -> Sequence[Feature]:
    """Return the enabled features. Raises OperatorError for an unknown name."""
    try:
        return registry.choose_features(features, settings.features)
    except ValueError as error:
        raise OperatorError(str(error), code=2) from None


@asynccontextmanager
async def open_client(url: str, token: str, budget: RateLimit | None = None) -> AsyncIterator[AioClient]:
    """Open a client of a server with a token."""
    client = AioClient(url, token, budget)
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def open_chat(settings: Settings) -> AsyncIterator[Mattermost | None]:
    """Open Mattermost, None without a token; long work limits its calls within ``paced_calls()``."""
    token = settings.bot_token.get_secret_value()
    if not token:
        yield None
        return
    async with open_client(settings.mattermost_url, token, RateLimit(settings.work_calls)) as client:
        yield Mattermost(client, settings.team)


async def check_server(settings: Settings) -> str | None:
    """Raise OperatorError for an address that is no Mattermost, a refused token, a team without the bot, or another
    command token. Return a sentence about lesser problems: a server that does not answer (the bot waits for it), one
    that is too old, or a team of hubs without the bot."""
    token = settings.bot_token.get_secret_value()
    try:
        async with open_client(settings.mattermost_url, token) as client, asyncio.timeout(ANSWERED_WITHIN):
            admin = Admin(client)
            me = await admin.me()
            if (team := await _own_team(admin, settings.team, me.id)) is None:
                raise OperatorError(
                    f"COOP_TEAM : il n’y a pas d’équipe « {settings.team} », ou le bot n’y est pas. Donnez le nom "
                    "court de l’équipe, celui de son adresse ; « coop-bot setup » y met le bot.",
                    code=2,
                )
            await _check_command_token(admin, team, settings)
            return explain_old_server(client) or await _explain_hubs(admin, me.id, settings)
    except TimeoutError:
        return _explain_silence(settings)
    except ChatError as error:
        if error.status in {401, 404}:
            which = "COOP_BOT_TOKEN" if error.status == 401 else "COOP_MATTERMOST_URL"
            raise OperatorError(f"{which} : {chat_fault(error)}", code=2) from None
        fault = certificate_fault(error, settings.mattermost_url)
        return f"COOP_MATTERMOST_URL : {fault} {WAITS}" if fault else _explain_silence(settings)


async def _own_team(admin: Admin, name: str, bot_id: str) -> TeamIdentity | None:
    """Find a team that the bot is in; None for one that it may not see."""
    try:
        team = await admin.team(name)
        return team if team and await admin.is_member(team.id, bot_id) else None
    except ChatError as error:
        if error.status != 403:
            raise
        return None


async def _check_command_token(admin: Admin, team: TeamIdentity, settings: Settings) -> None:
    """Raise OperatorError if Mattermost sends another token with the bot’s commands. Only a bot that manages its
    commands (« setup --rights ») can read it; others learn it from « coop-bot doctor »."""
    try:
        there = await admin.commands(team.id)
    except ChatError as error:
        if error.may_pass:
            raise
        return
    ours, told = settings.command_token.get_secret_value(), f"{settings.public_url}/commands"
    wrong = [f"/{each.trigger}" for each in there if each.url == told and each.token and each.token != ours]
    if wrong:
        raise OperatorError(
            f"COOP_COMMAND_TOKEN : Mattermost envoie un autre jeton avec {wrong[0]} ({plural(len(wrong), 'commande')} "
            "en tout), et le bot les refuserait. Relancez « coop-bot setup ».",
            code=2,
        )


def explain_old_server(client: AioClient) -> str | None:
    """Explain what to know of a server that is older than all tested ones; None for any other."""
    version = client.capabilities.version
    if version >= OLDEST.version:
        return None
    return (
        f"Mattermost {version[0]}.{version[1]} est trop ancien : il faut au moins 5.37. Mettez-le à jour ; jusque-là "
        "le bot le traite comme un 5.37, sans garantie."
    )


async def _explain_hubs(admin: Admin, bot_id: str, settings: Settings) -> str | None:
    name = settings.hubs_team
    if not name or await _own_team(admin, name, bot_id):
        return None
    return (
        f"COOP_HUBS_TEAM : il n’y a pas d’équipe « {name} », ou le bot n’y est pas. Donnez le nom court de cette "
        "équipe, et faites-y entrer le bot. Il se lance ; les canaux des hubs attendent."
    )


def command_token_fault(settings: Settings) -> str | None:
    """Say what is wrong with a command token that is impossible; None if it is possible."""
    if len(settings.command_token.get_secret_value()) == COMMAND_TOKEN_LENGTH:
        return None
    return f"COOP_COMMAND_TOKEN doit avoir {COMMAND_TOKEN_LENGTH} caractères : relancez « coop-bot setup »."


def _explain_silence(settings: Settings) -> str:
    return (
        f"Le serveur Mattermost ne répond pas à l’adresse {settings.mattermost_url} : vérifiez COOP_MATTERMOST_URL, et "
        f"qu’il est démarré. {WAITS}"
    )


def _read_editions(path: Path) -> None:
    for edition in editions.read(path).values():
        read_recurrence(edition.rhythm)


_FILES: Mapping[str, Callable[[Path], object]] = {
    "channels": canaux.read,
    "hotline": hotline.read,
    "editions": _read_editions,
    "links": liens.read,
    "logo": page.read_logo,
    "charter": charte.read,
    "kit": read_sizes,
}


def check_paths(settings: Settings, *names: str) -> None:
    """Raise OperatorError for a table or picture of the operator’s that is missing or unusable, among these settings or
    all."""
    for name in names or _FILES:
        path: Path | None = getattr(settings, name)
        try:
            if path:
                _FILES[name](path)
        except OSError as error:
            raise OperatorError(f"COOP_{name.upper()} : {place_fault(error, path or '')}", code=2) from None
        except UnicodeDecodeError:
            raise OperatorError(
                f"COOP_{name.upper()} : {path} n’est pas du texte UTF-8 : corrigez-le.", code=2
            ) from None
        except ValueError as problem:
            raise OperatorError(f"COOP_{name.upper()} : {str(problem).rstrip('.')}.", code=2) from None


def check_place(settings: Settings) -> None:
    """Raise OperatorError if the bot cannot listen at its address and port."""
    host, port = settings.host, settings.port
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in found:
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise OperatorError(
                f"COOP_PORT : le port {port} est déjà pris. Arrêtez ce qui l’occupe, ou changez-le."
            ) from None
        if error.errno in {errno.EACCES, errno.EPERM}:
            raise OperatorError(
                f"COOP_PORT : le port {port} demande d’être root. Prenez-en un à partir de 1024.", code=2
            ) from None
        raise OperatorError(
            f"COOP_HOST : « {host} » n’est pas une adresse de cette machine. Donnez 127.0.0.1, ou 0.0.0.0 pour que "
            "le bot soit atteint d’ailleurs.",
            code=2,
        ) from None
