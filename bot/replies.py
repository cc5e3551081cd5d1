"""What a handler may answer. Values only: nothing here talks to Mattermost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from bot.actions import ChatAction
from bot.forms import Form, name_of
from bot.menus import Menu

Style = Literal["default", "primary", "danger"]


class WordedButton(BaseModel):
    """A button as a question keeps it: its label, and the name and data of its payload. As a payload itself it leads
    to that one."""

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
        """Return the button as it is written down."""
        return WordedButton(
            label=self.label, name=name_of(type(self.payload)), data=self.payload.model_dump(mode="json")
        )


class RunCommand(BaseModel):
    """What a button carries that runs a command, as if the person had typed that line."""

    line: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a word of who reads a message means: « oui » is a click on ``yes``, « non » and « annule » one on ``no``.

    Where both are None only a click answers, or (``polite``) nothing is asked, and who is thanked again says no more.
    What cannot be undone has no ``yes``.
    """

    yes: Button | None = None
    no: Button | None = None
    polite: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """Something with buttons of its own, under what is said; Mattermost folds its text away after nine lines."""

    text: str
    buttons: Sequence[Button] = ()
    facts: Sequence[tuple[str, str]] = ()
    menus: Sequence[Menu] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What is said: Markdown, and under it short facts (name, value), at most a few buttons, and menus.

    Buttons take a line each on a phone: four at most. Where a menu would be dead (in a whisper) buttons take its place.
    ``cards`` stand between the text and all that, each with what can be done with it. ``question`` says what « oui »
    and « non » mean to who reads it.
    """

    text: str
    buttons: Sequence[Button] = ()
    facts: Sequence[tuple[str, str]] = ()
    menus: Sequence[Menu] = ()
    cards: Sequence[Card] = ()
    question: Question | None = None

    @property
    def has_more(self) -> bool:
        """Whether it is more than words."""
        return bool(self.buttons or self.facts or self.menus or self.cards)


@dataclass(frozen=True, slots=True)
class Whisper(Message):
    """A message that only the person who acted sees; it vanishes when the client is reloaded.

    Where none can be shown it is a direct message, but of what is only a ``courtesy``: the card that was clicked says
    the same.
    """

    courtesy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Message):
    """Everyone in the channel sees it; by default the channel of the request.

    ``root_id`` is the post that it answers, ``topic`` what it is about, for a later ``Refresh`` (or
    ``ctx.posts_about``), and to hear of its end; ``files`` are ids of files of other posts, passed on; ``at`` is when
    it is said, at once by default.
    """

    channel_id: str | None = None
    root_id: str = ""
    topic: str | None = None
    files: Sequence[str] = ()
    at: datetime | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct(Message):
    """A direct message to one person; the rest is as with ``Say``."""

    user_id: str
    root_id: str = ""
    topic: str | None = None
    files: Sequence[str] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something to be told to one person that can wait: it comes in their message of the day (commands/rappels.py).

    ``text`` is a short paragraph, ``button`` leads to what it tells of; as others stand beside it, it rewrites nothing.
    ``is_over`` says that something has ended, where it is not something new.
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
    """Rewrite every message sent about a topic, in whatever place, so that none tells something old; what is on its way
    is rewritten as soon as it stands.

    ``here`` is for a dialog opened by the button of such a message: it is one, though only just delivered (that of a
    whisper does no harm).
    """

    topic: str
    here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFile:
    """A direct message with files to one person, or a message with files in a channel. Only the order is kept: the
    files are made when they are sent, and made again after a restart.

    ``order`` says what to make; its type is the routing key, as a button’s. ``waiting`` is said at once and becomes
    what the parcel says, or why there is none. In a channel ``user_id`` is who asked, if somebody did: with their
    rights it is made, and they hear why nothing comes. ``topic`` is what the posts are about, once they stand
    (``ctx.posts_about``).
    """

    user_id: str = ""
    order: BaseModel
    waiting: str = ""
    channel_id: str = ""
    root_id: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel(Message):
    """What the handler of an order returns: a message, and the files it carries, under the names they have.

    ``files`` lie in the folder that the handler was given. ``done`` is what the waiting message becomes.
    """

    files: Sequence[Path]
    done: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Begin long work, done in steps beside what people ask for, resumed after a restart.

    ``payload`` says what to do; its type is the routing key, as a button’s. How far it is stands in one message, in
    the channel ``told_in``, or in the direct channel of whoever acts (a job acts for nobody, and is told so nowhere; so
    is what is ``quiet``). In a direct channel that message comes at once where ``said`` is to stand there until the
    work begins; else only once it lasts, goes wrong, or has something to say at its end: what it does is shown where it
    was asked for. ``at`` is when it begins, at once by default.
    """

    payload: BaseModel
    told_in: str | None = None
    at: datetime | None = None
    said: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far long work is: where to go on (None at first), and how much is done, of how much if that is known."""

    cursor: Any = None
    done: int = 0
    total: int | None = None

    def end(self, replies: Sequence["Reply"] = (), said: str = "") -> "Step":
        """The last step of work that ends where it is."""
        return Step(replies=replies, done=self.done, total=self.total, finished=True, said=said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a step of long work returns: what is to be sent (to many: it gives way to what answers people), and how far
    it is then.

    ``cursor`` is any JSON: what the next step goes on from. ``said`` is told beside the count.
    """

    replies: Sequence["Reply"] = ()
    cursor: Any = None
    done: int = 0
    total: int | None = None
    finished: bool = False
    said: str = ""


@dataclass(frozen=True, slots=True)
class StopWork:
    """Do nothing more of long work; its message says how far it came."""

    work_id: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Open a dialog; what the form already holds is prefilled.

    ``key`` is its one-time key, given when the dialog takes up something begun elsewhere. ``here`` is false where the
    clicked message is about other things too: what becomes of the dialog is none of its business.
    In answer to a submission it is the next step, under the same key: what was sent so far travels hidden in it.
    """

    form: Form
    key: str | None = None
    here: bool = True


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on as if a button with that payload (its name and data) had been clicked: a dialog, a menu or a command stood
    for it; or a word, and then the button stands under ``post_id``, if its post is known, and is called ``label``."""

    name: str
    data: Mapping[str, object]
    post_id: str = ""
    label: str = ""

    @property
    def worded(self) -> WordedButton:
        """Return the answer as a button, to be shown again."""
        return WordedButton(label=self.label, name=self.name, data=dict(self.data))

    @classmethod
    def to(cls, payload: BaseModel) -> "Redirect":
        """That of a button with this payload."""
        return cls(name_of(type(payload)), payload.model_dump(mode="json"))


@dataclass(frozen=True, slots=True)
class Perform:
    """Go on as if the person had typed that line, whose answer goes where this one would: to who clicked, or into the
    direct channel. What else the handler changed stands. Of plain words, ``label`` is what the button is called that
    opens its window, and ``channel_id`` where it is as if typed."""

    line: str
    label: str = ""
    channel_id: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a person, shown by « /aide », and the button that leads to it. (No reply of its own.)
    The message of the day also shows the ``others``: it is a card of its own there. Of what is said otherwise each day
    the ``key`` tells that it is the same."""

    text: str
    button: Button
    others: Sequence[Button] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class EveningPart:
    """What a feature says to somebody at the end of their day: what it ``asks`` about it, and what it ``tells`` of the
    next; ``rdvs`` are those asked about, by their numbers. (No reply of its own.)"""

    asks: Sequence[Waiting] = ()
    tells: Message | None = None
    rdvs: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class PlainTextReply:
    """What a feature makes of plain words said to the bot: they are its own (``is_its``: an answer in a thread of its),
    or it has ``buttons`` for them. (No reply of its own.)"""

    is_its: bool = False
    buttons: Sequence[Button] = ()


@dataclass(frozen=True, slots=True)
class Refuse:
    """What an error becomes. ``fields`` go under those of a dialog, by element name; a dialog has no ``buttons``."""

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
    """Return what a handler answered, one by one."""
    if replies is None:
        return []
    return list(replies) if isinstance(replies, Sequence) else [replies]


def find_next(replies: Sequence[Reply]) -> Perform | Redirect | None:
    """Find the command or the button with which a handler goes on, if it does."""
    return next((reply for reply in replies if isinstance(reply, Perform | Redirect)), None)
