"""The hotline: people ask for help in tickets, which agents answer. This module is « /ticket », with which agents look
up tickets, and the scheduled jobs: reminders, closing of solved tickets, departure of agents, deletion of old cards."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from pydantic import BaseModel

from bot.actions import DeletePost
from bot.calendar import working_days_before
from bot.command_lines import read_typed_number
from bot.context import Context, ReadingContext
from bot.errors import ChatError, Refusal, UserError
from bot.events import LeftChannel
from bot.french import say_minutes
from bot.menus import Choosing, Menu
from bot.replies import Button, Direct, Replies, Reply, Whisper
from bot.search import Findings, Hit, Search, SearchKind, cut_hits
from bot.texts import quote, render, require
from commands.hotline import cards, figures, outages, service, triage
from commands.hotline.requests import billet
from commands.hotline.requests import show_page as show_own_page
from commands.hotline.service import AGENTS, feature
from commands.hotline.tickets import lock_for_agent, make_move, tell_author, tell_room
from config.text import fold
from storage import claims, people, text_search
from storage.hotline import OPEN, OURS, ActorKind, Move, Reason, TicketState, duty, posts
from storage.hotline import tickets as stored_tickets
from storage.hotline.tickets import Actor, Ticket, TicketFilter, TicketMove
from storage.people.person import read_departements
from storage.personal_data import ERASED

PAGE = 8
HINT = "[libres | à moi | en attente | urgent | 69 | file]"
OF_MINE = frozenset({"a moi", "moi", "miens", "les miens"})
WORDS: Mapping[str, TicketFilter] = {
    **dict.fromkeys(("", *OF_MINE), TicketFilter(())),
    **dict.fromkeys(("en attente", "attente"), TicketFilter((), waiting=True)),
    **dict.fromkeys(("urgent", "urgents", "bloquant", "bloquants"), TicketFilter((), urgent=True)),
    **dict.fromkeys(("libre", "libres", "nouveau", "nouveaux"), TicketFilter((), free=True)),
}
"""The filters of the list by the words that ask for them, folded."""


class TicketPage(BaseModel):
    """Button « Voir la suite »: a page of a list, or of search results."""

    line: str
    page: int
    searched: bool = False


class PutUp(BaseModel):
    """Button « Remettre la carte »: posts a deleted card again."""

    ticket: int


class SeeTicket(Choosing):
    """Menu of tickets: shows the one whose number was chosen."""


@feature.command("ticket", help="Voir une demande d’aide et ce qui en a été fait", hint="12")
async def show_ticket(ctx: ReadingContext, line: str) -> Replies:
    """Show a ticket by its number; without a number, list the open ones, or their own to whoever is no agent."""
    if not line.strip():
        return await (show_list(ctx, "", 0) if await service.list_served(ctx, ctx.user) else show_own_page(ctx, 0))
    number = read_typed_number(line, "demande", "ticket") or read_typed_number(line.split(maxsplit=1)[0])
    if number is None:
        if not await service.list_served(ctx, ctx.user):
            raise UserError(render("hotline/own_number_usage"))
        raise UserError(render("hotline/number_usage"))
    return await _show_one(ctx, number)


@feature.button(SeeTicket, name="hotline.See", writes=False)
async def show_chosen(ctx: ReadingContext, click: SeeTicket) -> Replies:
    """Show the ticket that was chosen."""
    return await _show_one(ctx, int(click.chosen))


async def _show_one(ctx: ReadingContext, number: int) -> Whisper:
    ticket = await stored_tickets.get(ctx.db, number)
    mine = ticket is not None and ticket.author_id == ctx.user.id
    served = [] if mine else await service.list_served(ctx, ctx.user)
    if ticket is not None and served and ticket.queue not in served:
        elsewhere = service.say_queue(ctx, ticket.queue)
        raise UserError(render("hotline/in_other_queue", number=number, queue=elsewhere))
    if ticket is None or not (mine or served):
        raise UserError(render("hotline/no_such_ticket" if served else "hotline/not_there", number=number))
    made = await stored_tickets.read_history(ctx.db, number)
    past = [(move, move.move.say(await _name_doer(ctx, move)), await _say_note(ctx, move)) for move in made]
    card = await posts.get_card(ctx.db, ticket)
    where = card.post_id if card and not mine else ticket.thread_post
    shown = await cards.draw_card(ctx, ticket)
    said = await cards.read_exchange(ctx, ticket)
    about = {"past": past, "mine": mine, "said": said, "zone": ctx.zone}
    text = render("hotline/history", card=shown.text, link=cards.link_post(ctx, where, "Voir la conversation"), **about)
    if mine:
        return Whisper(text, (await cards.draw_receipt(ctx, ticket)).buttons, shown.facts, about=str(number))
    is_gone = card is not None and card.post_id and not await _is_standing(ctx, card.post_id)
    again = [Button("Remettre la carte", PutUp(ticket=number), "primary")] if is_gone else []
    return Whisper(text, [*again, *shown.buttons], shown.facts, shown.menus, about=str(number))


async def _name_doer(ctx: Context, move: TicketMove) -> str:
    return "vous" if move.by == ctx.user.id else await service.name_person(ctx, move.by) or "le bot"


async def _say_note(ctx: Context, move: TicketMove) -> str:
    """Describe the details of a move, for its author and its agents alike, with today’s names."""
    whom = f"à {await service.name_person(ctx, move.whom)}" if move.whom else ""
    # (Those of before say of what is solved that it is so.)
    note = "" if move.move is Move.RESOLVE and move.note in ("résolu", Reason.RESOLU.label) else move.note
    return note or whom or (f"vers {service.say_queue(ctx, move.queue)}" if move.queue else "")


@feature.button(PutUp)
async def post_card_again(ctx: Context, click: PutUp) -> Replies:
    """Post a new card in place of a deleted one."""
    ticket, _ = await lock_for_agent(ctx, click.ticket)
    card = await posts.get_card(ctx.db, ticket)
    if card is not None:
        await posts.drop_card(ctx.db, card)
    return [*await cards.post_waiting_cards(ctx, ticket.queue), Whisper(render("hotline/card_back"))]


async def _is_standing(ctx: ReadingContext, post_id: str) -> bool:
    try:
        await ctx.chat.read_post(post_id)
    except ChatError as error:
        if error.refusal is not Refusal.UNKNOWN_POST:
            raise
        return False
    return True


@feature.command("ticket liste", help="Les demandes en cours", hint=HINT, roles=AGENTS)
async def list_tickets(ctx: Context, line: str) -> Replies:
    """List the open tickets, most urgent first, then longest waiting."""
    return await show_list(ctx, line, 0)


@feature.search("ticket chercher", help="Chercher dans les demandes d’aide", hint="mots", roles=AGENTS)
async def search_tickets(ctx: Context, line: str) -> Replies:
    """Search all tickets, solved ones included."""
    return await show_found(ctx, line, 0)


@feature.button(TicketPage, name="hotline.Page", writes=False)
async def show_more(ctx: Context, click: TicketPage) -> Replies:
    """Show the next page of a list, or of search results."""
    return await (show_found if click.searched else show_list)(ctx, click.line, click.page)


async def show_list(ctx: Context, line: str, page: int) -> Whisper:
    """Show a page of the open tickets."""
    wanted = _read_filter(ctx, line, await service.must_serve_some(ctx))
    found = await stored_tickets.list_filtered(ctx.db, wanted, page * PAGE, PAGE + 1)
    return await _draw_page(ctx, "hotline/list", found, TicketPage(line=line, page=page))


async def show_found(ctx: Context, line: str, page: int) -> Whisper:
    """Show a page of search results."""
    served = await service.must_serve_some(ctx)
    words = require(fold(line).split()[:10] or None, "hotline/search_usage")
    found = await stored_tickets.search(ctx.db, words, served, page * PAGE, PAGE + 1)
    return await _draw_page(ctx, "hotline/found", found, TicketPage(line=line, page=page, searched=True))


async def _draw_page(ctx: Context, template: str, found: Sequence[Ticket], at: TicketPage) -> Whisper:
    """Draw a page of tickets; the query reads one ticket more than a page holds, to know whether another page
    follows."""
    shown = found[:PAGE]
    lines = [(ticket, cards.say_state(ticket), await service.name_person(ctx, ticket.agent_id)) for ticket in shown]
    names = {code: service.say_queue(ctx, code) for code in service.read_queues(ctx)}
    text = render(template, lines=lines, queues=names, zone=ctx.zone, line=quote(at.line), page=at.page)
    options = {str(t.number): f"n° {t.number} : {t.subject}"[:80] for t in shown}
    buttons = [Button("Voir la suite", at.model_copy(update={"page": at.page + 1}))] if len(found) > PAGE else []
    return Whisper(text, buttons, menus=[Menu("Voir une demande", SeeTicket(), options)] if options else [])


def _read_filter(ctx: Context, line: str, served: Collection[str]) -> TicketFilter:
    """Read which open tickets to list. Raises UserError for an unknown word."""
    word = fold(line)
    by_name = {fold(name): code for code, queue in service.read_queues(ctx).items() for name in (code, queue.name)}
    if found := WORDS.get(word):
        return replace(found, queues=served, agent_id=ctx.user.id if word in OF_MINE else "")
    if word in by_name:
        return TicketFilter(queues=[by_name[word]] if by_name[word] in served else [])
    try:
        return TicketFilter(queues=served, departements=read_departements(line))
    except ValueError:
        known = "libres, à moi, en attente, urgent, un département (69) ou une file"
        raise UserError(render("hotline/unread_filter", line=line, known=known)) from None


DETAILS, LOOKED_THROUGH = 40, 1_000
"""The weight of a word found in the details (in the subject: 60 to 100); and how many of one’s own tickets are
searched, open ones first."""


@feature.finds(SearchKind("demande", "Demande d’aide", "Vos demandes d’aide", lambda number: SeeTicket(chosen=number)))
async def find_own_tickets(wanted: Search) -> Findings:
    """Find one’s own tickets, solved ones included."""
    own = await stored_tickets.list_of_author(wanted.db, wanted.user.id, 0, LOOKED_THROUGH) if wanted.user.id else []
    entries = [text_search.weigh_texts((one.details, DETAILS)) | text_search.weigh_title(one.subject) for one in own]
    ranked = [(own[place], score) for place, score in text_search.rank_entries(wanted.words, entries)]
    told = [(one, score, f"n° {one.number}, {cards.say_state(one).lower()}") for one, score in ranked]
    hits = [Hit(one.number, one.subject, score, said) for one, score, said in told]
    return cut_hits(hits, wanted)


CLEARED_AT_ONCE = 50
"""How many cards one run deletes; the next run follows an hour later."""


@feature.job("minute=35", name="hotline.clear_old", writes=True)
async def clear_old_cards(ctx: Context) -> Replies:
    """Delete the cards of tickets whose texts were erased; tell the agents if a duplicate takes an erased ticket’s
    place."""
    told = await _tell_heirs(ctx)
    for card in await posts.list_erased_cards(ctx.db, ERASED, CLEARED_AT_ONCE):
        await posts.drop_card(ctx.db, card)
        told.append(DeletePost(card.post_id, channel_id=card.channel_id))
    return told


HEIRS_LOOKED_FOR = timedelta(days=2)


async def _tell_heirs(ctx: Context) -> list[Reply]:
    """Tell the agents, once each, of tickets that took the place of an erased one."""
    told: list[Reply] = []
    for move in await stored_tickets.list_passed_on(ctx.db, ctx.now - HEIRS_LOOKED_FOR):
        ticket = await stored_tickets.get(ctx.db, move.ticket)
        if ticket is not None and await claims.claim(ctx.db, "hotline.heir", str(move.id), ctx.now):
            told += [*await cards.refresh_card(ctx, ticket), *await tell_room(ctx, ticket, render("hotline/heir"))]
    return told


CLOSES_AFTER, WARNS_BEFORE = 5, 1
"""Working days after which a solved ticket is closed, and how many of them before its author is told."""
CHECKED_AT_ONCE = 2_000


@feature.job("hour=8 minute=20", name="hotline.close_solved", writes=True)
async def close_solved(ctx: Context) -> Replies:
    """Close tickets solved five working days ago that nobody has written about since; warn their authors a day
    before."""
    today = ctx.now.astimezone(ctx.zone).date()
    replies: list[Reply] = []
    for found in await stored_tickets.list_tickets(ctx.db, states=[TicketState.RESOLU], limit=CHECKED_AT_ONCE):
        ticket = await stored_tickets.lock(ctx.db, found.number)
        if ticket is None or ticket.state is not TicketState.RESOLU or ticket.resolved_at is None:
            continue
        on = ticket.resolved_at.astimezone(ctx.zone).date()
        where = ticket.departement or None
        if on <= working_days_before(today, CLOSES_AFTER, where) and ticket.warned_at:
            replies += await make_move(ctx, ticket, Move.CLOSE, Actor("", ActorKind.BOT, ctx.now))
        elif on <= working_days_before(today, CLOSES_AFTER - WARNS_BEFORE, where) and not ticket.warned_at:
            await stored_tickets.change(ctx.db, ticket, warned_at=ctx.now)
            replies.append(tell_author(ticket, render("hotline/closes", ticket=ticket)))
    return replies


@feature.job("hour=8 minute=10", name="hotline.see_to_the_open", writes=True)
async def check_open(ctx: Context) -> Replies:
    """Update the age on the cards each morning, and release the tickets of agents who left."""
    replies: list[Reply] = []
    for ticket in await stored_tickets.list_tickets(ctx.db, states=OPEN, limit=CHECKED_AT_ONCE):
        replies += await _tell_if_author_left(ctx, ticket)
        replies += await _release_if_gone(ctx, ticket.number) or await cards.refresh_card(ctx, ticket)
    await posts.forget_sources(ctx.db, ctx.now - posts.SOURCE_KEPT)
    return replies


async def _tell_if_author_left(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    """Tell the agents, once, that a ticket’s author has left; they decide whether it still matters."""
    author = await people.get(ctx.db, ticket.author_id)
    if author is None or not author.has_left(author.today(ctx.now)):
        return []
    if not await claims.claim(ctx.db, "hotline.author_left", str(ticket.number), ctx.now):
        return []
    return await tell_room(ctx, ticket, render("hotline/author_left", person=author.full_name))


@feature.event(LeftChannel, name="hotline.agent_left.LeftChannel")
async def on_agent_left(ctx: Context, event: LeftChannel) -> Replies:
    """Release the tickets of an agent who leaves a room, unless their role still makes them an agent."""
    replies: list[Reply] = []
    for ticket in await stored_tickets.list_open(ctx.db, agent_id=event.user_id):
        replies += await _release_if_gone(ctx, ticket.number, event.channel_id)
    return replies


async def _release_if_gone(ctx: Context, number: int, left: str = "") -> list[Reply]:
    ticket = await stored_tickets.lock(ctx.db, number)
    if ticket is None or not ticket.agent_id or not ticket.state.is_open:
        return []
    agent = await people.get(ctx.db, ticket.agent_id)
    agent = agent or people.Person(id=ticket.agent_id, username="", role=None, since=ctx.now)
    if await service.serves(ctx, agent, ticket.queue, left):
        return []
    told = render("hotline/released", person=agent.full_name if agent.username else "L’agent")
    made = await make_move(ctx, ticket, Move.RELEASE, Actor("", ActorKind.BOT, ctx.now))
    return [*made, *await tell_room(ctx, ticket, told)]


REMINDED_AT_ONCE = 500
TOLD_MAX = 5
"""The most animateurs who are told if nobody is on duty."""
LEVELS = 2
"""How often a late answer is reminded of: when it is due the room is told, after twice as long whoever is on duty."""


@feature.job("hour=7-20 minute=*/10", name="hotline.remind", writes=True)
async def remind_unanswered(ctx: Context) -> Replies:
    """While the hotline is open, remind of tickets that have waited too long for an answer, or should be solved by
    now."""
    if not service.get_hours(ctx).is_open(ctx.now):
        return None
    replies: list[Reply] = []
    for found in await stored_tickets.list_tickets(ctx.db, states=sorted(OURS), limit=REMINDED_AT_ONCE):
        ticket = await stored_tickets.lock(ctx.db, found.number)
        if ticket is not None and ticket.state in OURS:
            replies += [*await _remind_answer(ctx, ticket), *await _remind_solution(ctx, ticket)]
    return replies


async def _remind_answer(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    if ticket.asked_at is None:
        return []
    waited = service.get_hours(ctx).between(ticket.asked_at, ctx.now)
    level = min(LEVELS, waited // service.get_target(ctx, ticket).answer)
    if level <= ticket.nudged:
        return []
    await stored_tickets.change(ctx.db, ticket, nudged=level)
    said = say_minutes(int(waited.total_seconds() // 60))
    agent = await people.get(ctx.db, ticket.agent_id) if ticket.agent_id else None
    text = render("hotline/silent", waited=said, username=agent.username if agent else "")
    return [*await tell_room(ctx, ticket, text), *(await _escalate(ctx, ticket, said) if level == LEVELS else [])]


async def _escalate(ctx: Context, ticket: Ticket, waited: str) -> Sequence[Reply]:
    """Tell whoever is on duty; if nobody is, some animateurs."""
    told = list(await duty.find_on_duty(ctx.db, ticket.queue, ctx.now))
    told = told or [person.id for person in await people.animating(ctx.db, ctx.today, TOLD_MAX)]
    card = await posts.get_card(ctx.db, ticket)
    said = {"ticket": ticket, "waited": waited, "queue": service.say_queue(ctx, ticket.queue)}
    text = render("hotline/escalated", link=cards.link_post(ctx, card.post_id if card else ""), **said)
    return [Direct(text, user_id=person_id) for person_id in told]


async def _remind_solution(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    if ticket.late_said or ticket.incident is not None:  # an outage lasts as long as it does
        return []
    if service.get_hours(ctx).between(ticket.opened_at, ctx.now) < service.get_target(ctx, ticket).solution:
        return []
    await stored_tickets.change(ctx.db, ticket, late_said=True)
    return await tell_room(ctx, ticket, render("hotline/late", urgency=ticket.urgency.label))


__all__ = ["billet", "feature"]
