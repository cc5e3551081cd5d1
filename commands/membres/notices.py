"""A message of the day, which grows: said once in each place, then rewritten where it stands.

Many may come in a minute: who comes is written down, and the first of them starts the work that tells of all.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import BaseModel

from bot.context import Context
from bot.replies import Direct, Message, Refresh, Reply, Say, Start
from storage import outbox

GATHERED_FOR = timedelta(seconds=3)
"""What comes within that time is told together."""
TRIES_MAX = 10
LONGEST = timedelta(hours=1)


class Notice(BaseModel):
    """Work that tells; ``tries`` is how often some of it was still on its way, and could not be rewritten yet."""

    tries: int = 0

    def begin(self, now: datetime) -> Start:
        """Soon."""
        return Start(payload=self, at=now + GATHERED_FOR)

    def again(self, now: datetime) -> Sequence[Start]:
        """Later, and always later; at last no more."""
        if self.tries >= TRIES_MAX:
            return []
        later = self.model_copy(update={"tries": self.tries + 1})
        return [Start(payload=later, at=now + min(GATHERED_FOR * 4**self.tries, LONGEST))]


class Spread(NamedTuple):
    """What is to be sent, and whether some of what was sent before is still on its way."""

    replies: Sequence[Reply]
    waits: bool


async def spread(ctx: Context, message: Message, places: Sequence[Say | Direct], topic: str) -> Spread:
    """Say it in those of the ``places`` where nothing of that topic came, or is on its way; elsewhere rewrite what
    stands."""
    reached = await outbox.reached(ctx.db, [topic])
    posts = await ctx.posts_about(topic)
    told: list[Reply] = [place for place in places if _target(place) not in reached]
    if posts:
        told.append(Refresh(message.text, message.buttons, topic=topic))
    stands = {post.user_id or post.channel_id for post in posts}
    return Spread(told, not stands.issuperset(reached))


def _target(place: Say | Direct) -> str:
    return place.user_id if isinstance(place, Direct) else place.channel_id or ""
