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
    """The stored message of a broadcast: first for ``channels`` (title by id), then for people, ``total`` in all. The
    first ``written`` messages are in the outbox, each batch under its own topic."""

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
    """The sending of a locked row. A feature defines its text and recipients here; its handlers decide who may send it,
    and what happens to the row when it is stopped."""

    def __init__(self, ctx: Context, row: R) -> None:
        self.ctx, self.row = ctx, row

    @abstractmethod
    async def list_people(self) -> Sequence[str]:
        """Return the ids of the people who get a direct message, in order."""

    @abstractmethod
    def draw(self) -> Message:
        """Draw the message."""

    def list_files(self) -> Sequence[str]:
        """Return the ids of the attached files."""
        return ()

    @abstractmethod
    async def note_written(self, count: int) -> None:
        """Store how many messages are in the outbox."""

    async def tell_begun(self) -> Sequence[Reply]:
        """Return replies that go with the first batch."""
        return ()

    @abstractmethod
    async def finish(self) -> tuple[Sequence[Reply], str]:
        """Record that everything is sent, once nothing is on its way; return closing replies and a text beside the
        count."""

    async def send_batch(self, so_far: Progress) -> Step:
        """Write the next batch to the outbox; the first step also rewrites messages that were withdrawn when it was
        stopped. After the last batch, wait until all have arrived."""
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
        """Return the numbers of the messages that were written and then withdrawn."""
        reached = await outbox.find_reached(self.ctx.db, self.row.topics)
        targets = await self.list_targets()
        return [number for number in range(self.row.written) if targets[number] not in reached]

    async def list_targets(self) -> Sequence[str]:
        """Return the ids of all recipients in order, channels first."""
        return [*self.row.channels, *await self.list_people()]


def make_messages(
    row: BroadcastRow, numbers: Sequence[int], targets: Sequence[str], message: Message, files: Sequence[str] = ()
) -> Sequence[Say | Direct]:
    """Make the messages of those numbers, each under the topic of its batch; ``targets`` are all recipients."""
    return [address(message, targets[n], row.channels, row.topic_of(n // BATCH), files) for n in numbers]


def address(
    message: Message, target: str, channels: Collection[str], topic: str | None = None, files: Sequence[str] = ()
) -> Say | Direct:
    """Address a message to a channel, if the target is one of these, or else to a person."""
    if target in channels:
        return message.recast(Say, channel_id=target, topic=topic, files=files)
    return message.recast(Direct, user_id=target, topic=topic, files=files)


@dataclass(frozen=True, slots=True)
class PostedBatches:
    """The posts of a broadcast: one batch under each of ``topics``, each of ``size`` messages but the last, ``total``
    in all."""

    topics: Sequence[str]
    total: int
    size: int = 1

    @classmethod
    def of(cls, row: BroadcastRow) -> "PostedBatches":
        """Return the batches of a row that are written."""
        return cls(row.topics, row.written, BATCH)

    async def visit(self, ctx: Context, so_far: Progress, act: Callable[[int], Awaitable[Sequence[Reply]]]) -> Step:
        """Apply ``act`` to the next batch, by its number; wait first until its messages have arrived."""
        at, replies = so_far.cursor or 0, list[Reply]()
        if at < len(self.topics) and not (await outbox.tally(ctx.db, [self.topics[at]], ctx.now)).waiting:
            replies += await act(at)
            at += 1
        done = min(at * self.size, self.total)
        return Step(replies=replies, cursor=at, done=done, total=self.total, finished=at >= len(self.topics))

    async def remove(self, ctx: Context, so_far: Progress) -> Step:
        """Delete the next batch; messages not yet sent are cancelled."""
        at = so_far.cursor or 0
        await outbox.recall_unsent(ctx.db, self.topics[at : at + 1], ctx.now)
        return await self.visit(ctx, so_far, lambda number: delete_posts(ctx, self.topics[number]))


async def delete_posts(ctx: Context, topic: str) -> Sequence[DeletePost]:
    """Return the deletions of all posts under a topic."""
    return [DeletePost(post.post_id, channel_id=post.channel_id) for post in await ctx.posts_about(topic)]
