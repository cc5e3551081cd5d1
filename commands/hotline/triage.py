"""A request for help is submitted: similar solved tickets and resources are shown first, then it is filed, perhaps as
part of an outage."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import guard, quotas
from bot.cards import RowCard
from bot.context import Context
from bot.errors import UserError
from bot.replies import Button, Direct, Message, Replies, Reply, Say
from bot.texts import Markdown, render, require
from commands.hotline.cards import RECEIPT, Settled, draw_receipt, post_waiting_cards
from commands.hotline.outages import OUTAGE, WITHIN, draw_outage, refresh_outage
from commands.hotline.service import AGENTS, feature, find_room
from commands.hotline.tickets import note_move
from config.hotline import Outage
from config.text import fold
from dialogs.hotline import OpenTicket
from storage import claims, database, people
from storage.database import store
from storage.hotline import ActorKind, Move, TicketState, Urgency, posts, suggestions, tickets
from storage.hotline.tickets import SUBJECT_MAX, Actor, Incident, MoveNote, Ticket, TicketMove
from storage.ressources import feedback, search
from storage.ressources.catalogue import IndexNotReadyError
from storage.ressources.resources import ShownResource

WISH = RowCard[str]("hotline.wish:", lambda key: key[:51])
"""The message that shows solved tickets and resources similar to a request before it is filed; it is known by the
one-time key of the request’s window, cut to what fits a topic."""
COMPARED_MAX = 30
"""The most tickets of an outage with which a new ticket is compared."""


async def look_for_outage(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    """Attach a new ticket to a running outage that it is similar to; or count it towards proposing one."""
    if ctx.settings.outage is None:
        return []
    await tickets.hold_queue(ctx.db, ticket.queue, ctx.now)
    under_way = await tickets.list_incidents_under_way(ctx.db, [ticket.queue])
    for incident in under_way:
        if incident.is_running and await _belongs_to(ctx, ticket, incident):
            return await _attach_ticket(ctx, ticket, incident)
    return await _propose_outage(ctx, ticket, [each for each in under_way if each.is_proposed], ctx.settings.outage)


async def _belongs_to(ctx: Context, ticket: Ticket, incident: Incident) -> bool:
    founding = await tickets.list_tickets_of_incident(ctx.db, incident.alike[:COMPARED_MAX])
    return suggestions.is_part(ticket, incident.subject, founding)


async def _attach_ticket(ctx: Context, ticket: Ticket, incident: Incident) -> Sequence[Reply]:
    """Attach a ticket to a running outage; its receipt, not written yet, will say so."""
    if (now := await tickets.lock_incident(ctx.db, incident.number)) is None or not now.is_running:
        return []
    by_itself = Actor("", ActorKind.BOT, ctx.now)
    was = ticket.state, ticket.agent_id
    await tickets.make_move(ctx.db, ticket, Move.JOIN, by_itself, MoveNote(f"n° {now.number}"), incident=now.number)
    note_move(ctx, ticket, Move.JOIN, by_itself, was)
    return [await refresh_outage(ctx, now)]


async def _propose_outage(
    ctx: Context, ticket: Ticket, proposed: Sequence[Incident], bounds: Outage
) -> Sequence[Reply]:
    """Propose an outage once there are enough similar tickets; tickets of an earlier proposal count too."""
    unrelated = await tickets.find_refused_by_incident(ctx.db, ticket.queue, ctx.now - WITHIN)
    near = await suggestions.find_recent_alike(ctx.db, ticket, ctx.now - WITHIN)
    rows = [*(row for row in near if row.number not in unrelated), ticket]
    numbers = {row.number for row in rows}
    if known := next((each for each in proposed if numbers & set(each.alike)), None):
        await database.change(ctx.db, known, alike=sorted(numbers | set(known.alike)))
        return [await refresh_outage(ctx, known)]
    places = {row.departement for row in rows if row.departement}
    room = await find_room(ctx, ticket.queue)
    if len(rows) < bounds.tickets or len(places) < bounds.departements or not room:
        return []
    new = Incident(queue=ticket.queue, subject=rows[0].subject, alike=sorted(numbers), opened_at=ctx.now)
    return [OUTAGE.post(new, await draw_outage(ctx, await store(ctx.db, new)), room)]


BLOCKS_FOR = timedelta(hours=1)
"""How long after a « bloquant » ticket another one by its author is filed as « gênant »."""


async def file_ticket(ctx: Context, author: people.Person, key: str, asked: dict[str, Any]) -> Sequence[Reply]:
    """File a ticket: send its author a receipt, post its card, and note it in the thread that it came from."""
    form = OpenTicket.model_validate({**asked, "queues": {}})
    source = await posts.get_source(ctx.db, form.source) if form.source else None
    new = _make_ticket(ctx, author, key, form, source)
    first = await _find_blocking(ctx, author) if new.urgency is Urgency.BLOQUANT else None
    if first:
        new.urgency = Urgency.GENANT
    ticket = await tickets.add(ctx.db, new)
    if ticket is None:  # sent twice, it is the same
        return []
    note = f"dite bloquante, comme la n° {first}" if first else ""
    move, state = Move.OPEN, TicketState.NOUVEAU
    opened = TicketMove(ticket=ticket.number, at=ctx.now, by=author.id, move=move, state=state, note=note)
    await store(ctx.db, opened)
    known = await look_for_outage(ctx, ticket)
    told = RECEIPT.send(ticket, await draw_receipt(ctx, ticket), author.id)
    said = render("hotline/in_thread", number=ticket.number)
    thread = [Say(said, channel_id=ticket.source_channel, root_id=ticket.source_post)] if source else []
    second = [Direct(render("hotline/second_blocking", first=first, ticket=ticket), user_id=author.id)] if first else []
    again = await _ask_which(ctx, ticket)
    return [told, *second, *again, *thread, *await post_waiting_cards(ctx, ticket.queue), *known]


async def _ask_which(ctx: Context, ticket: Ticket) -> Sequence[Direct]:
    """Ask the author of a ticket with the same subject as an open one of theirs whether it is that one: where nothing
    seems to have been sent, people send it again."""
    theirs = [one for one in await tickets.list_of_author(ctx.db, ticket.author_id, 0, LOOKED_AT) if one.state.is_open]
    same = [one for one in theirs if one.id != ticket.id and fold(one.subject) == fold(ticket.subject)]
    if not same:
        return []
    keep = Button(f"Garder seulement la n° {same[-1].number}", Settled(ticket=ticket.number))
    text = render("hotline/asked_already", ticket=ticket, before=same[-1].number)
    return [Direct(text, [keep], user_id=ticket.author_id)]


async def _find_blocking(ctx: Context, author: people.Person) -> int | None:
    """Find the author’s « bloquant » ticket of the last hour: a second one is not « bloquant » until an agent says so.
    Two submissions at once wait for each other."""
    await claims.hold(ctx.db, "hotline.blocking", author.id, ctx.now)
    return await tickets.find_blocking(ctx.db, author.id, ctx.now - BLOCKS_FOR)


def _make_ticket(
    ctx: Context, author: people.Person, key: str, form: OpenTicket, source: posts.TicketSource | None
) -> Ticket:
    """Make a ticket of a request; personal data is masked until its author decides."""
    subject, details = guard.mask(form.subject), guard.mask(form.details)
    masked = {"subject": (form.subject, subject), "details": (form.details, details)}
    return Ticket(
        key=key,
        queue=form.queue,
        category=form.category,
        urgency=Urgency(form.urgency),
        commune=form.commune,
        subject=subject[:SUBJECT_MAX],
        details=details,
        said_masked={name: said for name, (said, shown) in masked.items() if said != shown},
        words=fold(f"{subject} {details}"),
        context=guard.mask(source.context) if source else "",
        files=source.files if source else [],
        source_post=source.root_id if source else "",
        source_channel=source.channel_id if source else "",
        author_id=author.id,
        username=author.username,
        departement=author.departement or "",
        opened_at=ctx.now,
        asked_at=ctx.now,
    )


REMEMBERED = timedelta(days=366)
"""How old a solved ticket may be to be shown as similar."""
DECIDES_IN = timedelta(hours=1)
"""How long a request waits for its author to say whether something shown answers it; then it is filed."""
AT_ONCE = 50
SHOWN_MAX = 3
"""How many solved tickets and resources are shown: with « Continuer » that makes four buttons."""
LOOKED_AT = 5
"""Among how many resources the shown ones are chosen."""


class WasIt(BaseModel):
    """Button « C’était ça »: a solved ticket answers the request."""

    key: str
    ticket: int


class WasFiche(BaseModel):
    """Button « C’était ça »: a resource answers the request."""

    key: str
    fiche: int


class FileIt(BaseModel):
    """Button « Continuer »: nothing that was shown answers the request, so it is filed."""

    key: str


async def find_accepted(db: AsyncSession, keys: Sequence[str]) -> Collection[str]:
    """Find which one-time keys of windows made a ticket, or wait for their author’s decision."""
    return {*await tickets.find_accepted(db, keys), *await suggestions.find_accepted(db, keys)}


@feature.submit(OpenTicket, accepted=find_accepted)
async def submit_request(ctx: Context, form: OpenTicket) -> Replies:
    """Show similar solved tickets and resources first. If there are none, or the request is « bloquant », file it at
    once."""
    left = [] if ctx.user.may(AGENTS) else await quotas.spend(ctx, quotas.Quota.TICKET)
    asked = form.model_dump(mode="json", exclude={"queues"})
    if form.urgency == Urgency.BLOQUANT:
        return [*await file_ticket(ctx, ctx.user, ctx.request.key, asked), *left]
    near = await suggestions.find_solved(ctx.db, f"{form.subject} {form.details}", ctx.now - REMEMBERED)
    fiches = await _find_fiches(ctx, form.subject, SHOWN_MAX - min(len(near), SHOWN_MAX - 1))
    if not near and not fiches:
        return [*await file_ticket(ctx, ctx.user, ctx.request.key, asked), *left]
    near = near[: SHOWN_MAX - len(fiches)]
    wish = suggestions.TicketWish(
        key=ctx.request.key,
        author_id=ctx.user.id,
        username=ctx.user.username,
        asked=asked,
        alike=[ticket.number for ticket in near],
        fiches=[fiche.id for fiche in fiches],
        at=ctx.now,
        queue=form.queue,
    )
    await suggestions.save_wish(ctx.db, wish)
    return [_draw_alike(wish, near, fiches, form.subject), *left]


PATIENCE = 0.5
"""The most seconds that a request waits for the search of resources: other writers wait meanwhile."""


async def _find_fiches(ctx: Context, subject: str, most: int) -> Sequence[ShownResource]:
    """Find the resources that clearly match a request; none while the index is being built."""
    try:
        page = await search(ctx.db, subject, limit=LOOKED_AT, patience=PATIENCE)
    except IndexNotReadyError:
        return []
    found = (hit.resource for hit in page.hits)
    return [fiche for fiche in found if suggestions.is_answer(fiche.titre, fiche.description, subject)][:most]


def _draw_alike(
    wish: suggestions.TicketWish, near: Sequence[Ticket], fiches: Sequence[ShownResource], subject: str
) -> Direct:
    several = len(near) + len(fiches) > 1
    offered: list[tuple[str, BaseModel]] = [
        *((f"n° {ticket.number}", WasIt(key=wish.key, ticket=ticket.number)) for ticket in near),
        *((f"fiche {fiche.id}", WasFiche(key=wish.key, fiche=fiche.id)) for fiche in fiches),
    ]
    buttons = [Button(f"C’était ça : {name}" if several else "C’était ça", payload) for name, payload in offered]
    text = render("hotline/alike", subject=subject, near=near, fiches=[(fiche, _link_fiche(fiche)) for fiche in fiches])
    go_on = Button("Continuer", FileIt(key=wish.key), "primary")
    return WISH.send(wish.key, Message(text, [*buttons, go_on]), wish.author_id)


def _link_fiche(fiche: ShownResource) -> Markdown:
    """Make the link of a resource; "" if it has none."""
    return Markdown(f"[Ouvrir](<{fiche.url}>)" if fiche.url else "")


@feature.button(WasIt)
async def accept_ticket(ctx: Context, click: WasIt) -> Replies:
    """Drop a request that a solved ticket answers; it counts as an avoided one."""
    if not await suggestions.answer_wish(ctx.db, click.key, ticket=click.ticket):
        raise UserError(render("hotline/gone_or_settled"))
    return WISH.rewrite(click.key, render("hotline/avoided", was=f"la n° {click.ticket}"), here=True)


@feature.button(WasFiche)
async def accept_fiche(ctx: Context, click: WasFiche) -> Replies:
    """Drop a request that a resource answers; it counts as an avoided one, and the resource’s author is thanked."""
    if not await suggestions.answer_wish(ctx.db, click.key, fiche=click.fiche):
        raise UserError(render("hotline/gone_or_settled"))
    await feedback.put_mark(ctx.db, click.fiche, ctx.user.id, feedback.Mark.USEFUL, ctx.now)
    return WISH.rewrite(click.key, render("hotline/avoided", was=f"la fiche n° {click.fiche}"), here=True)


@feature.button(FileIt)
async def file_wish(ctx: Context, click: FileIt) -> Replies:
    """File the request, since nothing that was shown answers it."""
    wish = require(await suggestions.take_wish(ctx.db, click.key), "hotline/gone_or_settled")
    filed = await file_ticket(ctx, ctx.user, wish.key, wish.asked)
    return [WISH.rewrite(wish.key, render("hotline/filed"), here=True), *filed]


@feature.job("minute=*/10", name="hotline.file_undecided", writes=True)
async def file_undecided(ctx: Context) -> Replies:
    """File the requests whose authors did not decide: none is lost for want of a click."""
    replies: list[Reply] = []
    for waiting in await suggestions.list_undecided(ctx.db, ctx.now - DECIDES_IN, AT_ONCE):
        wish = await suggestions.take_wish(ctx.db, waiting.key)
        author = await people.get(ctx.db, waiting.author_id)
        if wish is not None:
            somebody = author or people.Person(id=waiting.author_id, username=waiting.username, since=ctx.now)
            replies += [WISH.rewrite(wish.key, render("hotline/filed"))]
            replies += await file_ticket(ctx, somebody, wish.key, wish.asked)
    return replies
