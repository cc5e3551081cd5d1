"""What « /aide » reminds somebody of: a poll that is open, and that they have not answered."""

from collections.abc import Sequence

from bot.context import Context
from bot.replies import Button, Waiting
from bot.texts import quote
from commands.sondage.buttons import Vote
from commands.sondage.feature import feature
from storage import reach
from storage import sondage as polls
from storage.sondage import votes


@feature.waiting
async def waits_for_an_answer(ctx: Context) -> Sequence[Waiting]:
    """The first to end of those that reach them by the register."""
    reaching = [poll for poll in await polls.open_ones(ctx.db, ctx.now) if reach.reaches(poll.targets, ctx.user)]
    if not reaching:
        return []
    answered = await votes.taken_part(ctx.db, [poll.id for poll in reaching], ctx.user.id)
    left = next((poll for poll in reaching if poll.id not in answered), None)
    if left is None:
        return []
    button = Button(f"Voter (n° {left.number})", Vote(poll=left.id))
    return [Waiting(f"Sondage n° {left.number} : {quote(left.question)}", button)]
