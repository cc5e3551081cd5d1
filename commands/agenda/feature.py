"""The feature that the files of this folder add their handlers to, and who sees and changes which events."""

from bot.context import Context
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.search import Search
from storage.agenda import AgendaEvent, EventState, Sight, find_homes, get_event, lock_event
from storage.people import Person, Role

feature = Feature(
    "agenda",
    rights=(Right.MEMBER,),
    front=Front("Agenda", "les rencontres et webinaires à venir ; en proposer", lambda _: "agenda"),
)

ANIMATEURS = (Role.ANIMATEUR,)
"""Who reads over what is proposed. (Administrateurs may all that animateurs may.)"""


def get_sight(ctx: Context | Search, person: Person) -> Sight:
    """Get what somebody sees of what is out: public events, and those of their départements as long as they are there;
    animateurs see all."""
    homes = frozenset[str]() if person.has_left(person.today(ctx.now)) else find_homes(person.departements)
    return Sight(homes, everything=person.animates)


def may_see(ctx: Context, event: AgendaEvent) -> bool:
    """Whether who acts is shown an event: what is out and for them; their own; animateurs, all."""
    is_for = event.is_out and get_sight(ctx, ctx.user).covers(event.departement)
    return is_own(ctx, event) or ctx.user.animates or is_for


async def get_visible(ctx: Context, number: int, *, locked: bool = False) -> AgendaEvent:
    """Get the event of that number, nobody else’s if it is ``locked``. Raises UserError, the same for one that there is
    not and for one that this person may not see."""
    event = await (lock_event if locked else get_event)(ctx.db, number)
    if event is None or not may_see(ctx, event):
        raise UserError(f"Il n’y a pas d’événement n° {number}, ou il n’est pas pour votre département.")
    return event


async def lock_open(ctx: Context, number: int) -> AgendaEvent:
    """Lock an event that is to take place. Raises UserError."""
    event = await get_visible(ctx, number, locked=True)
    if event.state is not EventState.PUBLISHED:
        raise UserError(f"L’événement n° {number} {REASONS[event.state]}.")
    must_not_be_over(ctx, event)
    return event


REASONS = {
    EventState.PROPOSED: "n’est pas encore publié",
    EventState.REFUSED: "n’a pas été publié",
    EventState.CANCELLED: "est annulé",
    EventState.PUBLISHED: "est publié",
}
"""What became of an event, in a sentence."""


def must_not_be_over(ctx: Context, event: AgendaEvent) -> None:
    """Raises UserError for what is past."""
    if event.ends_at <= ctx.now:
        raise UserError(f"L’événement n° {event.number} est passé.")


def is_own(ctx: Context, event: AgendaEvent) -> bool:
    """Whether who acts proposed the event, and is still there."""
    return event.author_id == ctx.user.id and not ctx.user.has_left(ctx.today)


def may_change(ctx: Context, event: AgendaEvent) -> bool:
    """Whether who acts may change the event: its author, animateurs, and a coordinateur of its département."""
    return is_own(ctx, event) or may_publish(ctx.user, event.departement)


async def get_changeable(ctx: Context, number: int, *but: EventState, locked: bool = True) -> AgendaEvent:
    """Get the event of that number, which whoever acts may change, in any state ``but`` these. Raises UserError."""
    event = await get_visible(ctx, number, locked=locked)
    if not may_change(ctx, event):
        raise UserError("Seuls la personne qui l’a proposé et les animateurs changent cet événement.")
    must_not_be_over(ctx, event)
    if event.state in but:
        raise UserError(f"L’événement n° {number} {REASONS[event.state]}.")
    return event


def may_publish(person: Person, departement: str) -> bool:
    """Whether somebody’s events are published at once: animateurs’, and a coordinateur’s in their départements."""
    leads = person.role is Role.COORDINATEUR and departement in find_homes(person.departements)
    return person.animates or leads
