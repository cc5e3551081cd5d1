"""What every handler is given: who, where, when, and the tools."""

import asyncio
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.capabilities import Capabilities
from bot.drafts import Drafts
from bot.errors import UserError
from bot.forms import Clues
from bot.mattermost import ChatReader
from bot.people import GroupQuery, People, PersonQuery
from bot.replies import Answering, WordedButton
from bot.tasks import BackgroundFetches
from bot.texts import render
from bot.web import WebClient
from config.settings import Settings
from storage import outbox
from storage.database import release
from storage.outbox import Sent
from storage.people import Person, Role

T = TypeVar("T")
TriggerKind = Literal[
    "command", "submit", "button", "event", "job", "file", "work", "stopped", "feed", "page", "sent", "api", "webhook"
]


@dataclass(frozen=True, slots=True)
class Request:
    """What came in: its kind, its sender, and where replies can go.

    ``key`` is the one-time key of a dialog, the same for each sending and step; ``resumed`` says that it continues
    something begun before; ``step`` is the step that was sent. ``post_id`` is the post of the clicked button, also of
    the one that opened the dialog. ``response_url`` takes whispers for 30 minutes after a command. ``only_for`` is the
    only person who may click, "" if the whole channel may. ``by_dialog`` says that a dialog replaced the button,
    ``by_command`` that a typed command continued with it; ``line`` is the command line behind a button or plain words
    ("" for a typed one), and ``label`` the button that opens its window. ``worded`` is the button that a word stood
    for, ``answering`` the plain words that led to this; ``age`` says how long ago the clicked button was drawn.
    ``crowd`` says that the replies go to many people (jobs, long work), and so after answers to single people.
    """

    kind: TriggerKind
    name: str
    user_id: str = ""
    channel_id: str = ""
    trigger_id: str = ""
    response_url: str = ""
    post_id: str = ""
    key: str = ""
    resumed: bool = False
    step: int = 1
    by_dialog: bool = False
    by_command: bool = False
    only_for: str = ""
    line: str = ""
    label: str = ""
    worded: WordedButton | None = None
    answering: Answering | None = None
    crowd: bool = False
    age: timedelta = timedelta()

    @property
    def waiting_kind(self) -> TriggerKind:
        """The kind of trigger that waits for the HTTP answer: the dialog or button that led to this one, or none after
        plain words."""
        if self.worded:
            return "event"
        if self.by_dialog or self.by_command:
            return "submit" if self.by_dialog else "command"
        if self.kind != "command" or not self.line:
            return self.kind
        return "button" if self.trigger_id else "event"

    @property
    def answers_dialog(self) -> bool:
        """Whether the reply answers an open dialog."""
        return self.waiting_kind == "submit"


@dataclass(frozen=True, slots=True)
class Context:
    """A request being handled. ``db`` is one transaction, begun with the first statement and committed by the
    dispatcher.

    ``user`` is the person who acts (in a job, nobody: no id and no role). ``web`` fetches remote content; ``errands``
    are background fetches between the steps of chores.

    A writing handler has neither ``chat`` nor ``people``: all other writers would wait while it asked Mattermost. A
    question (``asks=``) asks before the transaction, and the handler gets its answer.
    """

    user: Person
    request: Request
    now: datetime
    db: AsyncSession
    capabilities: Capabilities
    """What this Mattermost can do."""
    settings: Settings
    drafts: Drafts
    _people: People
    web: WebClient
    touched: set[str] = field(default_factory=set)
    """Ids of whom else the handler changed something in the register, which counts at once after the commit."""
    errands: BackgroundFetches = field(default_factory=BackgroundFetches)

    @property
    def channel_id(self) -> str:
        """The channel the person acted in."""
        return self.request.channel_id

    @property
    def clues(self) -> Clues:
        """What forms need in order to be drawn and read for this person now."""
        return Clues(self.user, self.today, self.capabilities, now=self.now)

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of the person; in a local job, the zone in which its time has come."""
        return self.user.zone

    @property
    def today(self) -> date:
        """The date where the person is: it is tomorrow in La Réunion before it is in Paris."""
        return self.now.astimezone(self.zone).date()

    def make_key(self) -> str:
        """Make the one-time key of what is previewed. Plain words have one of their own, so that what was said once is
        stored once, even if it is previewed again after an edit."""
        answering = self.request.answering
        return answering.said if answering else secrets.token_urlsafe(16)

    async def recall(self, read: PersonQuery[T]) -> T:
        """Return what a query says of this person, cached for a minute; it never runs in this request’s own
        transaction."""
        return await self._people.recall(self.user.id, read)

    async def is_among(self, read: GroupQuery, whose: str | None = None) -> bool:
        """Return whether this person (or ``whose`` id) is among the ids that a query finds, cached for a second only,
        since another replica may just have changed it."""
        return await self._people.is_among(self.user.id if whose is None else whose, read)

    async def must_still_be(self, roles: Collection[Role]) -> Person:
        """Return the person with their present role, since a command knows it up to a minute late; call it before other
        statements. Raises UserError if they no longer have one of these roles."""
        if self.request.kind != "command":
            return self.user
        actor = await self._people.fresh(self.db, self.user.id)
        if not actor.may(roles):
            raise UserError(render("refus/role_changed"))
        return actor

    async def posts_about(self, topic: str) -> Sequence[Sent]:
        """List the posts of the messages already sent on a topic, newest first."""
        return await outbox.find_posts_about(self.db, topic)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingContext(Context):
    """The context of reading handlers and questions, which may wait for Mattermost and for long computations.

    ``chat`` only reads: changes are made by replies.
    """

    chat: ChatReader

    @property
    def people(self) -> People:
        """The cache of people, which asks Mattermost for what the register lacks."""
        return self._people

    async def compute(self, work: Callable[[], T]) -> T:
        """Run a long computation in a thread, without holding a database connection.

        What was read before stays as it is; the next statement begins a new transaction.
        """
        await release(self.db)
        return await asyncio.to_thread(work)
