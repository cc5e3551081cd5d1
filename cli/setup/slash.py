"""The slash commands of a team: one for each command of the bot, all with the bot’s own token."""

from collections.abc import Iterable, Sequence
from functools import partial

from bot.errors import ChatError
from bot.features import Feature
from bot.renderers import BotProfile
from cli.admin import Admin, SlashCommand
from cli.setup.changes import Changes

CREATOR_MARK = "coop-bot"
"""The display name of the bot’s commands, which tells them from those of others."""
PATH = "/commands"
_SAME = (
    *("method", "url", "username", "icon_url", "display_name", "description"),
    *("auto_complete", "auto_complete_hint", "auto_complete_desc"),
)


def plan_commands(features: Iterable[Feature], team_id: str, public_url: str, token: str) -> list[SlashCommand]:
    """Plan the commands as they should be registered, one for each top-level command of the features."""
    found: dict[str, SlashCommand] = {}
    for trigger in (trigger for feature in features for trigger in feature.commands):
        name, _, more = trigger.key[1].partition(" ")
        if not more:
            found[name] = SlashCommand(
                team_id=team_id,
                trigger=name,
                method="P",
                url=public_url + PATH,
                token=token,
                display_name=CREATOR_MARK,
                description=_bytes(trigger.help, 128),
                auto_complete=True,
                auto_complete_hint=trigger.hint,
                auto_complete_desc=trigger.help,
            )
    return list(found.values())


def add_face(commands: Iterable[SlashCommand], face: BotProfile) -> list[SlashCommand]:
    """Add the commands, with the name and picture under which their answers are to appear."""
    return [command.model_copy(update=face.as_fields()) for command in commands]


def _bytes(text: str, most: int) -> str:
    """Cut a text to so many bytes."""
    return text.encode()[:most].decode("utf-8", "ignore")


async def slash_commands(admin: Admin, changes: Changes, commands: Sequence[SlashCommand], *, replace: bool) -> None:
    """Make, change and remove until the team’s commands are these; ``replace`` takes those of others too."""
    if not commands:
        return
    me = await admin.me()
    there = {command.trigger: command for command in await admin.commands(commands[0].team_id)}
    for command in commands:
        known = there.pop(command.trigger, None)
        if known and not (replace or _is_ours(known, me.id)):
            changes.fault(
                f"La commande /{command.trigger} de l’équipe est celle d’un autre service ({known.url}) : "
                "supprimez-la, ou relancez avec --replace pour la remplacer."
            )
        else:
            await _settle(admin, changes, command, known)
    for known in find_obsolete(there.values(), commands):
        await changes.do(
            f"Ancienne commande /{known.trigger}", ("à retirer", "retirée"), partial(admin.delete_command, known.id)
        )


def find_obsolete(there: Iterable[SlashCommand], ours: Sequence[SlashCommand]) -> list[SlashCommand]:
    """Find the commands of an earlier set-up that lead to this bot and are not its commands any more, or belong to what
    is off."""
    names = {command.trigger for command in ours}
    return [c for c in there if c.display_name == CREATOR_MARK and c.url == ours[0].url and c.trigger not in names]


def _is_ours(known: SlashCommand, admin_id: str) -> bool:
    """Return whether an earlier set-up made it, or the same administrator by hand, or it leads to a bot of this
    kind."""
    return known.display_name == CREATOR_MARK or known.creator_id == admin_id or known.url.endswith(PATH)


async def _settle(admin: Admin, changes: Changes, command: SlashCommand, known: SlashCommand | None) -> None:
    what = f"Commande /{command.trigger}"
    if known is None:
        await _create(admin, changes, command)
    elif known.token != command.token:
        # A token is chosen at birth only.
        async def settle_again() -> None:
            await admin.delete_command(known.id)
            await admin.create_command(command)

        await changes.do(f"{what} (autre jeton)", ("à refaire", "refaite"), settle_again)
    elif differing := [name for name in _SAME if getattr(known, name) != getattr(command, name)]:
        kept = {"id": known.id, "creator_id": known.creator_id}
        await changes.do(
            f"{what} ({', '.join(differing)})",
            ("à corriger", "corrigée"),
            lambda: admin.update_command(command.model_copy(update=kept)),
        )


async def _create(admin: Admin, changes: Changes, command: SlashCommand) -> None:
    try:
        await changes.do(f"Commande /{command.trigger}", ("à créer", "créée"), lambda: admin.create_command(command))
    except ChatError as error:
        if error.error_id != "api.command.duplicate_trigger.app_error":
            raise
        changes.fault(f"Le nom /{command.trigger} est déjà pris sur ce serveur par une commande intégrée.")
