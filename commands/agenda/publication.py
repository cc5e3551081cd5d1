"""Events are proposed, reviewed, published in their channel, changed, cancelled and restored."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot import quotas
from bot.account_status import is_active, read_display_name
from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import read_moment, say_moment, write_moment
from bot.replies import Ask, Button, Direct, News, Redirect, Replies, Reply, Whisper
from bot.texts import quotation, render
from commands.agenda import cards
from commands.agenda.cards import ANIMATEURS, feature
from config.time import is_double, is_skipped
from dialogs.agenda import ALL, CancelEvent, EditEvent, ProposeEvent, RefuseEvent, clean_text
from storage import agenda, canaux
from storage.agenda import TITLE_MAX, AgendaEvent, EventState, add_event, find_homes, lock_event, save_event
from storage.journal import AuditAct

Facts = Mapping[str, object]


def read_facts(event: AgendaEvent) -> Facts:
    """Return the values of an event that the audit log compares before and after a change."""
    return {
        "etat": event.state.value,
        "titre": event.title,
        "du": str(event.starts_at),
        "au": str(event.ends_at),
        "lieu": event.place,
        "lien": event.url,
    }


def note_event(ctx: Context, act: AuditAct, event: AgendaEvent, before: Facts) -> None:
    """Record a change of an event in the audit log, as one that concerns whoever proposed it."""
    after = read_facts(event)
    now = {name: value for name, value in after.items() if value != before[name]}
    was = {"titre": before["titre"]} | {name: before[name] for name in now}
    record_entry_at_end(ctx, AuditEntry(act, f"evenement:{event.number}", event.author_id, event.reason, was, now))


NOTICE = RowCard[AgendaEvent]("agenda.said:", lambda event: event.number)
"""The post in a channel that announces an event."""
AT_ONCE = 20
"""How many late events are announced at once."""


async def publish_event(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    """Publish an event, and announce it to its audience."""
    event.published_at = event.published_at or ctx.now
    return await _decide(ctx, event, AuditAct.EVENT_PUBLISH, EventState.PUBLISHED)


async def _decide(
    ctx: Context, event: AgendaEvent, act: AuditAct, state: EventState, reason: str = ""
) -> Sequence[Reply]:
    """Give an event another state, decided by the person who acts; record it, and rewrite its posts."""
    before = read_facts(event)
    event.state, event.reason = state, reason
    event.decided_by = "" if state is EventState.PROPOSED else ctx.user.id
    note_event(ctx, act, event, before)
    told = await save_and_tell(ctx, event)
    await agenda.note_seen(ctx.db, event, ctx.user.id)
    return told


async def save_and_tell(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    """Store an event, and rewrite its posts; if it was never announced, announce it."""
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
    """Rewrite the post of an event in its channel."""
    if not event.said_at:
        return []
    place = await cards.find_channel(ctx, event)
    here = bool(place) and ctx.channel_id == place
    return [NOTICE.rewrite(event, await cards.draw_channel_post(ctx, event), here=here)]


@feature.job("hour=7-20 minute=20", name="agenda.catch_up", writes=True)
async def catch_up(ctx: Context) -> Replies:
    """Announce events and post review cards that could not be posted because their channel was unknown."""
    replies: list[Reply] = []
    for event in await agenda.list_proposed(ctx.db, ctx.now, AT_ONCE):
        if not await cards.REVIEW.is_sent(ctx.db, event):
            replies += await cards.post_review_card(ctx, event)
    for unsaid in await agenda.list_unsaid(ctx.db, ctx.now, AT_ONCE):
        if found := await lock_event(ctx.db, unsaid.number):
            replies += await _post_once(ctx, found)
            ctx.db.add(found)
    return replies


PAGE = 5
"""How many proposals one answer shows."""


@feature.command("agenda propositions", help="Relire les événements proposés", roles=ANIMATEURS)
async def list_proposed(ctx: Context, _: str) -> Replies:
    """List the proposals that come first, each with its review buttons."""
    waiting = await agenda.list_proposed(ctx.db, ctx.now, PAGE)
    if not waiting:
        return Whisper(render("agenda/none_proposed"))
    drawn = [(await cards.draw_review_card(ctx, event)).card for event in waiting]
    count, room = await agenda.count_proposed(ctx.db, ctx.now), await canaux.find_team_room(ctx.db)
    text = render("agenda/waiting", count=count, more=count - len(waiting), has_room=bool(room))
    return Whisper(text, cards=drawn)


@feature.button(cards.PublishEvent, name="agenda.Publish", roles=ANIMATEURS)
async def publish_proposal(ctx: Context, click: cards.PublishEvent) -> Replies:
    """Publish a proposal; the second of two reviewers reads who was first."""
    event = await cards.get_visible(ctx, click.event, locked=True)
    if event.state not in (EventState.PROPOSED, EventState.REFUSED):
        return await _tell_decided(ctx, event)
    cards.must_not_be_over(ctx, event)
    told = await publish_event(ctx, event)
    said = await _give_author_news(ctx, event)
    about = {"audience": cards.say_audience(event), "said": bool(event.said_at)}
    done = Whisper(render("agenda/is_published", event=event, **about))
    return [done, *await cards.refresh_review_card(ctx, event), *told, *said]


async def _tell_decided(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    """Say who has already decided about a proposal."""
    by = "vous" if event.decided_by == ctx.user.id else await read_display_name(ctx, event.decided_by)
    text = render("agenda/decided_already", event=event, by=by)
    return [Whisper(text), *await cards.refresh_review_card(ctx, event)]


async def _give_author_news(ctx: Context, event: AgendaEvent) -> Sequence[News]:
    """Tell the author in their daily message that the event is published."""
    opens = Button(f"Détails de l’événement n° {event.number}", cards.OpenEvent(event=event.number))
    told = await tell_author(ctx, event, "published")
    return [News(user_id=each.user_id, text=each.text, button=opens) for each in told]


async def tell_author(ctx: Context, event: AgendaEvent, what: str, *buttons: Button) -> Sequence[Direct]:
    """Tell the author of an event what became of it, unless they did it themselves or have left."""
    if event.author_id == ctx.user.id or not await is_active(ctx, event.author_id):
        return []
    word = quotation(event.reason, 1000)
    text = render(f"agenda/told_{what}", event=event, title=cards.draw_title(event), word=word)
    return [Direct(text, buttons, user_id=event.author_id)]


@feature.button(cards.DeclineEvent, name="agenda.Refuse", roles=ANIMATEURS)
async def ask_reason(ctx: Context, click: cards.DeclineEvent) -> Replies:
    """Open the window in which a refusal is explained."""
    event = await cards.get_visible(ctx, click.event, locked=True)
    if event.state is not EventState.PROPOSED:
        return await _tell_decided(ctx, event)
    return Ask(RefuseEvent.draft(event=event.number, said=event.title[:100]))


@feature.submit(RefuseEvent, roles=ANIMATEURS)
async def refuse_proposal(ctx: Context, form: RefuseEvent) -> Replies:
    """Refuse a proposal. Its author reads why, and may correct it, which submits it again."""
    event = await cards.get_visible(ctx, form.event, locked=True)
    if event.state is not EventState.PROPOSED:
        return await _tell_decided(ctx, event)
    await _decide(ctx, event, AuditAct.EVENT_REFUSE, EventState.REFUSED, form.text)
    told = await tell_author(ctx, event, "refused", Button("Corriger", cards.ChangeEvent(event=event.number)))
    return [Whisper(render("agenda/is_refused", event=event)), *await cards.refresh_review_card(ctx, event), *told]


AHEAD_MAX, LENGTH_MAX = timedelta(days=400), timedelta(days=31)
Times = tuple[datetime, datetime]


def read_times(ctx: Context, form: ProposeEvent | EditEvent, known: AgendaEvent | None = None) -> Times:
    """Read the start and end from a window. A time that the window still shows as ``known`` keeps its exact instant.
    Raises UserError."""
    start = _keep_known(ctx, form.quand, known.starts_at if known else None)
    _must_exist("quand", start)
    begins = start.astimezone(UTC)
    if (known is None or begins != known.starts_at) and begins <= ctx.now:
        raise UserError(fields={"quand": render("agenda/moment_past")})
    if begins > ctx.now + AHEAD_MAX:
        raise UserError(fields={"quand": render("agenda/too_far", days=AHEAD_MAX.days)})
    ends = _read_end(ctx, form.jusqua, start, known)
    if ends <= begins:
        raise UserError(fields={"jusqua": render("agenda/ends_before")})
    if ends - begins > LENGTH_MAX:
        raise UserError(fields={"jusqua": render("agenda/too_long", days=LENGTH_MAX.days)})
    if ends <= ctx.now:
        raise UserError(fields={"jusqua": render("agenda/moment_past")})
    return begins, ends


def _read_end(ctx: Context, text: str, start: datetime, known: AgendaEvent | None) -> datetime:
    """Read the end, in UTC; an hour alone means the day of the start."""
    if not text:
        return start.astimezone(UTC) + timedelta(hours=1)
    found = read_moment(text, start.date(), ctx.zone)
    if found is None:
        raise UserError(fields={"jusqua": render("agenda/end_usage")})
    end = _keep_known(ctx, found, known.ends_at if known else None)
    _must_exist("jusqua", end)
    if is_double(end) and end.astimezone(UTC) <= start.astimezone(UTC):
        end = end.replace(fold=1)
    return end.astimezone(UTC)


def _keep_known(ctx: Context, said: datetime, known: datetime | None) -> datetime:
    """Return the known instant if the window still shows it: in the hour in which clocks are set back, the text alone
    is ambiguous."""
    here = known.astimezone(ctx.zone) if known else None
    return here if here and write_moment(here) == write_moment(said) else said


def show_end(event: AgendaEvent, ctx: Context) -> str:
    """Write the end of an event as the window shows it: the hour, with its day if that is another one."""
    start, end = event.starts_at.astimezone(ctx.zone), event.ends_at.astimezone(ctx.zone)
    return f"{end:%Hh%M}" if start.date() == end.date() else write_moment(end)


def _must_exist(field: str, moment: datetime) -> None:
    if is_skipped(moment):
        later = moment.astimezone(UTC).astimezone(moment.tzinfo)
        raise UserError(fields={field: render("agenda/no_such_hour", next=say_moment(later))})


@feature.command("agenda proposer", help="Proposer un événement", hint="[titre]")
async def propose_typed(ctx: Context, line: str) -> Replies:
    """Open the window; what follows the command is the title."""
    title = " ".join(clean_text(line).split())[:TITLE_MAX]
    known = {"titre": title} if title else {}
    return Ask(ProposeEvent.draft(**known, **list_offered(ctx)))


@feature.button(cards.Propose, writes=False)
async def propose_clicked(ctx: ReadingContext, click: cards.Propose) -> Replies:
    """Open the window, filled with what the button knows."""
    known = {"titre": click.titre[:TITLE_MAX], "pour": click.departement}
    return Ask(ProposeEvent.draft(**{name: said for name, said in known.items() if said}, **list_offered(ctx)))


def list_offered(ctx: Context, event: AgendaEvent | None = None) -> dict[str, object]:
    """Return the hidden values of the window: the audiences that the person may choose (a published event keeps its
    own), and the time zone of the hours."""
    zone = cards.name_zone(ctx.zone)
    now = (event.departement,) if event is not None else ()
    if event is not None and event.is_out:
        return {"places": now, "every": False, "zone": zone}
    own = (home for code in ctx.user.departements for home in find_homes([code]))
    return {"places": tuple(dict.fromkeys((*now, "", *own))), "every": ctx.user.animates, "zone": zone}


@feature.submit(ProposeEvent)
async def propose_event(ctx: Context, form: ProposeEvent) -> Replies:
    """Store a new event, and publish it or submit it for review."""
    starts_at, ends_at = read_times(ctx, form)
    must_be_allowed_for(ctx, form)
    left = await quotas.spend(ctx, quotas.Quota.EVENT)
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
    if cards.may_publish(ctx.user, event.departement):
        told = await publish_event(ctx, event)
        return [await draw_receipt(ctx, event), *told, *left]
    card = await cards.post_review_card(ctx, event)
    return [await draw_receipt(ctx, event, has_room=bool(card)), *card, *left]


async def draw_receipt(ctx: Context, event: AgendaEvent, *, has_room: bool = True) -> Whisper:
    """Confirm how a proposal was understood."""
    (card,) = await cards.draw_cards(ctx, [event])
    text = render("agenda/receipt", event=event, card=card.text, has_room=has_room)
    return Whisper(text, card.buttons, menus=card.menus)


def must_be_allowed_for(ctx: Context, form: ProposeEvent | EditEvent, known: AgendaEvent | None = None) -> None:
    """Raise UserError for a département that is not, or no longer, the person’s own."""
    if known is not None and known.departement == form.departement:
        return
    if not cards.get_sight(ctx, ctx.user).covers(form.departement):
        raise UserError(fields={"pour": render("agenda/not_your_departement")})


@feature.button(cards.MoreEventActions, name="agenda.More", writes=False)
async def choose_action(ctx: Context, click: cards.MoreEventActions) -> Replies:
    """Run the chosen action, as its own button would."""
    payloads = {
        cards.EventAction.EDIT: cards.ChangeEvent,
        cards.EventAction.CANCEL: cards.Cancel,
        cards.EventAction.RESTORE: cards.RestoreEvent,
    }
    return Redirect.to(payloads[cards.EventAction(click.chosen)](event=click.event))


@feature.button(cards.ChangeEvent, name="agenda.Edit", writes=False)
async def ask_edit(ctx: Context, click: cards.ChangeEvent) -> Replies:
    """Open the window, with what is known."""
    event = await cards.get_changeable(ctx, click.event, EventState.CANCELLED, locked=False)
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
    """Change an event wherever it is shown; a refused one is submitted again."""
    event = await cards.get_changeable(ctx, form.event, EventState.CANCELLED)
    if event.sequence != form.sequence and not ctx.request.resumed:
        raise UserError(render("agenda/event_changed"))
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
    if is_again and not await cards.REVIEW.is_sent(ctx.db, event):
        card = await cards.post_review_card(ctx, event)
    else:
        note = render("agenda/corrected", by=await read_display_name(ctx, ctx.user.id), again=is_again)
        card = await cards.refresh_review_card(ctx, event, note)
    return [await draw_receipt(ctx, event, has_room=bool(card)), *told, *card]


@feature.button(cards.Cancel, writes=False)
async def ask_cancel(ctx: Context, click: cards.Cancel) -> Replies:
    """Open the window in which an event is cancelled, with a word for its attendees."""
    event = await cards.get_changeable(ctx, click.event, EventState.CANCELLED, EventState.REFUSED, locked=False)
    return Ask(CancelEvent.draft(event=event.number, said=event.title[:100]))


@feature.submit(CancelEvent)
async def cancel_event(ctx: Context, form: CancelEvent) -> Replies:
    """Cancel an event: its posts, calendars and attendees are told."""
    event = await cards.get_changeable(ctx, form.event, EventState.CANCELLED, EventState.REFUSED)
    told = await _decide(ctx, event, AuditAct.EVENT_CANCEL, EventState.CANCELLED, form.text)
    said = await tell_author(ctx, event, "cancelled")
    return [await draw_receipt(ctx, event), *told, *await cards.refresh_review_card(ctx, event), *said]


@feature.button(cards.RestoreEvent, name="agenda.Restore")
async def restore_event(ctx: Context, click: cards.RestoreEvent) -> Replies:
    """Restore a cancelled event. If somebody else cancelled it, its author cannot restore it."""
    others = (state for state in EventState if state is not EventState.CANCELLED)
    event = await cards.get_changeable(ctx, click.event, *others)
    if not cards.may_publish(ctx.user, event.departement) and event.decided_by != ctx.user.id:
        raise UserError(render("agenda/cancelled_by_animateur"))
    state = EventState.PUBLISHED if event.published_at else EventState.PROPOSED
    told = await _decide(ctx, event, AuditAct.EVENT_RESTORE, state)
    said = Whisper(render("agenda/restored", event=event, title=cards.draw_title(event)))
    return [said, *told, *await cards.refresh_review_card(ctx, event), *await tell_author(ctx, event, "restored")]
