"""« /agenda proposer »: everybody proposes events; some people’s are published at once."""

from collections.abc import Sequence

from bot import quotas
from bot.context import Context
from bot.errors import UserError
from bot.quotas import Quota
from bot.replies import Ask, Replies, Whisper
from bot.texts import render
from commands.agenda import cards, proposals, publishing, words
from commands.agenda.buttons import Propose
from commands.agenda.feature import feature
from commands.agenda.sight import publishes, sight_of
from commands.agenda.timing import read_times
from dialogs.agenda import EditEvent, ProposeEvent, clean
from storage.agenda.event import TITLE_MAX, AgendaEvent, State, add
from storage.agenda.sight import homes
from storage.people import Person


@feature.command("agenda proposer", help="Proposer un événement", hint="[titre]")
async def propose_typed(ctx: Context, line: str) -> Replies:
    """The window; what follows the command is its title."""
    title = " ".join(clean(line).split())[:TITLE_MAX]
    known = {"titre": title} if title else {}
    return Ask(ProposeEvent.draft(**known, **offered(ctx)))


@feature.button(Propose, writes=False)
async def propose_clicked(ctx: Context, _: Propose) -> Replies:
    """The same, empty."""
    return Ask(ProposeEvent.draft(**offered(ctx)))


def offered(ctx: Context, event: AgendaEvent | None = None) -> dict[str, object]:
    """What a window has hidden: whom an event may be for (what is out stays for whom it was), and whose hours."""
    zone = words.name_of_zone(ctx.zone)
    if event is not None and event.is_out:
        return {"places": (event.departement,), "every": False, "zone": zone}
    own = tuple(code for code in _own(ctx.user))
    now = (event.departement,) if event is not None else ()
    return {"places": tuple(dict.fromkeys((*now, "", *own))), "every": ctx.user.animates, "zone": zone}


def _own(person: Person) -> Sequence[str]:
    """The départements of somebody, the one where they work first."""
    return list(dict.fromkeys(home for code in person.departements for home in homes([code])))


@feature.submit(ProposeEvent)
async def propose(ctx: Context, form: ProposeEvent) -> Replies:
    """Written down, then published or to be read over."""
    starts_at, ends_at = read_times(ctx, form)
    must_be_for(ctx, form)
    left = await quotas.spend(ctx, Quota.EVENT)
    event = AgendaEvent(
        title=form.titre,
        details=form.details,
        starts_at=starts_at,
        ends_at=ends_at,
        zone=ctx.zone.key,
        place=form.lieu,
        url=form.lien,
        departement=form.departement,
        author_id=ctx.user.id,
        proposed_at=ctx.now,
        state=State.PROPOSED,
        changed_at=ctx.now,
    )
    await add(ctx.db, event)
    if publishes(ctx.user, event.departement):
        told = await publishing.publish(ctx, event)
        return [await receipt(ctx, event), *told, *left]
    card = await proposals.put_up(ctx, event)
    return [await receipt(ctx, event, has_room=bool(card)), *card, *left]


async def receipt(ctx: Context, event: AgendaEvent, *, has_room: bool = True) -> Whisper:
    """What was understood, said back."""
    (card,) = await cards.draw(ctx, [event])
    text = render("agenda/receipt", event=event, card=card.text, has_room=has_room)
    return Whisper(text, card.buttons, menus=card.menus)


def must_be_for(ctx: Context, form: ProposeEvent | EditEvent, known: AgendaEvent | None = None) -> None:
    """Raises UserError for a département that is not one’s own, or not any more."""
    if known is not None and known.departement == form.departement:
        return
    if not (ctx.user.animates or sight_of(ctx, ctx.user).covers(form.departement)):
        raise UserError(fields={"pour": "Ce département n’est pas, ou plus, l’un des vôtres."})
