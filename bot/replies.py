"""The replies of handlers: values only, nothing here calls Mattermost."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel

from bot.actions import ChatAction
from bot.forms import Form, name_of
from bot.french import Period
from bot.menus import Menu

Style = Literal["default", "primary", "danger"]
POST_MAX = 16_383
"""Characters of a post, on every version (docs/mattermost.md §5.4)."""


class WordedButton(BaseModel):
    """A button as a stored question keeps it: label, payload name and data. As a payload it presses that button."""

    label: str
    name: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """A button; clicking it runs the handler registered for the payload’s type."""

    label: str
    payload: BaseModel
    style: Style = "default"

    def word(self) -> WordedButton:
        """Return the button as a stored question keeps it."""
        return WordedButton(
            label=self.label, name=name_of(type(self.payload)), data=self.payload.model_dump(mode="json")
        )


class RunCommand(BaseModel):
    """Payload of a button that runs a command line as if it had been typed."""

    line: str


class DaysPayload(BaseModel):
    """Base of payloads about the days [start, end[."""

    start: date
    end: date

    @property
    def period(self) -> Period:
        """The days, as people say them."""
        return Period(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Question:
    """What words answer a message: « oui » presses ``yes``, « non » and « annule » press ``no``.

    If both are None only a click answers; with ``polite`` nothing is asked, and further thanks get no answer. Something
    that cannot be undone has no ``yes``. What ``stays`` is spoken of even when something else was asked: words put a
    preview right.
    """

    yes: Button | None = None
    no: Button | None = None
    polite: bool = False
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """Part of a message with buttons of its own; Mattermost folds its text after nine lines."""

    text: str
    buttons: Sequence[Button] = ()
    facts: Sequence[tuple[str, str]] = ()
    menus: Sequence[Menu] = ()


M = TypeVar("M", bound="Message")


@dataclass(frozen=True, slots=True)
class Message:
    """A message: Markdown text, and under it short facts (name, value), a few buttons, and menus.

    Each button takes a line on a phone, so at most four. Where menus do not work (in a whisper) buttons replace them.
    ``cards`` stand between the text and the rest, each with its own buttons. ``question`` says what « oui » and « non »
    mean. ``about`` is the number of the one thing that is shown: « je le prends », said after a whisper, is about that.
    """

    text: str
    buttons: Sequence[Button] = ()
    facts: Sequence[tuple[str, str]] = ()
    menus: Sequence[Menu] = ()
    cards: Sequence[Card] = ()
    question: Question | None = None
    about: str = ""

    @property
    def has_more(self) -> bool:
        """Whether the message is more than text."""
        return bool(self.buttons or self.facts or self.menus or self.cards)

    @property
    def card(self) -> Card:
        """The message as part of another one."""
        return Card(self.text, self.buttons, self.facts, self.menus)

    def recast(self, kind: Callable[..., M], **more: object) -> M:
        """Make a reply of another kind of the message; ``more`` is what that kind needs besides."""
        return kind(self.text, self.buttons, self.facts, self.menus, self.cards, self.question, self.about, **more)


@dataclass(frozen=True, slots=True)
class Whisper(Message):
    """A message that only the person who acted sees, until their client reloads.

    Where whispers are impossible it becomes a direct message, unless it is only a ``courtesy`` that repeats what the
    clicked card shows.
    """

    courtesy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Message):
    """A message in a channel, by default that of the request.

    ``root_id`` is the post to reply to; ``topic`` is for a later ``Refresh`` (or ``ctx.posts_about``) and for delivery
    events; ``files`` are ids of files of other posts to pass on; ``at`` is when to send it, by default at once.
    """

    channel_id: str | None = None
    root_id: str = ""
    topic: str | None = None
    files: Sequence[str] = ()
    at: datetime | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct(Message):
    """A direct message to one person; ``rewrites`` is a post of the bot’s to them that it replaces; the rest is as with
    ``Say``."""

    user_id: str
    root_id: str = ""
    topic: str | None = None
    files: Sequence[str] = ()
    at: datetime | None = None
    rewrites: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something to tell a person that can wait for their daily message (commands/rappels).

    ``text`` is a short paragraph; ``button`` leads to its subject, and must not rewrite the message, since other news
    stand in it. ``is_over`` says that something has ended.
    """

    user_id: str
    text: str
    button: Button | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Update(Message):
    """Replace the post whose button was clicked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh(Message):
    """Rewrite all messages of a topic, wherever they are, including those on their way once they arrive.

    ``here`` says that a dialog was opened by a button of such a message, which is then one of them even if its delivery
    is not recorded yet.
    """

    topic: str
    here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFile:
    """Send files to a person, or to a channel. Only the order is stored; the files are made when it is due, and again
    after a restart.

    ``order`` is the payload that routes to the handler. ``waiting`` is shown at once, and replaced by the parcel’s
    ``done`` or the reason why there is none. For a channel, ``user_id`` is who asked, if anybody: their rights are
    used, and they are told of failures. ``topic`` marks the posts (``ctx.posts_about``).
    """

    user_id: str = ""
    order: BaseModel
    waiting: str = ""
    channel_id: str = ""
    root_id: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel(Message):
    """The result of a file order: a message with files, under their own names.

    ``files`` are in the folder given to the handler. ``done`` replaces the waiting message.
    """

    files: Sequence[Path]
    done: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Start long work, which runs in steps beside requests and continues after a restart.

    ``payload`` routes to the handler. Its progress is one message, in the channel ``told_in`` or the person’s direct
    channel; jobs and ``quiet`` work show none. In a direct channel it is shown at once if ``said`` is given, else only
    if the work lasts, fails, or has something to say at its end. ``at`` is when to start, by default at once.
    """

    payload: BaseModel
    told_in: str | None = None
    at: datetime | None = None
    said: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far long work is: the cursor of the next step (None at first), and how much is done, of how much if known."""

    cursor: Any = None
    done: int = 0
    total: int | None = None

    def end(self, replies: Sequence["Reply"] = (), said: str = "") -> "Step":
        """Return the last step of work that ends here."""
        return Step(replies=replies, done=self.done, total=self.total, finished=True, said=said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The result of a step of long work: what to send (to many, after answers to people), and the progress.

    ``cursor`` is any JSON from which the next step continues. ``said`` is shown beside the count.
    """

    replies: Sequence["Reply"] = ()
    cursor: Any = None
    done: int = 0
    total: int | None = None
    finished: bool = False
    said: str = ""


@dataclass(frozen=True, slots=True)
class StopWork:
    """Stop long work; its message says how far it came."""

    work_id: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Open a dialog, filled with what the form has.

    ``key`` is its one-time key if it continues something. ``here`` is False if the clicked message is about other
    things too, and so must not change. As an answer to a submission it is the next step, under the same key, with the
    values so far hidden in it.
    """

    form: Form
    key: str | None = None
    here: bool = True


@dataclass(frozen=True, slots=True)
class Answering:
    """The plain words that a command or button answers: ``said`` is the post in which they were first said. Of words
    that were edited, ``intro`` says so, and ``rewrites`` is the bot’s answer that is replaced."""

    said: str
    rewrites: str = ""
    intro: str = ""


@dataclass(frozen=True, slots=True)
class Redirect:
    """Continue as if a button with this payload (name and data) had been clicked, which a dialog, menu, command or word
    stood for. For a word, ``post_id`` is the post of the button, if known, and ``label`` its label."""

    name: str
    data: Mapping[str, object]
    post_id: str = ""
    label: str = ""
    answering: Answering | None = None

    @property
    def worded(self) -> WordedButton:
        """Return the button, to be shown again."""
        return WordedButton(label=self.label, name=self.name, data=dict(self.data))

    @classmethod
    def to(cls, payload: BaseModel) -> "Redirect":
        """Redirect to a button with this payload."""
        return cls(name_of(type(payload)), payload.model_dump(mode="json"))


@dataclass(frozen=True, slots=True)
class Perform:
    """Continue as if the person had typed this line; its answer goes to whoever clicked, or to the direct channel.
    Other changes of the handler stand. For plain words, ``label`` is the button that opens its window, and
    ``channel_id`` the channel in which it counts as typed."""

    line: str
    label: str = ""
    channel_id: str = ""
    answering: Answering | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a person, with its button, for « /aide » (not a reply itself).

    The daily message also shows ``others`` on its card. ``key`` identifies it if its text changes every day. « /aide »,
    where buttons have no card of their own, shows ``leads`` in place of them, once for all that lead there.
    """

    text: str
    button: Button
    others: Sequence[Button] = ()
    key: str = ""
    leads: Button | None = None


@dataclass(frozen=True, slots=True)
class EveningPart:
    """A feature’s part of somebody’s end-of-day message: questions about the day (``asks``), the next day (``tells``),
    and the numbers of the appointments asked about (``rdvs``). Not a reply itself."""

    asks: Sequence[Waiting] = ()
    tells: Message | None = None
    rdvs: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class PlainTextReply:
    """What a feature makes of plain words said to the bot: they are its own (``is_its``: an answer in a thread of its),
    or it has ``buttons`` for them, and where it has a ``text`` that is all there is to answer. (No reply of its
    own.)"""

    is_its: bool = False
    buttons: Sequence[Button] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The reply that an error becomes. ``fields`` are sentences under a dialog’s elements; a dialog has no
    ``buttons``."""

    text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    buttons: Sequence[Button] = ()


Reply = (
    Whisper
    | Say
    | Direct
    | News
    | Update
    | Refresh
    | SendFile
    | Start
    | StopWork
    | Ask
    | Redirect
    | Perform
    | Refuse
    | ChatAction
)
Replies = Reply | Sequence[Reply] | None


def as_list(replies: Replies) -> list[Reply]:
    """Return a handler’s replies as a list."""
    if replies is None:
        return []
    return list(replies) if isinstance(replies, Sequence) else [replies]


def find_next(replies: Sequence[Reply]) -> Perform | Redirect | None:
    """Return the command or button with which a handler continues, if any."""
    return next((reply for reply in replies if isinstance(reply, Perform | Redirect)), None)
