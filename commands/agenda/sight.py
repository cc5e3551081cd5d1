"""Who sees an event, who may change it, and who publishes without being read over."""

from bot.context import Context
from bot.errors import UserError
from storage.agenda.event import AgendaEvent, State, get, lock
from storage.agenda.sight import Sight, homes
from storage.people import Person, Role


def sight(ctx: Context) -> Sight:
    """What who acts sees of what is out."""
    return Sight(everything=True) if ctx.user.animates else sight_of(ctx, ctx.user)


def sight_of(ctx: Context, person: Person) -> Sight:
    """What is for somebody: public events, and those of their départements as long as they are there."""
    return Sight() if person.has_left(person.today(ctx.now)) else Sight.of(person.departements)


def may_see(ctx: Context, event: AgendaEvent) -> bool:
    """Whether who acts is shown it: what is out and for them; their own; animateurs, all."""
    return is_own(ctx, event) or ctx.user.animates or (event.is_out and sight(ctx).covers(event.departement))


async def visible(ctx: Context, number: int, *, locked: bool = False) -> AgendaEvent:
    """The event of that number, nobody else’s if it is ``locked``. Raises UserError, the same for one that there is
    not and for one that this person may not see."""
    event = await (lock if locked else get)(ctx.db, number)
    if event is None or not may_see(ctx, event):
        raise UserError(f"Il n’y a pas d’événement n° {number}, ou il n’est pas pour votre département.")
    return event


async def open_to(ctx: Context, number: int) -> AgendaEvent:
    """The same, locked, which is to take place. Raises UserError."""
    event = await visible(ctx, number, locked=True)
    if event.state is not State.PUBLISHED:
        raise UserError(f"L’événement n° {number} {REASONS[event.state]}.")
    must_not_be_over(ctx, event)
    return event


REASONS = {
    State.PROPOSED: "n’est pas encore publié",
    State.REFUSED: "n’a pas été publié",
    State.CANCELLED: "est annulé",
    State.PUBLISHED: "est publié",
}
"""What became of an event, in a sentence."""


def must_not_be_over(ctx: Context, event: AgendaEvent) -> None:
    """Raises UserError for what is past."""
    if event.ends_at <= ctx.now:
        raise UserError(f"L’événement n° {event.number} est passé.")


def is_own(ctx: Context, event: AgendaEvent) -> bool:
    """Whether who acts proposed it, and is still there."""
    return event.author_id == ctx.user.id and not ctx.user.has_left(ctx.today)


def may_change(ctx: Context, event: AgendaEvent) -> bool:
    """Whether who acts changes it: its author, animateurs, and a coordinateur of its département."""
    return is_own(ctx, event) or publishes(ctx.user, event.departement)


async def to_change(ctx: Context, number: int, *, locked: bool = True) -> AgendaEvent:
    """The event of that number, which whoever acts may change. Raises UserError."""
    event = await visible(ctx, number, locked=locked)
    if not may_change(ctx, event):
        raise UserError("Seuls la personne qui l’a proposé et les animateurs changent cet événement.")
    must_not_be_over(ctx, event)
    return event


def publishes(person: Person, departement: str) -> bool:
    """Whether somebody’s events are published at once: animateurs’, and a coordinateur’s in their départements."""
    leads = person.role is Role.COORDINATEUR and departement in homes(person.departements)
    return person.animates or leads
