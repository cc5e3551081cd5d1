"""Admission: the one place where the sender’s role is checked and the handler’s context is made."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context, ReadingContext, Request
from bot.delivery import Delivery
from bot.drafts import Drafts
from bot.errors import UserError
from bot.features import AccessHook, Beside, Feature, Rescue, Trigger
from bot.mattermost import Mattermost
from bot.people import People
from bot.replies import Button, RunCommand
from bot.tasks import BackgroundFetches, Traffic
from bot.texts import Markdown, render
from bot.watchlist import Watchlist
from bot.web import WebClient
from config.settings import Settings
from storage.database import Database
from storage.people import ANIMATES, Person, Role, list_to_ask


class ReservedError(UserError):
    """The person has none of the roles of a trigger; ``buttons`` lead them to one."""

    def __init__(self, text: str, buttons: Sequence[Button] = ()) -> None:
        super().__init__(text)
        self.buttons = buttons


def always_lead() -> bool:
    """Return True: a single process may always run jobs."""
    return True


@dataclass(frozen=True, slots=True)
class HandlerDependencies:
    """What handlers run with."""

    database: Database
    chat: Mattermost
    people: People
    delivery: Delivery
    drafts: Drafts
    traffic: Traffic
    watchlist: Watchlist
    settings: Settings
    clock: Callable[[], datetime]
    web: WebClient
    rescue: Rescue | None = None
    """Where it leads who sees it fail."""
    access: AccessHook | None = None
    """What it offers who is refused for their role."""
    beside: Sequence[Beside] = ()
    """What says something more to whoever types a command."""
    errands: BackgroundFetches = field(default_factory=BackgroundFetches)
    leads: Callable[[], bool] = always_lead
    """Whether this replica may take what another could do (bot/retries.py)."""


class Admission:
    """Checks who comes in, and makes contexts."""

    def __init__(self, dependencies: HandlerDependencies) -> None:
        self._d = dependencies

    async def person(self, db: AsyncSession, request: Request, trigger: Trigger) -> Person:
        """Return the person who acts. The role is looked up again for dialogs, buttons and long work, since it may have
        changed, and before a refusal, since it may just have been given.

        Raises UserError if the role is not one of the trigger’s and its feature does not admit the person otherwise.
        """
        fresh = request.kind in ("submit", "button", "file", "work")
        people = self._d.people
        user = await (people.fresh(db, request.user_id) if fresh else people.of(request.user_id))
        if await self._may(user, request, db, trigger):
            return user
        if people.mark_doubtful(request.user_id):
            await db.rollback()  # (Mattermost is asked: not while others wait.)
            user = await people.fresh(db, request.user_id)
            if await self._may(user, request, db, trigger):
                return user
        # Under what was clicked there is room for words only.
        access = self._d.access if request.waiting_kind in ("command", "event") else None
        raise await refuse_role(self.context(user, request, db), trigger, access)

    async def _may(self, user: Person, request: Request, db: AsyncSession, trigger: Trigger) -> bool:
        return user.may(trigger.roles) or await self._is_let_in(user, request, db, trigger)

    async def _is_let_in(self, user: Person, request: Request, db: AsyncSession, trigger: Trigger) -> bool:
        return bool(trigger.admits and await trigger.admits(self.context(user, request, db)))

    def context(
        self, user: Person, request: Request, db: AsyncSession, now: datetime | None = None, *, writes: bool = True
    ) -> Context:
        """Make the context of a handler; for one that only reads, with access to Mattermost."""
        m = self._d
        parts = (user, request, now or m.clock(), db, m.chat.capabilities, m.settings, m.drafts, m.people, m.web)
        return Context(*parts, errands=m.errands) if writes else ReadingContext(*parts, errands=m.errands, chat=m.chat)

    async def ask(
        self, trigger: Trigger, user: Person, request: Request, *came: object, now: datetime | None = None
    ) -> tuple[object, ...]:
        """Run the trigger’s question, if it has one, and return its answer as a further argument of the handler."""
        if trigger.asks is None:
            return ()
        async with self._d.database.transaction(writes=False) as db:
            return (await trigger.asks(self.context(user, request, db, now, writes=False), *came),)


def find_access(features: Iterable[Feature]) -> AccessHook | None:
    """Find the hook by which a feature offers to ask for a role."""
    return next((feature.access for feature in features if feature.access), None)


async def refuse_role(
    ctx: Context, trigger: Trigger, access: AccessHook | None, *, is_wish: bool = False
) -> ReservedError:
    """Make the refusal of a command of other roles, or of a wish said in plain words. It names the command that this
    role has instead, whom to ask, and for people without a role the button that asks for one."""
    user, contact = ctx.user, ctx.settings.contact
    own = await access(ctx) if access else None
    instead = trigger.instead.get(user.role, "") if user.role and access else ""
    asked_for = [] if contact else await list_to_ask(ctx.db, ctx.today)
    named = [person.username for person in asked_for if person.id != user.id]
    in_order = sorted(trigger.roles, key=list(Role).index)
    asked = {
        "access": own.text if own else "",
        "is_wish": is_wish,
        "is_alone": user.role in ANIMATES and not (contact or named),
    }
    said = {"roles": in_order, "contact": contact, "animateurs": named, **asked}
    buttons = [own.button] if own else [Button(f"/{instead}", RunCommand(line=instead), "primary")] if instead else []
    sentences = [render("refus/instead", line=instead)] if instead else []
    return ReservedError(Markdown(" ".join([*sentences, render("refus/role", user=user, **said)])), buttons)
