"""What is proposed is read over by animateurs: published, corrected, or refused with a reason."""

from collections.abc import Sequence

from bot.context import Context
from bot.french.words import plural
from bot.lines import Run
from bot.others import is_there, name_of
from bot.replies import Ask, Button, Card, Direct, Replies, Reply, Waiting, Whisper
from bot.texts import quotation, render
from commands.agenda import attending, places, proposals, publishing, words
from commands.agenda.buttons import Edit, Open, Publish, Refuse
from commands.agenda.feature import ANIMATEURS, feature
from commands.agenda.noting import facts, note_event
from commands.agenda.sight import must_not_be_over, visible
from dialogs.agenda import RefuseEvent
from storage.agenda import listing
from storage.agenda.event import AgendaEvent, State, write
from storage.journal import Act

PAGE = 5
"""Proposals in one answer."""


@feature.command("agenda propositions", help="Relire les événements proposés", roles=ANIMATEURS)
async def list_proposed(ctx: Context, _: str) -> Replies:
    """Those that come first, each with what can be done with it."""
    waiting = await listing.proposed(ctx.db, ctx.now, PAGE)
    if not waiting:
        return Whisper("Aucun événement n’attend d’être relu.")
    drawn = [await proposals.draw(ctx, event) for event in waiting]
    count, room = await listing.count_proposed(ctx.db, ctx.now), await places.room(ctx)
    text = render("agenda/waiting", count=count, more=count - len(waiting), has_room=bool(room))
    return Whisper(text, cards=[Card(one.text, one.buttons) for one in drawn])


@feature.waiting
async def remind(ctx: Context) -> Sequence[Waiting]:
    """What waits to be read over, and where one is awaited today."""
    count = await listing.count_proposed(ctx.db, ctx.now) if ctx.user.animates else 0
    verb = "attend d’être relu" if count == 1 else "attendent d’être relus"
    shown = Button("Relire les événements", Run(line="agenda propositions"))
    review = [Waiting(f"{plural(count, 'événement')} {verb}", shown)] if count else []
    return [*await attending.of_today(ctx), *review]


@feature.button(Publish, roles=ANIMATEURS)
async def publish(ctx: Context, click: Publish) -> Replies:
    """Others see it from now on; the second of two reads who was first."""
    event = await visible(ctx, click.event, locked=True)
    if event.state not in (State.PROPOSED, State.REFUSED):
        return await _told_before(ctx, event)
    must_not_be_over(ctx, event)
    told = await publishing.publish(ctx, event)
    offered = [Button("Détails", Open(event=event.number))]
    said = await tell_author(ctx, event, "published", offered)
    done = Whisper(render("agenda/is_published", event=event, audience=words.audience(event), said=bool(event.said_at)))
    return [done, *await proposals.refresh(ctx, event), *told, *said]


async def _told_before(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    """Somebody decided already."""
    by = "vous" if event.decided_by == ctx.user.id else await name_of(ctx, event.decided_by)
    text = render("agenda/decided_already", event=event, by=by)
    return [Whisper(text), *await proposals.refresh(ctx, event)]


async def tell_author(ctx: Context, event: AgendaEvent, what: str, buttons: Sequence[Button] = ()) -> Sequence[Reply]:
    """Who proposed it hears what became of it; not of what they did themselves, nor who has left."""
    if event.author_id == ctx.user.id or not await is_there(ctx, event.author_id):
        return []
    word = quotation(event.reason, 1000)
    text = render(f"agenda/told_{what}", event=event, title=words.title(event), word=word)
    return [Direct(text, buttons, user_id=event.author_id)]


@feature.button(Refuse, roles=ANIMATEURS)
async def ask_why(ctx: Context, click: Refuse) -> Replies:
    """The window of a reason."""
    event = await visible(ctx, click.event, locked=True)
    if event.state is not State.PROPOSED:
        return await _told_before(ctx, event)
    return Ask(RefuseEvent.draft(event=event.number, said=event.title[:100]))


@feature.submit(RefuseEvent, roles=ANIMATEURS)
async def refuse(ctx: Context, form: RefuseEvent) -> Replies:
    """It is not published; who proposed it reads why, and may correct it, which proposes it again."""
    event = await visible(ctx, form.event, locked=True)
    if event.state is not State.PROPOSED:
        return await _told_before(ctx, event)
    before = facts(event)
    event.state, event.decided_by, event.reason = State.REFUSED, ctx.user.id, form.text
    await write(ctx.db, event, ctx.now)
    note_event(ctx, Act.EVENT_REFUSE, event, before)
    offered = [Button("Corriger", Edit(event=event.number))]
    told = await tell_author(ctx, event, "refused", offered)
    return [Whisper(render("agenda/is_refused", event=event)), *await proposals.refresh(ctx, event), *told]
