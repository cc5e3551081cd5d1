"""Events are proposed, read over, published in their channel, changed, cancelled and restored."""

from collections.abc import Mapping, Sequence

from bot import quotas
from bot.account_status import is_active, read_display_name
from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.context import Context
from bot.errors import UserError
from bot.events import Delivered
from bot.quotas import Quota
from bot.replies import Ask, Button, Card, Direct, Redirect, Replies, Reply, Whisper
from bot.texts import quotation, render
from commands.agenda import cards, times
from commands.agenda.cards import (
    REASONS,
    REVIEW,
    Cancel,
    Edit,
    EventAction,
    More,
    Open,
    Propose,
    Publish,
    Refuse,
    Restore,
    get_changeable,
    get_sight_of,
    get_visible,
    may_publish,
    must_not_be_over,
)
from commands.agenda.feature import ANIMATEURS, feature
from commands.agenda.times import read_times, show_end
from dialogs.agenda import ALL, CancelEvent, EditEvent, ProposeEvent, RefuseEvent, clean_text
from storage import agenda, canaux
from storage.agenda import TITLE_MAX, AgendaEvent, EventState, add_event, find_homes, lock_event, save_event
from storage.journal import AuditAct
from storage.people import Person

Facts = Mapping[str, object]


def read_facts(event: AgendaEvent) -> Facts:
    """What of it is noted before and after."""
    return {
        "etat": event.state.value,
        "titre": event.title,
        "du": str(event.starts_at),
        "au": str(event.ends_at),
        "lieu": event.place,
        "lien": event.url,
    }


def note_event(ctx: Context, act: AuditAct, event: AgendaEvent, before: Facts) -> None:
    """What differs now; it concerns who proposed it."""
    after = read_facts(event)
    was = {name: value for name, value in before.items() if value != after[name]}
    now = {name: value for name, value in after.items() if name in was}
    thing = f"evenement:{event.number}"
    record_entry_at_end(
        ctx, AuditEntry(act, thing, event.author_id, event.reason, {"titre": before["titre"]} | was, now)
    )


NOTICE = RowCard[AgendaEvent]("agenda.said:", lambda event: event.number)
"""The post in a channel that announces an event."""
AT_ONCE = 20
"""Events that are said late in one go."""


async def publish_event(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    """All whom it is for see it from now on, and are told."""
    before = read_facts(event)
    event.state, event.decided_by, event.reason = EventState.PUBLISHED, ctx.user.id, ""
    event.published_at = event.published_at or ctx.now
    told = await save_and_tell(ctx, event)
    note_event(ctx, AuditAct.EVENT_PUBLISH, event, before)
    return told


async def save_and_tell(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    """It is written down, and what stands about it is true again; what was never said is said."""
    replies = await _post_once(ctx, event)
    await save_event(ctx.db, event, ctx.now)
    return [*replies, *(await refresh_post(ctx, event) if not replies else [])]


async def _post_once(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    place = await cards.find_channel(ctx, event)
    if not place or event.said_at or event.state is not EventState.PUBLISHED or event.starts_at <= ctx.now:
        return []
    event.said_at = ctx.now
    return [NOTICE.post(event, await cards.draw_channel_post(ctx, event), place)]


async def refresh_post(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    """What stands in its channel says what is so now."""
    if not event.said_at:
        return []
    place = await cards.find_channel(ctx, event)
    here = bool(place) and ctx.channel_id == place
    return [NOTICE.rewrite(event, await cards.draw_channel_post(ctx, event), here=here)]


@feature.event(Delivered, name="agenda.arrived.Delivered")
async def on_delivered(ctx: Context, event: Delivered) -> Replies:
    """What changed while it was on its way is told now."""
    if reviewed := await REVIEW.load(ctx.db, event.topic, lock_event):
        return await cards.refresh_review_card(ctx, reviewed) if reviewed.sequence else None
    found = await NOTICE.load(ctx.db, event.topic, lock_event)
    if found is None:
        return None
    is_new = (
        found.said_at and found.changed_at <= found.said_at and not await agenda.count_attendees(ctx.db, [found.number])
    )
    return None if is_new else await refresh_post(ctx, found)


@feature.job("hour=7-20 minute=20", name="agenda.catch_up", writes=True)
async def catch_up(ctx: Context) -> Replies:
    """What could not be said when it was published, or shown when it was proposed, is: the place was not known."""
    replies: list[Reply] = []
    for event in await agenda.list_proposed(ctx.db, ctx.now, AT_ONCE):
        if not await REVIEW.is_sent(ctx.db, event):
            replies += await cards.post_review_card(ctx, event)
    for unsaid in await agenda.list_unsaid(ctx.db, ctx.now, AT_ONCE):
        if found := await lock_event(ctx.db, unsaid.number):
            replies += await _say_late(ctx, found)
    return replies


async def _say_late(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    replies = await _post_once(ctx, event)
    ctx.db.add(event)
    return replies


PAGE = 5
"""Proposals in one answer."""


@feature.command("agenda propositions", help="Relire les événements proposés", roles=ANIMATEURS)
async def list_proposed(ctx: Context, _: str) -> Replies:
    """Those that come first, each with what can be done with it."""
    waiting = await agenda.list_proposed(ctx.db, ctx.now, PAGE)
    if not waiting:
        return Whisper("Aucun événement n’attend d’être relu.")
    drawn = [await cards.draw_review_card(ctx, event) for event in waiting]
    count, room = await agenda.count_proposed(ctx.db, ctx.now), await canaux.find_team_room(ctx.db)
    text = render("agenda/waiting", count=count, more=count - len(waiting), has_room=bool(room))
    return Whisper(text, cards=[Card(one.text, one.buttons) for one in drawn])


@feature.button(Publish, roles=ANIMATEURS)
async def publish_proposal(ctx: Context, click: Publish) -> Replies:
    """Others see it from now on; the second of two reads who was first."""
    event = await get_visible(ctx, click.event, locked=True)
    if event.state not in (EventState.PROPOSED, EventState.REFUSED):
        return await _tell_decided(ctx, event)
    must_not_be_over(ctx, event)
    told = await publish_event(ctx, event)
    offered = [Button("Détails", Open(event=event.number))]
    said = await tell_author(ctx, event, "published", offered)
    done = Whisper(
        render("agenda/is_published", event=event, audience=times.say_audience(event), said=bool(event.said_at))
    )
    return [done, *await cards.refresh_review_card(ctx, event), *told, *said]


async def _tell_decided(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    """Somebody decided already."""
    by = "vous" if event.decided_by == ctx.user.id else await read_display_name(ctx, event.decided_by)
    text = render("agenda/decided_already", event=event, by=by)
    return [Whisper(text), *await cards.refresh_review_card(ctx, event)]


async def tell_author(ctx: Context, event: AgendaEvent, what: str, buttons: Sequence[Button] = ()) -> Sequence[Reply]:
    """Who proposed it hears what became of it; not of what they did themselves, nor who has left."""
    if event.author_id == ctx.user.id or not await is_active(ctx, event.author_id):
        return []
    word = quotation(event.reason, 1000)
    text = render(f"agenda/told_{what}", event=event, title=times.draw_title(event), word=word)
    return [Direct(text, buttons, user_id=event.author_id)]


@feature.button(Refuse, roles=ANIMATEURS)
async def ask_reason(ctx: Context, click: Refuse) -> Replies:
    """The window of a reason."""
    event = await get_visible(ctx, click.event, locked=True)
    if event.state is not EventState.PROPOSED:
        return await _tell_decided(ctx, event)
    return Ask(RefuseEvent.draft(event=event.number, said=event.title[:100]))


@feature.submit(RefuseEvent, roles=ANIMATEURS)
async def refuse_proposal(ctx: Context, form: RefuseEvent) -> Replies:
    """It is not published; who proposed it reads why, and may correct it, which proposes it again."""
    event = await get_visible(ctx, form.event, locked=True)
    if event.state is not EventState.PROPOSED:
        return await _tell_decided(ctx, event)
    before = read_facts(event)
    event.state, event.decided_by, event.reason = EventState.REFUSED, ctx.user.id, form.text
    await save_event(ctx.db, event, ctx.now)
    note_event(ctx, AuditAct.EVENT_REFUSE, event, before)
    offered = [Button("Corriger", Edit(event=event.number))]
    told = await tell_author(ctx, event, "refused", offered)
    return [Whisper(render("agenda/is_refused", event=event)), *await cards.refresh_review_card(ctx, event), *told]


@feature.command("agenda proposer", help="Proposer un événement", hint="[titre]")
async def propose_typed(ctx: Context, line: str) -> Replies:
    """The window; what follows the command is its title."""
    title = " ".join(clean_text(line).split())[:TITLE_MAX]
    known = {"titre": title} if title else {}
    return Ask(ProposeEvent.draft(**known, **list_offered(ctx)))


@feature.button(Propose, writes=False)
async def propose_clicked(ctx: Context, _: Propose) -> Replies:
    """The same, empty."""
    return Ask(ProposeEvent.draft(**list_offered(ctx)))


def list_offered(ctx: Context, event: AgendaEvent | None = None) -> dict[str, object]:
    """What a window has hidden: whom an event may be for (what is out stays for whom it was), and whose hours."""
    zone = times.name_zone(ctx.zone)
    if event is not None and event.is_out:
        return {"places": (event.departement,), "every": False, "zone": zone}
    own = tuple(code for code in _list_own(ctx.user))
    now = (event.departement,) if event is not None else ()
    return {"places": tuple(dict.fromkeys((*now, "", *own))), "every": ctx.user.animates, "zone": zone}


def _list_own(person: Person) -> Sequence[str]:
    """The départements of somebody, the one where they work first."""
    return list(dict.fromkeys(home for code in person.departements for home in find_homes([code])))


@feature.submit(ProposeEvent)
async def propose_event(ctx: Context, form: ProposeEvent) -> Replies:
    """Written down, then published or to be read over."""
    starts_at, ends_at = read_times(ctx, form)
    must_be_allowed_for(ctx, form)
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
        state=EventState.PROPOSED,
        changed_at=ctx.now,
    )
    await add_event(ctx.db, event)
    if may_publish(ctx.user, event.departement):
        told = await publish_event(ctx, event)
        return [await draw_receipt(ctx, event), *told, *left]
    card = await cards.post_review_card(ctx, event)
    return [await draw_receipt(ctx, event, has_room=bool(card)), *card, *left]


async def draw_receipt(ctx: Context, event: AgendaEvent, *, has_room: bool = True) -> Whisper:
    """What was understood, said back."""
    (card,) = await cards.draw_cards(ctx, [event])
    text = render("agenda/receipt", event=event, card=card.text, has_room=has_room)
    return Whisper(text, card.buttons, menus=card.menus)


def must_be_allowed_for(ctx: Context, form: ProposeEvent | EditEvent, known: AgendaEvent | None = None) -> None:
    """Raises UserError for a département that is not one’s own, or not any more."""
    if known is not None and known.departement == form.departement:
        return
    if not (ctx.user.animates or get_sight_of(ctx, ctx.user).covers(form.departement)):
        raise UserError(fields={"pour": "Ce département n’est pas, ou plus, l’un des vôtres."})


@feature.button(More, writes=False)
async def choose_action(ctx: Context, click: More) -> Replies:
    """Go on with what was chosen, as if its button had been clicked."""
    payloads = {EventAction.EDIT: Edit, EventAction.CANCEL: Cancel, EventAction.RESTORE: Restore}
    return Redirect.to(payloads[EventAction(click.chosen)](event=click.event))


@feature.button(Edit, writes=False)
async def ask_edit(ctx: Context, click: Edit) -> Replies:
    """The window, with what is known."""
    event = await get_changeable(ctx, click.event, locked=False)
    _must_not_be(event, EventState.CANCELLED)
    return Ask(
        EditEvent.draft(
            titre=event.title,
            quand=event.starts_at.astimezone(ctx.zone),
            jusqua=show_end(event, ctx),
            lieu=event.place or None,
            lien=event.url or None,
            pour=event.departement or ALL,
            details=event.details or None,
            event=event.number,
            sequence=event.sequence,
            **list_offered(ctx, event),
        )
    )


@feature.submit(EditEvent)
async def edit_event(ctx: Context, form: EditEvent) -> Replies:
    """It is so from now on, wherever it stands; what was refused is proposed again."""
    event = await get_changeable(ctx, form.event)
    _must_not_be(event, EventState.CANCELLED)
    if event.sequence != form.sequence and not ctx.request.resumed:
        raise UserError("Cet événement a changé pendant que vous écriviez. Ce que vous avez écrit est gardé : "
                        "`/brouillon` le rouvre, et l’envoyer de là l’emporte.")  # fmt: skip
    starts_at, ends_at = read_times(ctx, form, event)
    must_be_allowed_for(ctx, form, event)
    if starts_at != event.starts_at:
        await agenda.forget_reminders(ctx.db, event.number)
    before = read_facts(event)
    event.title, event.details, event.place, event.url = form.titre, form.details, form.lieu, form.lien
    event.starts_at, event.ends_at = starts_at, ends_at
    if not event.is_out:
        event.departement = form.departement
    if event.author_id != ctx.user.id:
        note_event(ctx, AuditAct.EVENT_CHANGE, event, before)
    return await _save_edit(ctx, event)


async def _save_edit(ctx: Context, event: AgendaEvent) -> Replies:
    is_again = event.state is EventState.REFUSED and not ctx.user.animates
    if is_again:
        event.state, event.decided_by, event.reason = EventState.PROPOSED, "", ""
    told = await save_and_tell(ctx, event)
    await agenda.note_seen(ctx.db, event, ctx.user.id)
    note = render("agenda/corrected", by=await read_display_name(ctx, ctx.user.id), again=is_again)
    card = await (cards.review_again if is_again else cards.refresh_review_card)(ctx, event, note)
    return [await draw_receipt(ctx, event, has_room=bool(card)), *told, *card]


def _must_not_be(event: AgendaEvent, *states: EventState) -> None:
    if event.state in states:
        raise UserError(f"L’événement n° {event.number} {REASONS[event.state]}.")


@feature.button(Cancel, writes=False)
async def ask_cancel(ctx: Context, click: Cancel) -> Replies:
    """The window of a word for those who come."""
    event = await get_changeable(ctx, click.event, locked=False)
    _must_not_be(event, EventState.CANCELLED, EventState.REFUSED)
    return Ask(CancelEvent.draft(event=event.number, said=event.title[:100]))


@feature.submit(CancelEvent)
async def cancel_event(ctx: Context, form: CancelEvent) -> Replies:
    """It does not take place: said wherever it stands, in calendars, and to who comes."""
    event = await get_changeable(ctx, form.event)
    _must_not_be(event, EventState.CANCELLED, EventState.REFUSED)
    before = read_facts(event)
    event.state, event.decided_by, event.reason = EventState.CANCELLED, ctx.user.id, form.text
    note_event(ctx, AuditAct.EVENT_CANCEL, event, before)
    told = await save_and_tell(ctx, event)
    await agenda.note_seen(ctx.db, event, ctx.user.id)
    said = await tell_author(ctx, event, "cancelled")
    return [await draw_receipt(ctx, event), *told, *await cards.refresh_review_card(ctx, event), *said]


@feature.button(Restore)
async def restore_event(ctx: Context, click: Restore) -> Replies:
    """It takes place after all. What somebody else cancelled its author does not put back."""
    event = await get_changeable(ctx, click.event)
    _must_not_be(event, EventState.PUBLISHED, EventState.PROPOSED, EventState.REFUSED)
    if not may_publish(ctx.user, event.departement) and event.decided_by != ctx.user.id:
        raise UserError("Un animateur a annulé cet événement : demandez-lui de le rétablir.")
    before = read_facts(event)
    event.state, event.reason = EventState.PUBLISHED if event.published_at else EventState.PROPOSED, ""
    event.decided_by = ctx.user.id if event.published_at else ""
    note_event(ctx, AuditAct.EVENT_RESTORE, event, before)
    told = await save_and_tell(ctx, event)
    await agenda.note_seen(ctx.db, event, ctx.user.id)
    said = Whisper(render("agenda/restored", event=event, title=times.draw_title(event)))
    return [said, *told, *await cards.refresh_review_card(ctx, event), *await tell_author(ctx, event, "restored")]
