"""What may be seen of a poll as it is now: by everybody the same, wherever it is shown. No box is opened for it."""

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.sondage import votes
from storage.sondage.poll import Poll, State
from storage.sondage.results import Results, count


async def visible(db: AsyncSession, poll: Poll) -> Results:
    """Its results; of one that is open all that votes with names say, and of secret ones the standing that was last
    shown or, before there is one, how many voted."""
    if poll.state is not State.OPEN:
        return poll.known or Results(0)
    if not poll.anonymous:
        return count(len(poll.options), await votes.named_ballots(db, poll.id), anonymous=False)
    if poll.live and poll.known and poll.known.is_told:
        return poll.known
    return Results(await votes.participants(db, poll.id))
