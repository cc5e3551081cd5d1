"""A feature: its handlers with their triggers and roles, its entry in « /aide », and the rights that it needs."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeVar, Unpack, overload

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context, ReadingContext, TriggerKind
from bot.drafts import AcceptedKeys
from bot.end_of_day import EveningSource
from bot.events import Event, Spoken, WatchedPlaces
from bot.forms import Form, name_of, store_as
from bot.links import UNDO_LIFE
from bot.options import FiguresHook, LongWork, Shown, Told, WorkPriority
from bot.replies import Button, Parcel, PlainTextReply, Progress, Replies, Reply, Step, Waiting
from bot.search import SearchHook, SearchKind, SearchSource
from bot.texts import Markdown
from bot.visits import ApiRequest, FeedContent, PageAnswer, PageRequest, WebhookAnswer, WebhookRequest
from config.settings import Settings
from config.text import fold
from storage.claims import check_scope
from storage.people import EVERYONE, Person, Role

RescueHook = Callable[[str, str], Button]
"""The button under words that say that the bot failed: of the reference, and of what was being done."""
AccessHook = Callable[[Context], Awaitable[Waiting | None]]
"""How somebody asks for the role that they lack, or that they did; None for whoever has one."""


@dataclass(frozen=True, slots=True)
class Front:
    """How « /aide » shows a feature: a title, a sentence without its full stop, and the command line of its button,
    which depends on the person."""

    title: str
    about: str
    start: Callable[[Person], str]


@dataclass(frozen=True, slots=True)
class Rescue:
    """Where the bot leads people when it fails: a button, and the command line where no button is possible."""

    line: str
    button: RescueHook


class Right(Enum):
    """Something the bot’s account must be allowed to do. ``permissions`` are Mattermost’s names (docs/mattermost.md
    §7.3), ``label`` follows « le droit d’… », ``without`` says what does not work without it."""

    MEMBER = "être membre de l’équipe", (), "rien n’y marche"
    IN_CHANNELS = "être membre de ses canaux", (), "le bot n’y lit et n’y écrit rien"
    ADD_MEMBERS = (
        "ajouter des personnes aux canaux",
        ("manage_public_channel_members", "manage_private_channel_members"),
        "personne n’y est ajouté ni retiré",
    )
    ADMINISTER_CHANNELS = (
        "administrer les canaux",
        ("manage_team", "manage_channel_roles"),
        "aucun canal n’est restauré, converti ni confié à quelqu’un",
    )
    REMOVE_MESSAGES = (
        "retirer les messages des autres",
        ("delete_others_posts",),
        "un message signalé reste visible",
    )

    def __init__(self, label: str, permissions: tuple[str, ...], without: str) -> None:
        self.label = label
        self.permissions = frozenset(permissions)
        self.without = without


P = TypeVar("P", bound=BaseModel)
F = TypeVar("F", bound=Form)
E = TypeVar("E", bound=Event)
A = TypeVar("A")
T = TypeVar("T")
H = TypeVar("H")
Registers = Callable[[H], H]
Handler = Callable[[Context, A], Awaitable[Replies]]
"""What writes, and can ask Mattermost nothing."""
Reader = Callable[[ReadingContext, A], Awaitable[Replies]]
"""What only reads, and may ask Mattermost."""
Question = Callable[[ReadingContext, A], Awaitable[T | Reply]]
"""What is to be known of Mattermost before something is written: the handler is given what it returns, in place of the
line, form or click that it read; or a reply, which is all that there is to say. Of an event (nothing is done for None)
and of a step the handler is given both."""
EventQuestion = Callable[[ReadingContext, A], Awaitable[T | None]]
StepQuestion = Callable[[ReadingContext, A, Progress], Awaitable[T]]
FileHandler = Callable[[ReadingContext, P, Path], Awaitable[Parcel]]
FeedHandler = Callable[[ReadingContext, str], Awaitable[FeedContent | None]]
PageReader = Callable[[ReadingContext, PageRequest], Awaitable[PageAnswer | None]]
PageWriter = Callable[[Context, PageRequest], Awaitable[PageAnswer | None]]
ApiHandler = Callable[[ReadingContext, ApiRequest], Awaitable[Mapping[str, object]]]
WebhookWriter = Callable[[Context, T], Awaitable[WebhookAnswer]]
StepHandler = Callable[[Context, P, Progress], Awaitable[Step]]
StepReader = Callable[[ReadingContext, P, Progress], Awaitable[Step]]
InformedStep = Callable[[Context, P, Progress, T], Awaitable[Step]]
Watches = Callable[[AsyncSession, Settings], Awaitable[WatchedPlaces]]
"""Where a feature listens, read from what it stores: asked at first, twice a minute, and after it wrote something."""
WaitingHook = Callable[[ReadingContext], Awaitable[Sequence[Waiting]]]
"""What waits for somebody, read in few statements."""
HomeHook = Callable[[ReadingContext], Awaitable[Sequence[Markdown]]]
"""What a feature shows somebody at home, each in one short line, read in few statements."""
AdmitsHook = Callable[[Context], Awaitable[bool]]
"""Whether somebody may use a feature though their role does not say so; it recalls, and opens no transaction."""
BesideHook = Callable[[Context, "Trigger"], Awaitable[Reply | None]]
"""What is said beside what a command is answered, if anything."""
Beside = tuple[frozenset[Role], BesideHook]
"""Such a hook, and to whose commands it adds."""
WordsHook = Callable[[ReadingContext, Spoken], Awaitable[PlainTextReply]]
Key = tuple[TriggerKind, str]
"""("command", "hotline fermer"), ("submit", "hotline.NewTicket"), ("button", …), …"""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What runs which handler, and the roles that may pull it.

    ``help`` is what « /aide » says of a command, ``hint`` what may follow it. ``writes`` is false for what only reads:
    on SQLite it then waits for no writer. ``schedule`` are APScheduler’s cron fields, in Paris or, of a ``local`` job,
    in each zone where somebody of the register is. ``is_off`` says that its feature is switched off. ``accepted`` tells
    of a dialog’s keys from what the feature stores; where there is none, the machine writes the keys down. ``feature``
    is the name of its own. ``title`` and ``unit`` are what is told of long work. ``admits`` is its feature’s, and lets
    in others than those of the roles. ``asks`` is what Mattermost is asked before the transaction of a handler that
    writes. ``only`` says of which events it wants to know. ``life`` is how long a button lives where that is less than
    usual; ``seeks`` says of a command that its line is looked for, ``tells`` that it is words of one’s own, ``words``
    which ones mean something; ``instead`` are the commands that other roles have in its place; ``pace`` says who waits
    for long work, ``longest`` how long a step of it may take.
    """

    key: Key
    handler: Callable[..., Awaitable[Any]]
    roles: frozenset[Role] = EVERYONE
    payload: type[BaseModel] | None = None
    writes: bool = True
    asks: Callable[..., Awaitable[Any]] | None = None
    help: str = ""
    hint: str = ""
    schedule: str = ""
    local: bool = False
    is_off: bool = False
    accepted: AcceptedKeys | None = None
    feature: str = ""
    title: str = ""
    unit: tuple[str, str] = ("étape", "étapes")
    admits: AdmitsHook | None = None
    only: Callable[[Any], bool] | None = None
    life: timedelta | None = None
    pace: WorkPriority | None = None
    longest: timedelta | None = None
    seeks: bool = False
    tells: bool = False
    words: Collection[str] = ()
    instead: Mapping[Role, str] = field(default_factory=dict)

    @property
    def writes_at_once(self) -> bool:
        """Whether the handler writes without a question before, so that a dialog is recorded as soon as it comes."""
        return self.writes and self.asks is None


class Feature:
    """``feature = Feature("hotline")``, then decorate the handlers.

    ``rights`` are what the bot’s account must be able to do for it (without ``wishes`` it does less), ``channels`` the
    names of those in which it must be. Switches leave alone what is ``always`` on. ``front`` shows it in « /aide ».
    """

    access: AccessHook | None = None

    def __init__(
        self,
        name: str,
        *,
        rights: Sequence[Right] = (),
        channels: Callable[[Settings], Sequence[str]] = lambda _: (),
        always: bool = False,
        front: Front | None = None,
    ) -> None:
        self.name = name
        self.rights, self.wishes = tuple(rights), list[Right]()
        self.channels = channels
        self.always = always
        self.front = front
        self.lets_in: AdmitsHook | None = None
        self.rescue: Rescue | None = None
        self.waits, self.words, self.home = list[WaitingHook](), list[WordsHook](), list[HomeHook]()
        self.beside = list[Beside]()
        self.sources, self.evenings = list[SearchSource](), list[EveningSource]()
        self.triggers, self.figures = list[Trigger](), list[FiguresHook]()
        self.at_start: list[Callable[[], object]] = []
        """What is done once when the bot starts, in a thread, so that no first request waits for it."""
        self.read_at_start: list[Callable[[AsyncSession], Awaitable[None]]] = []
        """The same of what is read from the database."""
        self.watched: Watches | None = None
        """Where it listens beside the direct channels, which are for all."""
        self.work = WorkDecorator(self, WorkPriority.BROAD)
        """What it sends goes to many, and gives way to what answers people."""
        self.urgent_work = WorkDecorator(self, WorkPriority.URGENT)
        """The same of what somebody waits for, and others may suffer from meanwhile: its few messages and acts leave
        with what answers people, and it waits for nothing that goes to many."""
        self.chore = WorkDecorator(self, WorkPriority.CHORE)
        """The same of what can wait: it has hands of its own, takes few calls of Mattermost’s at once, and its steps
        take a second at most: what takes longer outside goes on beside them (``ctx.errands``)."""

    @property
    def commands(self) -> list[Trigger]:
        """Return the feature’s commands as the help lists them: those under the feature’s own name first, then by name,
        so that each stands before its subcommands."""
        commands = (trigger for trigger in self.triggers if trigger.key[0] == "command")
        return sorted(commands, key=lambda t: (t.key[1].split()[0] != self.name, fold(t.key[1])))

    @overload
    def command(
        self, name: str, *, writes: Literal[False] = False, **shown: Unpack[Shown]
    ) -> Registers[Reader[str]]: ...
    @overload
    def command(self, name: str, *, writes: Literal[True], **shown: Unpack[Shown]) -> Registers[Handler[str]]: ...
    @overload
    def command(self, name: str, *, asks: Question[str, T], **shown: Unpack[Shown]) -> Registers[Handler[T]]: ...
    def command(self, name: str, *, roles: Collection[Role] = EVERYONE, **more: Any) -> Registers[Any]:
        """Declare the command ``/name``; a second word makes a subcommand. The handler gets the rest of the line,
        except « aide » alone (answered by the help) and a misspelt subcommand (which is proposed)."""
        return self._adds(("command", name), roles, **{"writes": "asks" in more, **more})

    def search(self, name: str, *, help: str, hint: str, roles: Collection[Role] = EVERYONE) -> Registers[Reader[str]]:
        """Declare a command that searches for any words, « aide » included."""
        return self._adds(("command", name), roles, writes=False, help=help, hint=hint, seeks=True)

    @overload
    def submit(self, form: type[F], *, writes: Literal[True] = True, **told: Unpack[Told]) -> Registers[Handler[F]]: ...
    @overload
    def submit(self, form: type[F], *, writes: Literal[False], **told: Unpack[Told]) -> Registers[Reader[F]]: ...
    @overload
    def submit(self, form: type[F], *, asks: Question[F, T], **told: Unpack[Told]) -> Registers[Handler[T]]: ...
    def submit(self, form: type[Any], **told: Any) -> Registers[Any]:
        """Declare the handler of a submitted, valid form."""
        return self.declare("submit", form, **told)

    @overload
    def button(
        self, payload: type[P], *, writes: Literal[True] = True, **told: Unpack[Told]
    ) -> Registers[Handler[P]]: ...
    @overload
    def button(self, payload: type[P], *, writes: Literal[False], **told: Unpack[Told]) -> Registers[Reader[P]]: ...
    @overload
    def button(self, payload: type[P], *, asks: Question[P, T], **told: Unpack[Told]) -> Registers[Handler[T]]: ...
    def button(self, payload: type[Any], **told: Any) -> Registers[Any]:
        """Declare the handler of a button with that payload."""
        return self.declare("button", payload, **told)

    def undo(
        self, payload: type[P], *, roles: Collection[Role] = EVERYONE, name: str | None = None
    ) -> Registers[Handler[P]]:
        """Declare the handler of an undo button, which lives for a month; the handler checks the rights of whoever
        clicks."""
        return self.declare("button", payload, roles, name, life=UNDO_LIFE)

    @overload
    def event(self, event: type[E], *, name: str, only: Callable[[E], bool] | None = None) -> Registers[Handler[E]]: ...
    @overload
    def event(
        self, event: type[E], *, name: str, only: Callable[[E], bool] | None = None, asks: EventQuestion[E, T]
    ) -> Registers[Callable[[Context, E, T], Awaitable[Replies]]]: ...
    def event(self, event: type[Any], *, name: str, **more: Any) -> Registers[Any]:
        """Declare the handler of an event where the feature watches, or in a direct channel.

        Several handlers may take the same event. Each claims it under ``name`` with its first statement (or after the
        handler, if it has none), so what it writes and answers happens at most once over replicas and restarts.
        ``only`` filters events without a transaction.
        """
        return self._adds(("event", check_scope(name)), EVERYONE, payload=event, **more)

    def watches(self, watched: Watches) -> Watches:
        """Declare where the feature listens, once; the value may change while the bot runs. The first state of a new
        place causes no events: only changes from then on do."""
        if self.watched is not None:
            raise ValueError(f"{self.name} says twice where it listens")
        self.watched = watched
        return watched

    def waiting(self, hook: WaitingHook) -> WaitingHook:
        """Declare the hook that lists for « /aide » what waits for the person; it only reads."""
        self.waits.append(hook)
        return hook

    def at_home(self, hook: HomeHook) -> HomeHook:
        """Declare the hook of a personal line on the home page (« /accueil »); it only reads, and may ask
        Mattermost."""
        self.home.append(hook)
        return hook

    def hears_words(self, hook: WordsHook) -> WordsHook:
        """Declare the hook that may claim plain words before « /aide » interprets them; it only reads."""
        self.words.append(hook)
        return hook

    def finds(self, kind: SearchKind, *, roles: Collection[Role] = EVERYONE) -> Callable[[SearchHook], SearchHook]:
        """Declare the hook that finds a kind of things for « /chercher »; it only reads."""

        def register(hook: SearchHook) -> SearchHook:
            self.sources.append(SearchSource(kind, hook, frozenset(roles)))
            return hook

        return register

    def says_beside(self, roles: Collection[Role]) -> Registers[BesideHook]:
        """Declare the hook that adds something to the answer of any command that somebody of these roles types."""

        def register(hook: BesideHook) -> BesideHook:
            self.beside.append((frozenset(roles), hook))
            return hook

        return register

    def admits(self, hook: AdmitsHook) -> AdmitsHook:
        """Declare the hook that admits further people to the feature’s triggers, whatever their role; « /aide » shows
        them its commands."""
        self.lets_in = hook
        return hook

    def gives_access(self, hook: AccessHook) -> AccessHook:
        """Declare the hook that leads on people who are refused for want of a role; only one feature has it."""
        self.access = hook
        return hook

    def rescues(self, line: str) -> Callable[[RescueHook], RescueHook]:
        """Declare where people are led when the bot fails: a button, or that command line; only one feature has it."""

        def register(hook: RescueHook) -> RescueHook:
            self.rescue = Rescue(line, hook)
            return hook

        return register

    @overload
    def job(
        self, schedule: str, *, name: str, local: bool = False, writes: Literal[False] = False
    ) -> Registers[Callable[[ReadingContext], Awaitable[Replies]]]: ...
    @overload
    def job(
        self, schedule: str, *, name: str, local: bool = False, writes: Literal[True]
    ) -> Registers[Callable[[Context], Awaitable[Replies]]]: ...
    def job(self, schedule: str, *, name: str, local: bool = False, writes: bool = False) -> Registers[Any]:
        """Declare a scheduled job, which the replicas claim under ``name``, so that it runs once; never between 02:00
        and 03:00, an hour that some nights have twice. A ``local`` job runs once for each time zone of the register, at
        its local time (``ctx.zone``). A reading job may run on two replicas, of which one sends its replies."""
        return self._adds(("job", check_scope(name)), EVERYONE, schedule=schedule, local=local, writes=writes)

    def file(self, order: type[P], *, name: str, roles: Collection[Role] = EVERYONE) -> Registers[FileHandler[P]]:
        """Declare the handler of a file order (``SendFile``), stored under ``name``: it makes the files in the given
        folder and writes nothing else. It may run again for the same order. Raises UserError if there is nothing to
        send."""
        return self.declare("file", order, roles, name, writes=False)

    def feed(self, name: str) -> Registers[FeedHandler]:
        """Declare ``GET /name/key``: a feed that a program fetches without signing in; the key says for whom.

        Like a job, it acts for nobody, and it only reads. None is answered by 404.
        """
        return self._adds(("feed", name), EVERYONE, writes=False)

    @overload
    def page(self, name: str, *, writes: Literal[False] = False) -> Registers[PageReader]: ...
    @overload
    def page(self, name: str, *, writes: Literal[True]) -> Registers[PageWriter]: ...
    def page(self, name: str, *, writes: bool = False) -> Registers[Any]:
        """Declare ``GET /name/key``: a page for people without an account; the key says whose it is.

        It acts for nobody, and only reads unless it counts views. None is answered by the same page as an unknown key.
        """
        return self._adds(("page", name), EVERYONE, writes=writes)

    def sent(self, name: str) -> Registers[PageWriter]:
        """Declare ``POST /name/key``: a form sent from such a page, handled in one transaction."""
        return self._adds(("sent", name), EVERYONE)

    def api(self, name: str) -> Registers[ApiHandler]:
        """Declare ``GET /api/v1/name``: JSON for the operator’s programs with a bearer token. It acts for nobody and
        only reads; UserError explains a faulty query."""
        return self._adds(("api", name), EVERYONE, writes=False)

    def webhook(self, name: str, *, asks: Question[WebhookRequest, T]) -> Registers[WebhookWriter[T]]:
        """Declare ``POST /name/key``: a delivery by another service. Its question verifies the sender and reduces the
        content; the handler stores that, and returns the HTTP status."""
        return self._adds(("webhook", name), EVERYONE, asks=asks)

    def stopped(self, payload: type[P], *, name: str) -> Registers[StepHandler[P]]:
        """Declare the last step of work that was stopped, refused or failed.

        It runs in the transaction that ends the work, even if the person may no longer do it, asks Mattermost nothing,
        and returns how far the work came.
        """
        return self.declare("stopped", payload, EVERYONE, name)

    def declare(
        self,
        kind: TriggerKind,
        payload: type[Any],
        roles: Collection[Role] = EVERYONE,
        name: str | None = None,
        **more: Any,
    ) -> Registers[Any]:
        """Register the handler of a payload under the name by which it is stored."""
        if name is not None:
            store_as(payload, name)
        return self._adds((kind, name_of(payload)), roles, payload=payload, **more)

    def _adds(self, key: Key, roles: Collection[Role], **more: Any) -> Registers[Any]:
        def register(handler: Any) -> Any:
            self.triggers.append(Trigger(key, handler, frozenset(roles), feature=self.name, **more))
            return handler

        return register


class WorkDecorator:
    """Declares the handler of long work (``Start``), which is called for step after step until one is the last.

    A step is one transaction with its replies and its cursor; a failed one is repeated from its beginning, so other
    effects must be harmless twice. A handler without ``writes`` reads; only its replies are written.
    """

    def __init__(self, feature: Feature, pace: WorkPriority) -> None:
        self._feature = feature
        self._pace = pace

    @overload
    def __call__(
        self, payload: type[P], *, writes: Literal[False] = False, **told: Unpack[LongWork]
    ) -> Registers[StepReader[P]]: ...
    @overload
    def __call__(
        self, payload: type[P], *, writes: Literal[True], **told: Unpack[LongWork]
    ) -> Registers[StepHandler[P]]: ...
    @overload
    def __call__(
        self, payload: type[P], *, asks: StepQuestion[P, T], **told: Unpack[LongWork]
    ) -> Registers[InformedStep[P, T]]: ...
    def __call__(self, payload: type[Any], **told: Any) -> Registers[Any]:
        return self._feature.declare("work", payload, pace=self._pace, **{"writes": "asks" in told, **told})
