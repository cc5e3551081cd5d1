"""« coop-bot setup »: a Mattermost server made ready for the bot, and the bot’s settings file written."""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.errors import ChatError
from bot.features import Feature
from bot.renderers import BotProfile, picture_url
from cli import envfile
from cli.admin import Admin, SlashCommand, TeamIdentity
from cli.checks import COMMAND_TOKEN_LENGTH, choose_features, explain_old_server, open_client
from cli.command import Call
from cli.errors import OperatorError
from cli.faults import certificate_fault, folder_fault, text_of
from cli.rights import RightsNeeded
from cli.setup import address
from cli.setup.account import Bot, BotAccount, bot_account, bot_rights
from cli.setup.changes import Changes
from cli.setup.server import is_loopback, server_settings, worth_of_addresses, wrong_settings
from cli.setup.slash import add_face, plan_commands, slash_commands
from commands import FEATURES
from config.settings import Settings, by_commas, read, read_names, weak_secret

TOKEN_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"  # noqa: S105  (an alphabet)


@dataclass
class SetupOptions:
    """Which server, which team, and how far the changes may go."""

    url: str
    admin_token: str
    team: str
    public_url: str
    write: Path
    contact: str | None = None
    bot_name: str = "coop"
    fix_server: bool = False
    rights: bool = False
    replace: bool = False
    dry_run: bool = False


async def set_up(_call: Call, /, **options: Any) -> int:
    """Make or mend all that the bot stands on, and write its settings."""
    return await setup(SetupOptions(**options), print)


async def setup(options: SetupOptions, say: Callable[[str], None], features: Sequence[Feature] = FEATURES) -> int:
    """Make everything ready, say each change; 1 when something is left for the operator to mend."""
    _check(options)
    changes = Changes(say, options.dry_run)
    async with open_client(options.url, options.admin_token) as client:
        await _prepare(Admin(client), changes, options, features)
    if not changes.count:
        say("Rien à changer.")
    for sentence in changes.faults:
        say(f"À régler : {sentence}")
    return 1 if changes.faults else 0


def _check(options: SetupOptions) -> None:
    for name in ("url", "public_url"):
        address = getattr(options, name).rstrip("/")
        if not address.startswith(("http://", "https://")) or not urlsplit(address).hostname:
            raise OperatorError(f"--{name.replace('_', '-')} : une adresse commence par http:// ou https://", code=2)
        setattr(options, name, address)
    if not re.fullmatch(r"[a-z][a-z0-9._-]{1,63}", options.bot_name):
        raise OperatorError("--bot-name : des minuscules, des chiffres, « . », « - » ou « _ ».", code=2)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,63}", options.team):
        raise OperatorError("--team : le nom court de l’équipe, celui de son adresse, en minuscules.", code=2)
    if not options.admin_token:
        raise OperatorError("Il manque --admin-token : le jeton d’un administrateur système.", code=2)


async def _prepare(admin: Admin, changes: Changes, options: SetupOptions, features: Sequence[Feature]) -> None:
    text = _file_text(options.write, dry=options.dry_run)
    old = envfile.values(text)
    _check_team(options, old)
    needs = _needs(options, features)
    if options.rights:
        for reason in needs.reasons():
            changes.say(f"Droit demandé : {reason}.")
    await _examine_server(admin, options.url, changes)
    team = await _team(admin, options.team)
    makes_bot = await admin.user_by_name(options.bot_name) is None
    wrong = [w async for w in wrong_settings(admin, options.url, options.public_url, makes_bot=makes_bot)]
    await server_settings(admin, changes, wrong, fix=options.fix_server)
    account = await bot_account(admin, changes, options.bot_name, team, old.get("COOP_BOT_TOKEN", ""))
    token = _command_token(old)
    await bot_rights(admin, changes, Bot(options.bot_name, account.user_id, team), needs, grant=options.rights)
    await _commands(admin, changes, options, _plan(options, needs, team, token))
    await _write(changes, options.write, text, _variables(options, old, account, token))
    trust, is_proved = old.get("COOP_TRUST_ADDRESSES", "auto"), await admin.verifies_addresses()
    said = worth_of_addresses(trust, _domains(old), verified=is_proved)
    if said.is_warning:
        changes.note(said.text)
    if needs.settings.features != read_names(old.get("COOP_FEATURES", "")):
        changes.note(
            f"COOP_FEATURES vient de l’environnement, pas de {options.write} : donnez-la aussi à « coop-bot serve »."
        )


def _plan(options: SetupOptions, needs: RightsNeeded, team: TeamIdentity, token: str) -> list[SlashCommand]:
    face = BotProfile(options.bot_name, picture_url(needs.settings.picture_url, options.public_url))
    return add_face(plan_commands(needs.features, team.id, options.public_url, token), face)


def _needs(options: SetupOptions, features: Sequence[Feature]) -> RightsNeeded:
    """Return what the features need that will be on, as « serve » will read the file and its environment."""
    settings = read(options.write if options.write.exists() else None)
    return RightsNeeded(choose_features(features, settings), settings)


def _file_text(path: Path, *, dry: bool) -> str:
    """Read the settings file as it is; raises OperatorError, before anything is changed, where it could not be
    written."""
    if not dry and (fault := folder_fault(path.absolute().parent, make=True)):
        raise OperatorError(f"--write : {fault}")
    text = text_of(path) if path.exists() else ""
    if fault := weak_secret(envfile.values(text).get("COOP_SECRET", "")):
        raise OperatorError(f"{path} : {fault}", code=2)
    return text


def _check_team(options: SetupOptions, old: dict[str, str]) -> None:
    """Raise OperatorError where the file is another team’s: its bot would find itself in this one."""
    team = old.get("COOP_TEAM", options.team)
    if team != options.team and old.get("COOP_BOT_TOKEN") and not options.replace:
        raise OperatorError(
            f"{options.write} est le fichier du bot de l’équipe « {team} » : donnez-en un autre à celui de "
            f"« {options.team} », dans un dossier à lui (--write), ou relancez avec --replace pour que ce bot change "
            "d’équipe.",
            code=2,
        )


async def _team(admin: Admin, name: str) -> TeamIdentity:
    team = await admin.team(name)
    if team is None:
        raise OperatorError(f"L’équipe « {name} » n’existe pas : donnez son nom court, celui de son adresse.")
    return team


async def _examine_server(admin: Admin, url: str, changes: Changes) -> None:
    try:
        me = await admin.me()
    except ChatError as error:
        if error.status == 401:
            raise OperatorError("Le serveur refuse --admin-token : il a été révoqué, ou mal copié.") from None
        if fault := certificate_fault(error, url):
            raise OperatorError(f"--url : {fault}") from None
        if error.status in {0, 404}:
            raise OperatorError(
                f"--url : Mattermost ne répond pas à {url} : vérifiez l’adresse (http ou https, rien après "
                "le nom et le port), et qu’il est démarré."
            ) from None
        raise
    if not me.is_system_admin:
        raise OperatorError(f"Ce jeton est celui de @{me.username}, qui n’est pas administrateur système.")
    if old_server := explain_old_server(admin.client):
        changes.fault(old_server)


async def _examine_address(changes: Changes, options: SetupOptions, token: str) -> None:
    """Keep a sentence where the commands would reach a bot that refuses them: another team’s, above all."""
    if await address.refuses(options.public_url, token):
        changes.fault(
            f"--public-url : à {options.public_url} répond un bot qui refuse les commandes de celui-ci. Si c’est celui "
            "d’une autre équipe, donnez à celui-ci une adresse à lui, et relancez ; si c’est celui-ci, redémarrez-le : "
            f"il lira {options.write}."
        )


async def _commands(admin: Admin, changes: Changes, options: SetupOptions, commands: list[SlashCommand]) -> None:
    for command in commands[:1]:  # all have the same token
        await _examine_address(changes, options, command.token)
    try:
        await slash_commands(admin, changes, commands, replace=options.replace)
    except ChatError as error:
        if error.error_id != "api.command.disabled.app_error":
            raise
        # Already said among the server’s settings.


def _domains(old: dict[str, str]) -> Sequence[str]:
    """Return the domains of the settings file, else the usual ones."""
    usual: Sequence[str] = Settings.model_fields["domains"].default
    return by_commas(old["COOP_DOMAINS"]) if "COOP_DOMAINS" in old else usual


def _command_token(old: dict[str, str]) -> str:
    kept = old.get("COOP_COMMAND_TOKEN", "")
    if len(kept) == COMMAND_TOKEN_LENGTH:
        return kept
    return "".join(secrets.choice(TOKEN_LETTERS) for _ in range(COMMAND_TOKEN_LENGTH))


def _variables(options: SetupOptions, old: dict[str, str], account: BotAccount, token: str) -> dict[str, str]:
    """Return what the file must say. Where to listen follows from the public address, unless the operator wrote it."""
    new = {
        "COOP_MATTERMOST_URL": options.url,
        "COOP_TEAM": options.team,
        "COOP_BOT_TOKEN": account.token,
        "COOP_COMMAND_TOKEN": token,
        "COOP_SECRET": old.get("COOP_SECRET") or secrets.token_urlsafe(48),
        "COOP_PUBLIC_URL": options.public_url,
    }
    if "COOP_CONTACT" not in old and options.contact:
        new["COOP_CONTACT"] = options.contact
    before = urlsplit(old.get("COOP_PUBLIC_URL", ""))
    public = urlsplit(options.public_url)
    port = old.get("COOP_PORT")
    if public.port and (port is None or port == str(before.port)):
        new["COOP_PORT"] = str(public.port)
    if "COOP_HOST" not in old and not is_loopback(public.hostname or ""):
        new["COOP_HOST"] = "0.0.0.0"  # noqa: S104  (the server calls from another machine)
    return new


async def _write(changes: Changes, path: Path, text: str, new: dict[str, str]) -> None:
    old = envfile.values(text)
    differing = [name for name, value in new.items() if old.get(name) != value]

    async def write() -> None:
        envfile.write(path, envfile.change(text, new))

    if differing:
        await changes.do(f"{path} ({', '.join(differing)})", ("à écrire", "écrit"), write)
    elif not envfile.is_private(path):
        await changes.do(f"{path} (lisible par d’autres)", ("à protéger", "protégé"), write)
