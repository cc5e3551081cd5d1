"""What is shown and rewritten: cards that stand for rows, found again by what they stand for; lists in pages; previews
of what was typed in a line, before anything is stored."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from bot.errors import UserError
from bot.events import Delivered, Undelivered
from bot.replies import Button, Direct, Message, Refresh, Reply, Say, Style, Update, Whisper
from storage import outbox, people
from storage.outbox import Sent

Row = TypeVar("Row")

ANIMATEURS_MAX = 20
"""Animateurs who are written to one by one, where their room is not known."""


@dataclass(frozen=True)
class Topic(Generic[Row]):
    """What is sent about a row is filed under ``prefix`` and the row’s ``key``, by default the row itself.

    Topics are stored (64 characters at most) and read back when a delivery is told: neither part may change.
    """

    prefix: str
    key: Callable[[Row], object] = str

    def of(self, row: Row) -> str:
        """Make the topic of a row."""
        return f"{self.prefix}{self.key(row)}"

    def is_of(self, event: Delivered | Undelivered) -> bool:
        """Whether an event tells of what was sent under such a topic."""
        return event.topic.startswith(self.prefix)

    def read_key(self, topic: str) -> str | None:
        """Read the key of a row back from its topic; None where it is another’s."""
        return topic.removeprefix(self.prefix) if topic.startswith(self.prefix) else None

    def read_number(self, topic: str) -> int | None:
        """Read the number with which the key begins; None where the topic is another’s."""
        key = self.read_key(topic)
        return None if key is None else int(key.partition(":")[0])

    async def load(
        self, db: AsyncSession, topic: str, get: Callable[[AsyncSession, int], Awaitable[Row | None]]
    ) -> Row | None:
        """Get the row that a topic is about, by its number; None where the topic is another’s, or the row is gone."""
        number = self.read_number(topic)
        return None if number is None else await get(db, number)


@dataclass(frozen=True)
class RowCard(Topic[Row]):
    """One kind of card: messages that each stand for one row, declared once, beside what draws them."""

    def post(
        self, row: Row, said: Message | str, channel_id: str, *, root_id: str = "", files: Sequence[str] = ()
    ) -> Say:
        """Post the card in a channel."""
        return Say(*_parts(said), channel_id=channel_id, topic=self.of(row), root_id=root_id, files=files)

    def send(
        self, row: Row, said: Message | str, user_id: str, *, root_id: str = "", files: Sequence[str] = ()
    ) -> Direct:
        """Send the card to one person."""
        return Direct(*_parts(said), user_id=user_id, topic=self.of(row), root_id=root_id, files=files)

    def rewrite(self, row: Row, said: Message | str, *, here: bool = False) -> Refresh:
        """Rewrite the card wherever it stands; ``here`` as with ``Refresh``."""
        return Refresh(*_parts(said), topic=self.of(row), here=here)

    async def list_posts(self, db: AsyncSession, row: Row) -> Sequence[Sent]:
        """List where the card stands, newest first."""
        return await outbox.find_posts_about(db, self.of(row))

    async def is_sent(self, db: AsyncSession, row: Row) -> bool:
        """Whether the card stands somewhere, or is on its way there."""
        return bool(await outbox.find_reached(db, [self.of(row)]))

    async def reply_under(self, db: AsyncSession, row: Row, note: str) -> Sequence[Reply]:
        """Say something in the thread of the newest card, in each place; nothing where none stands yet."""
        newest = {post.user_id or post.channel_id: post for post in reversed(await self.list_posts(db, row))}
        return [
            Direct(note, user_id=post.user_id, root_id=post.post_id)
            if post.user_id
            else Say(note, channel_id=post.channel_id, root_id=post.post_id)
            for post in newest.values()
        ]


async def tell_animateurs(
    db: AsyncSession, room: str, said: Message | str, *, topic: str | None = None, limit: int = ANIMATEURS_MAX
) -> Sequence[Say | Direct]:
    """Say something in the animateurs’ room; where it is not known (""), to each of them, ``limit`` at most."""
    if room:
        return [Say(*_parts(said), channel_id=room, topic=topic)]
    told = await people.animating(db, limit)
    return [Direct(*_parts(said), user_id=animateur.id, topic=topic) for animateur in told]


def _parts(said: Message | str) -> tuple[Any, ...]:
    """What a message is made of, in the order in which replies take it."""
    shown = said if isinstance(said, Message) else Message(said)
    return shown.text, shown.buttons, shown.facts, shown.menus, shown.cards, shown.question


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some ``rows`` of the ``total`` of a list: those of page ``number``, of ``size`` rows; the first is page 1."""

    rows: Sequence[Row]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """How many there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    def draw_next(
        self, press: Callable[[int], BaseModel], label: str = "Suite", style: Style = "default"
    ) -> list[Button]:
        """The button of the next page, by its number; none on the last page."""
        return [Button(label, press(self.number + 1), style)] if self.number < self.pages else []


Some = TypeVar("Some", bound=Page)  # type: ignore[type-arg]


def cut_page(rows: Sequence[Row], number: int, size: int) -> Page[Row]:
    """Cut the nearest page that there is out of a whole list."""
    pages = Page(rows, len(rows), number, size).pages
    number = min(max(number, 1), pages)
    return Page(rows[(number - 1) * size : number * size], len(rows), number, size)


async def read_page(read: Callable[[int], Awaitable[Some]], number: int) -> Some:
    """Read a page, by its number; of a list that grew shorter, its last one."""
    page = await read(max(number, 1))
    return page if page.rows or not page.total else await read(page.pages)


PICK_LABELS = {
    "commune": "Choisir la commune",
    "themes": "Choisir le thème",
    "duree": "Choisir la durée",
    "age": "Choisir l’âge",
}
"""What the menu is called of an element in doubt."""


def answer(ctx: Context, message: Message) -> Whisper | Update:
    """Replace what was clicked, in the direct channel where it stays; a whisper can’t be rewritten, so that a new one
    answers."""
    kind = Whisper if ctx.request.kind != "button" or ctx.request.response_url else Update
    return kind(message.text, message.buttons, message.facts, message.menus, message.cards, message.question)


def must_be_author(ctx: Context, author: str, command: str) -> None:
    """Raise UserError where somebody clicks under another one’s preview."""
    if author != ctx.user.id:
        raise UserError(f"Cet aperçu est celui de quelqu’un d’autre : tapez votre propre ligne avec /{command}.")
