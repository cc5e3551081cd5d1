"""« Modifier », « Annuler », « Rétablir »: what is said of an event stays true, who comes is told (reminding.py)."""

from bot.context import Context
from bot.errors import UserError
from bot.others import name_of
from bot.replies import Ask, Press, Replies, Whisper
from bot.texts import render
from commands.agenda import proposals, publishing, words
from commands.agenda.buttons import Cancel, Deed, Edit, More, Restore
from commands.agenda.deciding import tell_author
from commands.agenda.feature import feature
from commands.agenda.noting import facts, note_event
from commands.agenda.proposing import must_be_for, offered, receipt
from commands.agenda.sight import REASONS, publishes, to_change
from commands.agenda.timing import read_times, show_end
from dialogs.agenda import ALL, CancelEvent, EditEvent
from storage.agenda import attendance
from storage.agenda.event import AgendaEvent, State
from storage.journal import Act


@feature.button(More, writes=False)
async def more(ctx: Context, click: More) -> Replies:
    """Go on with what was chosen, as if its button had been clicked."""
    payloads = {Deed.EDIT: Edit, Deed.CANCEL: Cancel, Deed.RESTORE: Restore}
    return Press.to(payloads[Deed(click.chosen)](event=click.event))


@feature.button(Edit, writes=False)
async def open_edit(ctx: Context, click: Edit) -> Replies:
    """The window, with what is known."""
    event = await to_change(ctx, click.event, locked=False)
    _must_not_be(event, State.CANCELLED)
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
            **offered(ctx, event),
        )
    )


@feature.submit(EditEvent)
async def edit(ctx: Context, form: EditEvent) -> Replies:
    """It is so from now on, wherever it stands; what was refused is proposed again."""
    event = await to_change(ctx, form.event)
    _must_not_be(event, State.CANCELLED)
    if event.sequence != form.sequence and not ctx.request.resumed:
        raise UserError("Cet événement a changé pendant que vous écriviez. Ce que vous avez écrit est gardé : "
                        "`/brouillon` le rouvre, et l’envoyer de là l’emporte.")  # fmt: skip
    starts_at, ends_at = read_times(ctx, form, event)
    must_be_for(ctx, form, event)
    if starts_at != event.starts_at:
        await attendance.forget_reminders(ctx.db, event.number)
    before = facts(event)
    event.title, event.details, event.place, event.url = form.titre, form.details, form.lieu, form.lien
    event.starts_at, event.ends_at = starts_at, ends_at
    if not event.is_out:
        event.departement = form.departement
    if event.author_id != ctx.user.id:
        note_event(ctx, Act.EVENT_CHANGE, event, before)
    return await _changed(ctx, event)


async def _changed(ctx: Context, event: AgendaEvent) -> Replies:
    is_again = event.state is State.REFUSED and not ctx.user.animates
    if is_again:
        event.state, event.decided_by, event.reason = State.PROPOSED, "", ""
    told = await publishing.retell(ctx, event)
    await attendance.note_seen(ctx.db, event, ctx.user.id)
    note = render("agenda/corrected", by=await name_of(ctx, ctx.user.id), again=is_again)
    card = await (proposals.again if is_again else proposals.refresh)(ctx, event, note)
    return [await receipt(ctx, event, has_room=bool(card)), *told, *card]


def _must_not_be(event: AgendaEvent, *states: State) -> None:
    if event.state in states:
        raise UserError(f"L’événement n° {event.number} {REASONS[event.state]}.")


@feature.button(Cancel, writes=False)
async def ask_cancel(ctx: Context, click: Cancel) -> Replies:
    """The window of a word for those who come."""
    event = await to_change(ctx, click.event, locked=False)
    _must_not_be(event, State.CANCELLED, State.REFUSED)
    return Ask(CancelEvent.draft(event=event.number, said=event.title[:100]))


@feature.submit(CancelEvent)
async def cancel(ctx: Context, form: CancelEvent) -> Replies:
    """It does not take place: said wherever it stands, in calendars, and to who comes."""
    event = await to_change(ctx, form.event)
    _must_not_be(event, State.CANCELLED, State.REFUSED)
    before = facts(event)
    event.state, event.decided_by, event.reason = State.CANCELLED, ctx.user.id, form.text
    note_event(ctx, Act.EVENT_CANCEL, event, before)
    told = await publishing.retell(ctx, event)
    await attendance.note_seen(ctx.db, event, ctx.user.id)
    said = await tell_author(ctx, event, "cancelled")
    return [await receipt(ctx, event), *told, *await proposals.refresh(ctx, event), *said]


@feature.button(Restore)
async def restore(ctx: Context, click: Restore) -> Replies:
    """It takes place after all. What somebody else cancelled its author does not put back."""
    event = await to_change(ctx, click.event)
    _must_not_be(event, State.PUBLISHED, State.PROPOSED, State.REFUSED)
    if not publishes(ctx.user, event.departement) and event.decided_by != ctx.user.id:
        raise UserError("Un animateur a annulé cet événement : demandez-lui de le rétablir.")
    before = facts(event)
    event.state, event.reason = State.PUBLISHED if event.published_at else State.PROPOSED, ""
    event.decided_by = ctx.user.id if event.published_at else ""
    note_event(ctx, Act.EVENT_RESTORE, event, before)
    told = await publishing.retell(ctx, event)
    await attendance.note_seen(ctx.db, event, ctx.user.id)
    said = Whisper(render("agenda/restored", event=event, title=words.title(event)))
    return [said, *told, *await proposals.refresh(ctx, event), *await tell_author(ctx, event, "restored")]
