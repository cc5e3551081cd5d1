"""Outages: proposed when similar tickets come in, declared, announced to everybody concerned, ended; « /ticket panne
»."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.command_lines import read_typed_number
from bot.context import Context
from bot.errors import UserError
from bot.french import say_on
from bot.menus import Choosing, Menu
from bot.replies import Ask, Button, Message, Progress, Refresh, Replies, Reply, Start, Step, Whisper
from bot.texts import render
from bot.work import find_work
from commands.hotline import service
from commands.hotline.cards import WORDS, LeaveOutage, draw_words
from commands.hotline.service import AGENTS, feature
from commands.hotline.tickets import ask_rating, lock_for_agent, make_move, tell_author
from dialogs.hotline import DeclareOutage, EndOutage, NewOutage, TellOutage
from storage import claims
from storage.database import change, store
from storage.hotline import ActorKind, Move, Reason, suggestions, tickets
from storage.hotline.tickets import SUBJECT_MAX, Actor, Incident, MoveNote, Ticket
from storage.journal import AuditAct


def note_outage(ctx: Context, act: AuditAct, incident: Incident, reason: str = "", **after: object) -> None:
    """Record in the audit log what was decided about an outage or its tickets."""
    before = {"sujet": incident.subject}
    record_entry_at_end(ctx, AuditEntry(act, f"panne:{incident.number}", reason=reason, before=before, after=after))


OUTAGE = RowCard[Incident]("hotline.incident:", lambda incident: incident.number)
"""The card of an outage, in the room of its queue."""
SHOWN_MAX = 8
"""How many tickets of a proposed outage are named."""
WITHIN = timedelta(hours=24)
"""How old tickets may be that are compared to find an outage."""
NAMED_MAX = 20
"""How many tickets the window of a new outage proposes: their numbers fit its field."""


class OutageClick(BaseModel):
    """Payload about one outage, by its number."""

    incident: int


class SayOutage(OutageClick):
    """Button « C’est une panne »: opens the window that declares a proposed outage."""


class SayNone(OutageClick):
    """Button « Non, sans lien »: refuses a proposed outage."""


class UnsayNone(OutageClick):
    """Button « Annuler »: proposes a refused outage again."""


class WriteToAll(OutageClick):
    """Button « Écrire à tous »: opens the window of news."""


class SayOver(OutageClick):
    """Button « C’est fini »: opens the window that ends an outage."""


async def refresh_outage(ctx: Context, incident: Incident, *, here: bool = False) -> Refresh:
    """Rewrite the card of an outage; ``here`` if one of its buttons was clicked."""
    return OUTAGE.rewrite(incident, await draw_outage(ctx, incident), here=here)


async def draw_outage(ctx: Context, incident: Incident, refused_by: str = "") -> Message:
    """Draw an outage for its agents: proposed, refused, running, or over."""
    number = incident.number
    if incident.is_refused:
        text = render("hotline/outage_refused", numbers=incident.alike, person=refused_by)
        return Message(text, [Button("Annuler", UnsayNone(incident=number))])
    if not incident.is_proposed:
        since = say_on(incident.opened_at.astimezone(ctx.zone).date(), ctx.now.astimezone(ctx.zone).date())
        count = await tickets.count_tickets_of_incident(ctx.db, number)
        said = {"incident": incident, "since": since, "by": await service.name_person(ctx, incident.by), "count": count}
        does = [Button("Écrire à tous", WriteToAll(incident=number)), Button("C’est fini", SayOver(incident=number))]
        return Message(render("hotline/outage", **said), does if incident.is_running else [])
    rows = await tickets.list_tickets_of_incident(ctx.db, incident.alike)
    words = suggestions.find_common_words(rows)
    said = {"rows": rows[:SHOWN_MAX], "more": len(rows) - SHOWN_MAX, "count": len(rows), "words": words}
    does = [Button("C’est une panne", SayOutage(incident=number), "primary")]
    does += [Button("Non, sans lien", SayNone(incident=number))]
    return Message(render("hotline/outage_proposed", **said), does)


@feature.button(LeaveOutage, name="hotline.Part")
async def leave_outage(ctx: Context, click: LeaveOutage) -> Replies:
    """Take a ticket out of an outage; it is then answered separately."""
    ticket, actor = await lock_for_agent(ctx, click.ticket)
    incident = await tickets.get_incident(ctx.db, ticket.incident) if ticket.incident else None
    if incident is None:
        return None
    made = await make_move(ctx, ticket, Move.PART, actor, MoveNote(f"n° {incident.number}"), incident=None)
    return [*made, tell_author(ticket, render("hotline/outage_left")), await refresh_outage(ctx, incident)]


BATCH = 20
"""How many tickets one step tells."""


class OutageStage(StrEnum):
    """What people are told about an outage: that it is declared, that there is news, that it is over."""

    SAID = "dite"
    NEWS = "nouvelles"
    OVER = "finie"


class TellAll(OutageClick):
    """Long work: tell the authors of all tickets of an outage."""

    what: OutageStage


@feature.work(TellAll, name="hotline.TellAll", title="Panne", unit=("demande", "demandes"), writes=True)
async def tell_all(ctx: Context, asked: TellAll, so_far: Progress) -> Step:
    """Tell the next authors, by ticket number."""
    incident = await tickets.lock_incident(ctx.db, asked.incident)
    if incident is None:
        return so_far.end()
    numbers = await _next_numbers(ctx, incident, asked.what, so_far.cursor or 0)
    replies = [reply for number in numbers for reply in await _tell_ticket(ctx, number, incident, asked.what)]
    done, ends = so_far.done + len(numbers), len(numbers) < BATCH
    total = done if ends else so_far.total or await _count_told(ctx, incident, asked.what)
    replies += [await refresh_outage(ctx, incident)] if ends else []
    if numbers:
        note_outage(ctx, AuditAct.OUTAGE_TELL, incident, demandes=list(numbers), quoi=asked.what.value)
    reached = numbers[-1] if numbers else so_far.cursor
    return Step(replies=replies, cursor=reached, done=done, total=total, finished=ends)


@feature.stopped(TellAll, name="hotline.TellAll")
async def stop_telling(ctx: Context, asked: TellAll, so_far: Progress) -> Step:
    """Undo the end of an outage that was not told to all; ending it again continues with the others."""
    incident = await tickets.lock_incident(ctx.db, asked.incident)
    replies: list[Reply] = []
    if incident is not None and asked.what is OutageStage.OVER:
        await change(ctx.db, incident, ended_at=None)
        replies.append(await refresh_outage(ctx, incident))
    return so_far.end(replies)


async def _next_numbers(ctx: Context, incident: Incident, what: OutageStage, after: int) -> Sequence[int]:
    if what is OutageStage.SAID:
        return [number for number in incident.alike if number > after][:BATCH]
    found = await tickets.list_tickets_of_incident_after(ctx.db, incident.number, after, BATCH)
    return [ticket.number for ticket in found]


async def _count_told(ctx: Context, incident: Incident, what: OutageStage) -> int:
    if what is OutageStage.SAID:
        return len(incident.alike)
    return await tickets.count_tickets_of_incident(ctx.db, incident.number)


async def _tell_ticket(ctx: Context, number: int, incident: Incident, what: OutageStage) -> Sequence[Reply]:
    """Tell the author of one ticket, unless it was solved meanwhile."""
    ticket = await tickets.lock(ctx.db, number)
    if ticket is None or not ticket.state.is_open:
        return []
    match what:
        case OutageStage.SAID:
            return await _join_outage(ctx, ticket, incident)
        case OutageStage.NEWS:
            return [_say_news(ctx, ticket, incident)]
        case OutageStage.OVER:
            return await _solve_ticket(ctx, ticket, incident)


async def _join_outage(ctx: Context, ticket: Ticket, incident: Incident) -> Sequence[Reply]:
    if ticket.incident is not None:
        return []
    actor = Actor(ctx.user.id, ActorKind.AGENT, ctx.now)
    made = await make_move(ctx, ticket, Move.JOIN, actor, MoveNote(f"n° {incident.number}"), incident=incident.number)
    return [*made, tell_author(ticket, render("hotline/outage_said", incident=incident))]


async def _solve_ticket(ctx: Context, ticket: Ticket, incident: Incident) -> Sequence[Reply]:
    actor, note = Actor(ctx.user.id, ActorKind.AGENT, ctx.now), MoveNote(f"{Reason.PANNE.label} n° {incident.number}")
    made = await make_move(ctx, ticket, Move.RESOLVE, actor, note, reason=Reason.PANNE)
    words = [_say_news(ctx, ticket, incident)] if incident.news else []
    return [*made, *words, *await ask_rating(ctx, ticket)]


def _say_news(ctx: Context, ticket: Ticket, incident: Incident) -> Reply:
    return tell_author(ticket, draw_words(ctx, incident.news), topic=WORDS.of(ticket.number))


MENU_MAX = 25


class SeeOutage(Choosing):
    """Menu of outages: shows the one whose number was chosen."""


class Declare(BaseModel):
    """Button « Déclarer une panne »: opens the window."""


@feature.command(
    "ticket panne",
    help="Les pannes en cours : y écrire à tous, en déclarer une",
    hint="[numéro | ce qui ne marche pas]",
    roles=AGENTS,
)
async def show_outages(ctx: Context, line: str) -> Replies:
    """Show an outage, or a list of those that run or are proposed; other words open the window that declares one."""
    found = await tickets.list_incidents_under_way(ctx.db, await service.must_serve_some(ctx))
    if (number := read_typed_number(line, "panne")) is not None:
        here = [each for each in found if each.number == number]
        return await _show_one(ctx, here or await _find_ended(ctx, number))
    if line.strip():
        return await _draft_window(ctx, line)
    declare_one = Button("Déclarer une panne", Declare())
    if len(found) == 1:
        one = await _show_one(ctx, found)
        return Whisper(one.text, [*one.buttons, declare_one])
    options = {str(each.number): _say_title(each)[:80] for each in found[:MENU_MAX]}
    menus = [Menu("Voir une panne", SeeOutage(), options)] if options else []
    return Whisper(render("hotline/outages", found=found), [declare_one], menus=menus)


async def _find_ended(ctx: Context, number: int) -> Sequence[Incident]:
    """Find an outage that is over, of a queue that the person serves; empty for any other number."""
    ended = await tickets.get_incident(ctx.db, number)
    served = await service.list_served(ctx, ctx.user)
    return [ended] if ended is not None and ended.ended_at is not None and ended.queue in served else []


@feature.button(Declare, writes=False)
async def ask_outage(ctx: Context, _: Declare) -> Replies:
    """Open the window that declares an outage without a proposal."""
    return await _draft_window(ctx, "")


async def _draft_window(ctx: Context, words: str) -> Ask:
    """Open the window that declares an outage, with the open tickets that its title names."""
    offered = {code: service.say_queue(ctx, code) for code in await service.must_serve_some(ctx)}
    title = " ".join(words.split())[:SUBJECT_MAX]
    near = await suggestions.find_recent_named(ctx.db, title, offered, ctx.now - WITHIN) if title else []
    queue = Counter(ticket.queue for ticket in near).most_common(1)[0][0] if near else next(iter(offered))
    numbers = tuple(ticket.number for ticket in near if ticket.queue == queue)[:NAMED_MAX]
    return Ask(NewOutage.draft(queue=queue, subject=title or None, numbers=numbers or None, queues=offered))


@feature.submit(NewOutage)
async def declare_new(ctx: Context, form: NewOutage) -> Replies:
    """Declare an outage. It is announced in the room, and includes similar tickets and those that were named."""
    await service.must_serve(ctx, form.queue)
    if not await claims.claim(ctx.db, "hotline.outage_key", ctx.request.key, ctx.now):
        return None  # (It was sent twice.)
    await tickets.hold_queue(ctx.db, form.queue, ctx.now)
    numbers = await _must_be_open(ctx, form)
    new = Incident(queue=form.queue, subject=form.subject, by=ctx.user.id, alike=list(numbers), opened_at=ctx.now)
    incident = await store(ctx.db, new)
    note_outage(ctx, AuditAct.OUTAGE_SAY, incident, demandes=list(numbers))
    said, room = await draw_outage(ctx, incident), await service.find_room(ctx, form.queue)
    told: list[Reply] = [OUTAGE.post(incident, said, room)] if room else []
    told += [_start_telling(incident, OutageStage.SAID)] if numbers else []
    noted = render("hotline/outage_noted", title=_say_title(incident), number=incident.number)
    return [*told, Whisper(noted)]


async def _must_be_open(ctx: Context, form: NewOutage) -> Sequence[int]:
    """Read the tickets named in the window. Raises UserError under their field if one is closed, of another queue, or
    already part of an outage."""
    numbers = sorted(form.numbers or ())
    found = {ticket.number: ticket for ticket in await tickets.list_tickets_of_incident(ctx.db, numbers)}
    for number in numbers:
        ticket = found.get(number)
        if ticket is None or ticket.queue != form.queue or not ticket.state.is_open:
            raise UserError(fields={"demandes": render("hotline/not_open_here", number=number)})
        if ticket.incident is not None:
            told = render("hotline/in_other_outage", number=number, incident=ticket.incident)
            raise UserError(fields={"demandes": told})
    return numbers


@feature.button(SeeOutage, writes=False)
async def show_chosen(ctx: Context, click: SeeOutage) -> Replies:
    """Show the outage that was chosen."""
    found = await tickets.list_incidents_under_way(ctx.db, await service.list_served(ctx, ctx.user))
    return await _show_one(ctx, [each for each in found if str(each.number) == click.chosen])


async def _show_one(ctx: Context, found: Sequence[Incident]) -> Whisper:
    if not found:
        raise UserError(render("hotline/no_such_outage"))
    return (await draw_outage(ctx, found[0])).recast(Whisper)


@feature.button(SayOutage, writes=False)
async def ask_title(ctx: Context, click: SayOutage) -> Replies:
    """Open the window in which a proposed outage gets its title."""
    incident = await _must_be_served(ctx, await tickets.get_incident(ctx.db, click.incident))
    _must_be_proposed(incident)
    said = render("hotline/told_together", alike=len(incident.alike))
    return Ask(DeclareOutage.draft(incident=incident.number, said=said, subject=incident.subject))


@feature.submit(DeclareOutage)
async def declare_outage(ctx: Context, form: DeclareOutage) -> Replies:
    """Declare a proposed outage: its tickets are part of it, and their authors are told. This overrides a refusal made
    meanwhile, since a filled window knows more than a click."""
    incident = await _lock_outage(ctx, form.incident)
    if not incident.is_refused:
        _must_be_proposed(incident)
    await change(ctx.db, incident, by=ctx.user.id, subject=form.subject, opened_at=ctx.now, ended_at=None)
    note_outage(ctx, AuditAct.OUTAGE_SAY, incident, demandes=list(incident.alike))
    return [await refresh_outage(ctx, incident, here=True), _start_telling(incident, OutageStage.SAID)]


@feature.button(SayNone)
async def refuse_outage(ctx: Context, click: SayNone) -> Replies:
    """Refuse a proposed outage: its tickets are no longer counted together."""
    incident = await _lock_outage(ctx, click.incident)
    _must_be_proposed(incident)
    await change(ctx.db, incident, ended_at=ctx.now)
    note_outage(ctx, AuditAct.OUTAGE_REFUSE, incident, demandes=list(incident.alike))
    return OUTAGE.rewrite(incident, await draw_outage(ctx, incident, ctx.user.full_name), here=True)


@feature.button(UnsayNone)
async def propose_again(ctx: Context, click: UnsayNone) -> Replies:
    """Propose a refused outage again."""
    incident = await _lock_outage(ctx, click.incident)
    if not incident.is_refused:
        raise UserError(render("hotline/outage_cancelled"))
    await change(ctx.db, incident, ended_at=None)
    note_outage(ctx, AuditAct.OUTAGE_REOPEN, incident, demandes=list(incident.alike))
    return await refresh_outage(ctx, incident, here=True)


@feature.button(WriteToAll, writes=False)
async def ask_news(ctx: Context, click: WriteToAll) -> Replies:
    """Open the window of news."""
    return await _draft_words(ctx, click, TellOutage)


@feature.submit(TellOutage)
async def tell_news(ctx: Context, form: TellOutage) -> Replies:
    """Tell everybody concerned the news; later authors read it too."""
    return await _tell_words(ctx, form, OutageStage.NEWS, AuditAct.OUTAGE_TELL)


@feature.button(SayOver, writes=False)
async def ask_end(ctx: Context, click: SayOver) -> Replies:
    """Open the window of the last message."""
    return await _draft_words(ctx, click, EndOutage)


async def _draft_words(ctx: Context, click: OutageClick, window: type[TellOutage] | type[EndOutage]) -> Ask:
    incident = await _must_be_served(ctx, await tickets.get_incident(ctx.db, click.incident))
    await _must_be_quiet(ctx, incident)
    return Ask(window.draft(incident=incident.number, said=_say_title(incident)))


@feature.submit(EndOutage)
async def end_outage(ctx: Context, form: EndOutage) -> Replies:
    """End an outage: its tickets are solved, and later ones are not part of it."""
    return await _tell_words(ctx, form, OutageStage.OVER, AuditAct.OUTAGE_END, ended_at=ctx.now)


async def _tell_words(
    ctx: Context, form: TellOutage | EndOutage, what: OutageStage, act: AuditAct, **changes: Any
) -> Replies:
    incident, news = await _lock_outage(ctx, form.incident), form.text.strip()
    await _must_be_quiet(ctx, incident)
    await change(ctx.db, incident, news=news, **changes)
    note_outage(ctx, act, incident, news)
    return [await refresh_outage(ctx, incident, here=True), _start_telling(incident, what)]


async def _lock_outage(ctx: Context, number: int) -> Incident:
    """Lock the outage of that number. Raises UserError where there is none."""
    known = await tickets.get_incident(ctx.db, number)
    if known is not None:
        await tickets.hold_queue(ctx.db, known.queue, ctx.now)
    return await _must_be_served(ctx, await tickets.lock_incident(ctx.db, number))


async def _must_be_served(ctx: Context, incident: Incident | None) -> Incident:
    """Raise UserError for an unknown outage, and for somebody who does not serve its queue."""
    if incident is None:
        raise UserError(render("hotline/no_such_outage"))
    await service.must_serve(ctx, incident.queue)
    return incident


def _must_be_proposed(incident: Incident) -> None:
    """Raise UserError if the proposal was already answered."""
    if not incident.is_proposed:
        said = f"c’est la panne n° {incident.number}" if incident.by else "ces demandes sont sans lien"
        raise UserError(render("hotline/outage_decided", said=said))


async def _must_be_quiet(ctx: Context, incident: Incident) -> None:
    """Raise UserError if the outage is over, or its authors are just being told something: messages must stay in
    order."""
    if not incident.is_running:
        raise UserError(render("hotline/outage_over") if incident.by else render("hotline/outage_unsure"))
    for what in OutageStage:
        if await find_work(ctx.db, TellAll(incident=incident.number, what=what)):
            raise UserError(render("hotline/outage_telling"))


def _start_telling(incident: Incident, what: OutageStage) -> Start:
    return Start(payload=TellAll(incident=incident.number, what=what))


def _say_title(incident: Incident) -> str:
    return f"Panne n° {incident.number} : {incident.subject}"
