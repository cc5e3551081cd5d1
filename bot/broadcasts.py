"""A broadcast says something once in each of many places: it is sent in batches, stopped, resumed, and where it stands
rewritten or removed.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from bot.actions import DeletePost
from bot.context import Context
from bot.replies import Direct, Message, Progress, Reply, Say, Step
from storage import outbox
from storage.outbox import BATCH


class BroadcastRow(Protocol):
    """What is to be said, as its feature keeps it: first in ``channels`` (title by id), then to people, in ``total``
    messages. The first ``written`` of them are in the outbox, each batch under a topic of its own."""

    channels: dict[str, str]
    written: int

    @property
    def total(self) -> int:
        """Count the messages that it makes."""

    @property
    def topics(self) -> Sequence[str]:
        """List the topics of its messages, batch by batch, as far as they are written down."""

    def topic_of(self, batch: int) -> str:
        """Make the topic of the messages of a batch."""


R = TypeVar("R", bound=BroadcastRow)


class Broadcast(ABC, Generic[R]):
    """The sending of a row, which is locked. A feature says here what it says and to whom; its handlers say who may,
    and what becomes of the row when somebody stops it."""

    def __init__(self, ctx: Context, row: R) -> None:
        self.ctx, self.row = ctx, row

    @abstractmethod
    async def list_people(self) -> Sequence[str]:
        """List those who get it by direct message, by id, in their order."""

    @abstractmethod
    def draw(self) -> Message:
        """Draw what all of them read."""

    def list_files(self) -> Sequence[str]:
        """List the files that go along, by id."""
        return ()

    @abstractmethod
    async def note_written(self, count: int) -> None:
        """Keep in the row how many messages are written down."""

    async def tell_begun(self) -> Sequence[Reply]:
        """Say something beside the first batch."""
        return ()

    @abstractmethod
    async def finish(self) -> tuple[Sequence[Reply], str]:
        """Note in the row that it is sent, once nothing is on its way; say something, also beside the count."""

    async def send_batch(self, so_far: Progress) -> Step:
        """Write the next batch down, and in the first step what was taken back when it was stopped. Once all is written
        down, wait until it has arrived."""
        row, resumes = self.row, so_far.cursor is None and self.row.written > 0
        tally = await outbox.tally(self.ctx.db, row.topics, self.ctx.now)
        gaps = await self._find_gaps() if resumes else []
        numbers = [*gaps, *range(row.written, min(row.written + BATCH, row.total))]
        replies: Sequence[Reply] = ()
        said = ""
        if numbers:
            messages = make_messages(row, numbers, await self.list_targets(), self.draw(), self.list_files())
            await self.note_written(max(row.written, numbers[-1] + 1))
            replies = [*messages, *(await self.tell_begun() if so_far.cursor is None and not resumes else ())]
        elif not tally.waiting:
            replies, said = await self.finish()
        ends = not numbers and not tally.waiting
        return Step(replies=replies, cursor=row.written, done=tally.arrived, total=row.total, finished=ends, said=said)

    async def _find_gaps(self) -> Sequence[int]:
        """Find the messages that were written down and then taken back, by number."""
        reached = await outbox.find_reached(self.ctx.db, self.row.topics)
        targets = await self.list_targets()
        return [number for number in range(self.row.written) if targets[number] not in reached]

    async def list_targets(self) -> Sequence[str]:
        """List all to whom it goes, by id, in their order: the channels come first."""
        return [*self.row.channels, *await self.list_people()]


def make_messages(
    row: BroadcastRow, numbers: Sequence[int], targets: Sequence[str], message: Message, files: Sequence[str] = ()
) -> Sequence[Say | Direct]:
    """Make the messages of those numbers, each under the topic of its batch; ``targets`` are all to whom it goes."""
    return [address(message, targets[n], row.channels, row.topic_of(n // BATCH), files) for n in numbers]


def address(
    message: Message, target: str, channels: Collection[str], topic: str | None = None, files: Sequence[str] = ()
) -> Say | Direct:
    """Address a message to a channel, if the target is one of these, or else to a person."""
    if target in channels:
        return Say(message.text, message.buttons, channel_id=target, topic=topic, files=files)
    return Direct(message.text, message.buttons, user_id=target, topic=topic, files=files)


@dataclass(frozen=True, slots=True)
class PostedBatches:
    """The messages of a broadcast where they stand: one batch under each of ``topics``, ``size`` of them in each but
    the last, ``total`` together."""

    topics: Sequence[str]
    total: int
    size: int = 1

    @classmethod
    def of(cls, row: BroadcastRow) -> "PostedBatches":
        """Get those of a row, as far as they are written down."""
        return cls(row.topics, row.written, BATCH)

    async def visit(self, ctx: Context, so_far: Progress, act: Callable[[int], Awaitable[Sequence[Reply]]]) -> Step:
        """Do something with the next batch, by its number; what is on its way arrives first."""
        at, replies = so_far.cursor or 0, list[Reply]()
        if at < len(self.topics) and not (await outbox.tally(ctx.db, [self.topics[at]], ctx.now)).waiting:
            replies += await act(at)
            at += 1
        done = min(at * self.size, self.total)
        return Step(replies=replies, cursor=at, done=done, total=self.total, finished=at >= len(self.topics))

    async def remove(self, ctx: Context, so_far: Progress) -> Step:
        """Delete the next batch; what nobody tried to send is not sent."""
        at = so_far.cursor or 0
        await outbox.recall_unsent(ctx.db, self.topics[at : at + 1], ctx.now)
        return await self.visit(ctx, so_far, lambda number: delete_posts(ctx, self.topics[number]))


async def delete_posts(ctx: Context, topic: str) -> Sequence[DeletePost]:
    """Delete all that stands on a topic."""
    return [DeletePost(post.post_id, channel_id=post.channel_id) for post in await ctx.posts_about(topic)]
