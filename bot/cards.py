"""Cards: posted messages that stand for database rows, found by topic and rewritten when the row changes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.events import Delivered, Undelivered
from bot.replies import Direct, Message, Refresh, Reply, Say
from config.time import PARIS
from storage import outbox, people
from storage.outbox import Sent

Row = TypeVar("Row")

ANIMATEURS_MAX = 20
"""Animateurs who are written to one by one, where their room is not known."""


@dataclass(frozen=True)
class Topic(Generic[Row]):
    """The outbox topics of one kind of message: ``prefix`` and the row’s ``key`` (by default the row itself).

    Topics are stored (64 characters at most) and parsed when a delivery is reported, so neither part may change.
    """

    prefix: str
    key: Callable[[Row], object] = str

    def of(self, row: Row) -> str:
        """Return the topic of a row."""
        return f"{self.prefix}{self.key(row)}"

    def is_of(self, event: Delivered | Undelivered) -> bool:
        """Return whether an event is about a message under such a topic."""
        return event.topic.startswith(self.prefix)

    def read_key(self, topic: str) -> str | None:
        """Parse the key out of a topic; None for a topic of another kind."""
        return topic.removeprefix(self.prefix) if topic.startswith(self.prefix) else None

    def read_number(self, topic: str) -> int | None:
        """Parse the number at the beginning of the key; None for a topic of another kind."""
        key = self.read_key(topic)
        return None if key is None else int(key.partition(":")[0])

    async def load(
        self, db: AsyncSession, topic: str, get: Callable[[AsyncSession, int], Awaitable[Row | None]]
    ) -> Row | None:
        """Get the row of a topic by its number; None for a topic of another kind, or a row that is gone."""
        number = self.read_number(topic)
        return None if number is None else await get(db, number)


@dataclass(frozen=True)
class RowCard(Topic[Row]):
    """A kind of card, declared once beside the function that draws it."""

    def post(
        self, row: Row, said: Message | str, channel_id: str, *, root_id: str = "", files: Sequence[str] = ()
    ) -> Say:
        """Post the card in a channel."""
        return _message(said).recast(Say, channel_id=channel_id, topic=self.of(row), root_id=root_id, files=files)

    def send(
        self, row: Row, said: Message | str, user_id: str, *, root_id: str = "", files: Sequence[str] = ()
    ) -> Direct:
        """Send the card to one person."""
        return _message(said).recast(Direct, user_id=user_id, topic=self.of(row), root_id=root_id, files=files)

    def rewrite(self, row: Row, said: Message | str, *, here: bool = False) -> Refresh:
        """Rewrite the card wherever it is posted; ``here`` as in ``Refresh``."""
        return _message(said).recast(Refresh, topic=self.of(row), here=here)

    async def list_posts(self, db: AsyncSession, row: Row) -> Sequence[Sent]:
        """Return the posts of the card, newest first."""
        return await outbox.find_posts_about(db, self.of(row))

    async def is_sent(self, db: AsyncSession, row: Row) -> bool:
        """Return whether the card is posted somewhere, or on its way."""
        return bool(await outbox.find_reached(db, [self.of(row)]))

    async def reply_under(self, db: AsyncSession, row: Row, note: str) -> Sequence[Reply]:
        """Reply in the thread of the newest card in each place; nothing if none is posted yet."""
        newest = {post.user_id or post.channel_id: post for post in reversed(await self.list_posts(db, row))}
        return [
            Direct(note, user_id=post.user_id, root_id=post.post_id)
            if post.user_id
            else Say(note, channel_id=post.channel_id, root_id=post.post_id)
            for post in newest.values()
        ]


class CardContext(Protocol):
    """What sending a card to the animateurs needs: a database session, and the time."""

    @property
    def db(self) -> AsyncSession:
        """The session of one transaction."""

    @property
    def now(self) -> datetime:
        """The time that the bot’s clock shows."""


async def tell_animateurs(
    ctx: CardContext, room: str, said: Message | str, *, topic: str | None = None, limit: int = ANIMATEURS_MAX
) -> Sequence[Say | Direct]:
    """Send a message to the animateurs’ room; if that is unknown (""), to each animateur, ``limit`` at most."""
    if room:
        return [_message(said).recast(Say, channel_id=room, topic=topic)]
    told = await people.animating(ctx.db, ctx.now.astimezone(PARIS).date(), limit)
    return [_message(said).recast(Direct, user_id=animateur.id, topic=topic) for animateur in told]


def _message(said: Message | str) -> Message:
    return said if isinstance(said, Message) else Message(said)
