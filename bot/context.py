"""What every handler is given: who, where, when, and the tools."""

import asyncio
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
from bot.replies import WordedButton
from bot.tasks import BackgroundFetches
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
    """Something came in: what it was, from whom, and where its replies may go.

    ``key`` is the one-time key of a dialog (the same for each sending and step of it), ``resumed`` whether it took up
    something begun before, ``step`` which of its steps was sent; ``post_id`` the post whose button was clicked, or
    from whose button the dialog was opened; ``response_url`` takes whispers for 30 minutes after a command;
    ``only_for`` is whom the clicked button is for, empty where all of a channel may click; ``by_dialog`` says that a
    dialog stood for that button, ``by_command`` that a typed command went on with it, and ``line`` is the command
    that a button or plain words stand for (empty for one that was typed after a slash), ``label`` what the button that
    opens its window is called; ``worded`` is the button that a word stands for; ``age`` is how long ago a clicked
    button was drawn. ``crowd`` says that its replies are sent to many (jobs, long work): what answers a
    person goes first.
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
    crowd: bool = False
    age: timedelta = timedelta()

    @property
    def waiting_kind(self) -> TriggerKind:
        """What waits for the answer: the dialog or the button that stood for a button or a command, and nothing where
        plain words stood for one."""
        if self.worded:
            return "event"
        if self.by_dialog or self.by_command:
            return "submit" if self.by_dialog else "command"
        if self.kind != "command" or not self.line:
            return self.kind
        return "button" if self.trigger_id else "event"

    @property
    def answers_dialog(self) -> bool:
        """Whether what it is answered with goes to an open dialog."""
        return self.waiting_kind == "submit"


@dataclass(frozen=True, slots=True)
class Context:
    """One request at work. ``db`` is one transaction, opened at its first statement; the dispatcher commits it.

    ``user`` is who acts; a job acts for nobody: no id, no role. ``web`` fetches what is outside; ``errands`` are what
    chores wait for beside their steps.

    A handler that writes has no more than this, neither ``chat`` nor ``people``: while it waited for Mattermost all
    other writers would wait along. What it must know of Mattermost is asked before by a question (``asks=``), whose
    answer it is given.
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
        """What forms need to be drawn and read for this person, now."""
        return Clues(self.user, self.today, self.capabilities)

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of the person; in a local job, the zone in which its time has come."""
        return self.user.zone

    @property
    def today(self) -> date:
        """The date where the person is: it is tomorrow in La Réunion before it is in Paris."""
        return self.now.astimezone(self.zone).date()

    async def recall(self, read: PersonQuery[T]) -> T:
        """Return what a feature’s tables say of this person, as it was less than a minute ago; reads nothing when that
        is known, and never in this request’s own transaction."""
        return await self._people.recall(self.user.id, read)

    async def is_among(self, read: GroupQuery, whose: str | None = None) -> bool:
        """Return whether this person, or ``whose`` id, is among what a query finds, as it was less than a second ago:
        for what must not be taken for something else where another replica has just written it."""
        return await self._people.is_among(self.user.id if whose is None else whose, read)

    async def must_still_be(self, roles: Collection[Role]) -> Person:
        """Return who acts by the role that they have now. Commands, which know it from a minute ago, ask before their
        other statements. Raises UserError for who has none of these roles any more."""
        if self.request.kind != "command":
            return self.user
        actor = await self._people.fresh(self.db, self.user.id)
        if not actor.may(roles):
            raise UserError("Votre rôle vient de changer : cette commande ne vous est plus ouverte.")
        return actor

    async def posts_about(self, topic: str) -> Sequence[Sent]:
        """The posts of the messages already sent on a topic, newest first."""
        return await outbox.find_posts_about(self.db, topic)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingContext(Context):
    """What handlers that only read are given, and questions: they may wait, for Mattermost and for what takes long.

    ``chat`` reads only: what is to be written there is a reply.
    """

    chat: ChatReader

    @property
    def people(self) -> People:
        """The people at work, of whom Mattermost is asked what the register does not say."""
        return self._people

    async def compute(self, work: Callable[[], T]) -> T:
        """Do what takes a while (drawing, composing) in a thread, with no connection in hand.

        What was read stays as it is, and the next statement begins anew.
        """
        await release(self.db)
        return await asyncio.to_thread(work)
