"""« /aide »: what this person may do, and a word for who writes to the bot in plain text."""

from collections.abc import Iterable

from bot.context import Context
from bot.events import DirectMessage
from bot.features import Feature, Trigger
from bot.replies import Direct, Replies, Whisper
from bot.rights import Right
from bot.switch import is_on
from bot.texts import render


def aide(features: Iterable[Feature]) -> Feature:
    """The feature that tells of all the others (and of itself)."""
    feature = Feature("aide", rights=(Right.MEMBER,), always=True)
    known = [feature, *features]

    @feature.command("aide", help="Voir ce que vous pouvez faire ici")
    async def help_me(ctx: Context, _: str) -> Replies:
        return Whisper(
            render("aide/aide", user=ctx.user, commands=_commands_of(known, ctx), contact=ctx.settings.contact)
        )

    @feature.event(DirectMessage)
    async def written_to(ctx: Context, message: DirectMessage) -> Replies:
        said = message.text.strip().lower()
        meant = next((t.key[1] for t in _commands_of(known, ctx) if said.startswith(t.key[1])), None)
        return Direct(render("aide/hello", meant=meant), user_id=message.user_id)

    return feature


def _commands_of(features: Iterable[Feature], ctx: Context) -> list[Trigger]:
    """The commands of somebody’s role in the features that are on, by name."""
    on = (f for f in features if is_on(f, ctx.settings.features))
    commands = (t for f in on for t in f.triggers if t.key[0] == "command")
    return sorted((t for t in commands if ctx.user.role in t.roles), key=lambda t: t.key[1])
