"""The bot’s account: there, switched on, in the team, with one token, and with the rights that features ask for.

A plain member writes to anybody directly, reads accounts and memberships, and opens dialogs; the slash commands
are made with the administrator’s own rights (docs/mattermost.md §7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bot.errors import ChatError
from bot.features import Right
from bot.french import plural
from bot.mattermost import ChatUser
from bot.renderers import read_portrait
from cli.admin import AccessToken, Admin, TeamIdentity
from cli.checks import open_client
from cli.errors import OperatorError
from cli.rights import BotStanding, Lack, RightsNeeded, explain_excess, look_up
from cli.setup.changes import Changes

DISPLAY_NAME = "Coop"
DESCRIPTION = "Comptes rendus d’activité des conseillers numériques"
TOKEN_OF = "coop-bot"  # noqa: S105  (how the descriptions of our tokens begin)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose token it is: the account, how tokens of this team are described, whether the account is switched off."""

    user_id: str
    description: str
    is_off: bool


@dataclass(frozen=True, slots=True)
class BotAccount:
    """The bot as it is after set-up; both are empty in a dry run that would make them."""

    user_id: str = ""
    token: str = ""


async def bot_account(admin: Admin, changes: Changes, name: str, team: TeamIdentity, token: str) -> BotAccount:
    """Make or repair the account; ``token`` is the one in use, kept while it works."""
    user = await admin.user_by_name(name)
    if user is not None and not user.is_bot:
        raise OperatorError(f"« {name} » est le compte d’une personne : choisissez un autre nom avec --bot-name.")
    user_id = await _make(admin, changes, name) if user is None else user.id
    if user is not None and user.deleted:
        await changes.do(f"Compte de bot @{name}", ("à réactiver", "réactivé"), lambda: admin.enable_bot(user.id))
    await _join(admin, changes, name, team, user_id)
    await _show_face(admin, changes, name, user_id)
    owner = Owner(user_id, f"{TOKEN_OF} ({team.name})", is_off=bool(user and user.deleted))
    return BotAccount(user_id, await _token(admin, changes, owner, token))


async def _make(admin: Admin, changes: Changes, name: str) -> str:
    try:
        made = await changes.do(
            f"Compte de bot @{name}", ("à créer", "créé"), lambda: admin.create_bot(name, DISPLAY_NAME, DESCRIPTION)
        )
    except ChatError as error:
        raise OperatorError(refusal(error, name)) from error
    return made or ""


def refusal(error: ChatError, name: str) -> str:
    """Say what to do about a bot that could not be made; raises the error again where that is not known."""
    if error.error_id == "api.bot.create_disabled":
        return (
            "Le serveur n’autorise pas les comptes de bot : mettez ServiceSettings.EnableBotAccountCreation à true "
            "(Console système › Intégrations › Comptes de bot), ou relancez avec --fix-server."
        )
    if error.status == 400:
        return f"Le serveur refuse le nom « {name} » pour un bot : choisissez-en un autre avec --bot-name. [{error}]"
    if error.status == 403:
        return "Ce jeton n’a pas le droit de créer un bot : prenez celui d’un administrateur système (pas d’un bot)."
    raise error


async def _join(admin: Admin, changes: Changes, name: str, team: TeamIdentity, user_id: str) -> None:
    if user_id and await admin.is_member(team.id, user_id):
        return
    try:
        await changes.do(
            f"Bot @{name} dans l’équipe {team.display_name}",
            ("à ajouter", "ajouté"),
            lambda: admin.join(team.id, user_id),
        )
    except ChatError as error:
        if "max_accounts" not in error.error_id:
            raise
        raise OperatorError(
            "L’équipe est pleine : augmentez TeamSettings.MaxUsersPerTeam (Console système › Utilisateurs et équipes)."
        ) from error


async def _show_face(admin: Admin, changes: Changes, name: str, user_id: str) -> None:
    """Give the account’s messages the same face as answers of commands; a picture that somebody chose stays."""
    if user_id and await admin.has_picture(user_id):
        return
    try:
        await changes.do(
            f"Portrait du compte @{name}", ("à donner", "donné"), lambda: admin.set_picture(user_id, read_portrait())
        )
    except ChatError as error:
        # A server without a store of files has no pictures, and needs none.
        changes.note(f"Le serveur n’a pas pris le portrait du compte @{name}. [{error}]")


async def _token(admin: Admin, changes: Changes, owner: Owner, token: str) -> str:
    """Return the token in use, or a new one in the place of what this team had; a bot of another team keeps its own."""
    # A bot switched off has all its tokens refused: nothing can be said of them in a dry run.
    if token and (await is_working(admin.client.url, token, owner.user_id) or (owner.is_off and changes.dry)):
        return token
    there = await admin.tokens(owner.user_id) if owner.user_id else []
    made = await changes.do(
        "Jeton du bot", ("à créer", "créé"), lambda: admin.create_token(owner.user_id, owner.description)
    )
    await _revoke(admin, changes, [each for each in there if each.description == owner.description])
    others = [each for each in there if each.description.startswith(TOKEN_OF) and each.description != owner.description]
    if others:
        changes.note(
            f"Ce compte a {plural(len(others), 'autre jeton', 'autres jetons')} de bot : celui d’une autre équipe, "
            "ou un ancien. Rien n’y est changé ; révoquez ce qui ne sert plus (Console système › Intégrations). "
            "Deux bots de ce compte répondraient tous deux à qui lui écrit : à une autre équipe, donnez un autre "
            "compte (--bot-name)."
        )
    return made.token if made else ""


async def _revoke(admin: Admin, changes: Changes, old: Sequence[AccessToken]) -> None:
    """Revoke the tokens that a team’s bot had, and say what becomes of a bot that still runs with one."""
    for each in old:
        await changes.do("Ancien jeton du bot", ("à révoquer", "révoqué"), partial(admin.revoke_token, each.id))
    if old:
        changes.note(
            "Cette équipe avait déjà un bot, dont ce fichier n’a pas le jeton. Un seul peut la servir : arrêtez celui "
            "d’avant s’il tourne encore, Mattermost le refuse désormais. Pour le garder, lui, relancez « setup » avec "
            "son fichier de réglages (--write)."
        )


async def is_working(url: str, token: str, user_id: str) -> bool:
    """Return whether a token is the bot’s, and accepted."""
    owner = await owner_of(url, token)
    return owner is not None and owner.id == user_id


async def owner_of(url: str, token: str) -> ChatUser | None:
    """Return the account whose token it is; None when the server refuses it."""
    try:
        async with open_client(url, token) as client:
            return await Admin(client).me()
    except ChatError as error:
        if error.status == 401:
            return None
        raise


@dataclass(frozen=True, slots=True)
class Bot:
    """The account whose rights are looked at; the id is empty in a dry run that would make it."""

    username: str
    user_id: str
    team: TeamIdentity


async def bot_rights(admin: Admin, changes: Changes, bot: Bot, needs: RightsNeeded, *, grant: bool) -> None:
    """Give the bot what it lacks, or keep a sentence on each."""
    now = await look_up(admin, bot.team, bot.user_id, needs.channels)
    lacks = list(needs.missing(now))
    if grant and (wanted := [*lacks, *needs.wished(now)]):
        await _give(admin, changes, bot, wanted, now)
        if changes.dry:
            return
        now = await look_up(admin, bot.team, bot.user_id, needs.channels)
        lacks = list(needs.missing(now))
    for lack in lacks:
        changes.fault(f"{lack.sentence}. {_remedy(lack) if grant else 'Relancez avec --rights pour l’accorder.'}")
    if needs.are_less(now):
        changes.note(explain_excess(bot.username))


async def _give(admin: Admin, changes: Changes, bot: Bot, lacks: Sequence[Lack], now: BotStanding) -> None:
    if not now.leads and any(lack.right is not Right.IN_CHANNELS for lack in lacks):
        await changes.do(
            f"Bot @{bot.username} administrateur de l’équipe {bot.team.display_name}",
            ("à nommer", "nommé"),
            lambda: admin.let_lead(bot.team.id, bot.user_id),
        )
    for name, channel_id in now.outside.items():
        if channel_id:
            await changes.do(
                f"Bot @{bot.username} dans le canal ~{name}",
                ("à ajouter", "ajouté"),
                partial(admin.add_to_channel, channel_id, bot.user_id),
            )


def _remedy(lack: Lack) -> str:
    """Say what to do about what even an administrator of the team has not."""
    if lack.right is Right.IN_CHANNELS:
        return "Créez ce canal, puis relancez."
    names = ", ".join(sorted(lack.right.permissions))
    return f"Ce serveur ne le permet à aucun administrateur d’équipe : rendez-le-leur (Permissions : {names})."
