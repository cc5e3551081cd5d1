"""What may be seen of a poll as it is now, by who opens no box: exports, and whoever reads the tables."""

from dataclasses import replace

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.sondage import votes
from storage.sondage.poll import Poll, State
from storage.sondage.results import Results, count


async def visible(db: AsyncSession, poll: Poll) -> Results:
    """Its results; of one that is open all that votes with names say, and of secret ones how many they are and, where
    it is shown how it stands, what was last shown."""
    if poll.state is not State.OPEN:
        return poll.known or Results(0)
    if not poll.anonymous:
        return count(len(poll.options), await votes.named_ballots(db, poll.id), anonymous=False)
    shown = poll.known if poll.live else None
    return replace(shown or Results(0), votes=await votes.participants(db, poll.id))
