"""« /aide », the home: what waits, what there is, and the way to it for who writes plain words to the bot."""

from collections.abc import Iterable

from bot.cards import BUTTONS_MAX
from bot.context import Context
from bot.events import DirectMessage
from bot.features import Feature
from bot.lines import Run
from bot.replies import Direct, Perform, Replies, Whisper
from bot.rights import Right
from commands.aide.answers import Home, answer, propose


def aide(features: Iterable[Feature]) -> Feature:
    """The feature that tells of all the others (and of itself)."""
    feature = Feature("aide", rights=(Right.MEMBER,), always=True)
    home = Home((feature, *features))

    @feature.command("aide", help="Voir ce qui vous attend, et ce que vous pouvez faire ici", hint="[fonction]")
    async def help_me(ctx: Context, about: str) -> Replies:
        told = await answer(home, ctx, about)
        return Whisper(told.text, told.buttons)

    @feature.button(Run, writes=False)
    async def run(ctx: Context, click: Run) -> Replies:
        """A button stands for a command."""
        return Perform(click.line)

    @feature.event(DirectMessage, name="aide.written_to.DirectMessage")
    async def written_to(ctx: Context, message: DirectMessage) -> Replies:
        """Plain words are commands here, unless a feature says that they are for it; where they are none, the nearest
        ones."""
        heard = await home.hear(ctx, message)
        if any(each.is_its for each in heard):
            return None
        if line := home.lines.call(message.text):
            return Perform(line)
        told = propose(await home.seen_by(ctx), message.text)
        offered = [button for each in heard for button in each.buttons]
        return Direct(told.text, [*offered, *told.buttons][:BUTTONS_MAX], user_id=message.user_id)

    return feature
