"""« /ticket »: one by its number, those that wait, and those that speak of something; for agents."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pydantic import BaseModel

from bot.context import Context, ReadingContext
from bot.errors import ChatError, Refusal, UserError
from bot.menus import Choosing, Menu
from bot.replies import Button, Replies, Whisper
from bot.search import Findings, Hit, Search, SearchKind, cut_hits
from bot.texts import quote, render
from commands.hotline.cards import draw_card, link_post, post_waiting_cards, read_exchange, say_state
from commands.hotline.feature import AGENTS, feature, list_served, must_serve_some, name_person, read_queues, say_queue
from commands.hotline.tickets import NOT_THERE, lock_for_agent
from config.text import fold
from storage.hotline import posts, tickets
from storage.hotline.states import Move, Reason
from storage.hotline.tickets import Ticket, TicketFilter, TicketMove
from storage.people.person import read_departements
from storage.text_search import rank_entries, weigh_texts, weigh_title

PAGE = 8
HINT = "[a moi | en attente | urgent | 69 | file]"
OF_MINE = frozenset({"a moi", "moi", "miens", "les miens"})
WORDS: Mapping[str, TicketFilter] = {
    **dict.fromkeys(("", *OF_MINE), TicketFilter(())),
    **dict.fromkeys(("en attente", "attente"), TicketFilter((), waiting=True)),
    **dict.fromkeys(("urgent", "urgents", "bloquant", "bloquants"), TicketFilter((), urgent=True)),
    **dict.fromkeys(("libre", "libres", "nouveau", "nouveaux"), TicketFilter((), free=True)),
}
"""What may be asked of the list, folded."""


class Page(BaseModel):
    """« La suite » of a list, or of what was found."""

    line: str
    page: int
    searched: bool = False


class PutUp(BaseModel):
    """« Remettre la carte » that somebody deleted."""

    ticket: int


class See(Choosing):
    """A menu of tickets; ``chosen`` is the number of one."""


@feature.command("ticket", help="Voir une demande d’aide et ce qui en a été fait", hint="12")
async def show_ticket(ctx: ReadingContext, line: str) -> Replies:
    """Show a ticket by its number; without one, those that wait."""
    word = line.strip().lstrip("#").removeprefix("n°").strip()
    if not word:
        return await show_list(ctx, "", 0)
    if not word.isdecimal() or len(word) > 9:
        raise UserError("Écrivez le numéro d’une demande (/ticket 12), /ticket liste ou /ticket chercher mots.")
    return await _show_one(ctx, int(word))


@feature.button(See, writes=False)
async def show_chosen(ctx: ReadingContext, click: See) -> Replies:
    """Show the ticket that was chosen."""
    return await _show_one(ctx, int(click.chosen))


async def _show_one(ctx: ReadingContext, number: int) -> Whisper:
    ticket = await tickets.get(ctx.db, number)
    mine = ticket is not None and ticket.author_id == ctx.user.id
    if ticket is None or not (mine or ticket.queue in await list_served(ctx, ctx.user)):
        raise UserError(NOT_THERE)
    made = await tickets.read_history(ctx.db, number)
    past = [(move, move.move.say(await _name_doer(ctx, move)), await _say_note(ctx, move)) for move in made]
    card = await posts.get_card(ctx.db, ticket)
    where = card.post_id if card and not mine else ticket.thread_post
    shown = await draw_card(ctx, ticket)
    said = await read_exchange(ctx, ticket)
    about = {"past": past, "mine": mine, "said": said, "zone": ctx.zone}
    text = render("hotline/history", card=shown.text, link=link_post(ctx, where, "Voir la conversation"), **about)
    if mine:
        return Whisper(text, facts=shown.facts)
    is_gone = card is not None and card.post_id and not await _is_standing(ctx, card.post_id)
    again = [Button("Remettre la carte", PutUp(ticket=number), "primary")] if is_gone else []
    return Whisper(text, [*again, *shown.buttons], shown.facts, shown.menus)


async def _name_doer(ctx: Context, move: TicketMove) -> str:
    return "vous" if move.by == ctx.user.id else await name_person(ctx, move.by) or "le bot"


async def _say_note(ctx: Context, move: TicketMove) -> str:
    """Say what else there is to a move, for who asked as for agents: names are those of today."""
    whom = f"à {await name_person(ctx, move.whom)}" if move.whom else ""
    # (Those of before say of what is solved that it is so.)
    note = "" if move.move is Move.RESOLVE and move.note in ("résolu", Reason.RESOLU.label) else move.note
    return note or whom or (f"vers {say_queue(ctx, move.queue)}" if move.queue else "")


@feature.button(PutUp)
async def post_card_again(ctx: Context, click: PutUp) -> Replies:
    """Post a new card in place of the one that is gone."""
    ticket, _ = await lock_for_agent(ctx, click.ticket)
    card = await posts.get_card(ctx.db, ticket)
    if card is not None:
        await posts.drop_card(ctx.db, card)
    return [*await post_waiting_cards(ctx, ticket.queue), Whisper("La carte revient dans la salle.")]


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
    """List the open tickets, the most urgent and the longest waiting first."""
    return await show_list(ctx, line, 0)


@feature.search("ticket chercher", help="Chercher dans les demandes d’aide", hint="mots", roles=AGENTS)
async def search_tickets(ctx: Context, line: str) -> Replies:
    """List the tickets that speak of something, solved or not."""
    return await show_found(ctx, line, 0)


@feature.button(Page, writes=False)
async def show_more(ctx: Context, click: Page) -> Replies:
    """Show the next page of a list, or of what was found."""
    return await (show_found if click.searched else show_list)(ctx, click.line, click.page)


async def show_list(ctx: Context, line: str, page: int) -> Whisper:
    """Show a page of the open tickets."""
    wanted = _read_filter(ctx, line, await must_serve_some(ctx))
    found = await tickets.list_filtered(ctx.db, wanted, page * PAGE, PAGE + 1)
    return await _draw_page(ctx, "hotline/list", found, Page(line=line, page=page))


async def show_found(ctx: Context, line: str, page: int) -> Whisper:
    """Show a page of the tickets that were found."""
    served = await must_serve_some(ctx)
    words = fold(line).split()[:10]
    if not words:
        raise UserError("Dites ce que vous cherchez : /ticket chercher imprimante.")
    found = await tickets.search(ctx.db, words, served, page * PAGE, PAGE + 1)
    return await _draw_page(ctx, "hotline/found", found, Page(line=line, page=page, searched=True))


async def _draw_page(ctx: Context, template: str, found: Sequence[Ticket], at: Page) -> Whisper:
    """Draw a page; one ticket more than it holds says that another page follows."""
    shown = found[:PAGE]
    lines = [(ticket, say_state(ticket), await name_person(ctx, ticket.agent_id)) for ticket in shown]
    names = {code: say_queue(ctx, code) for code in read_queues(ctx)}
    text = render(template, lines=lines, queues=names, zone=ctx.zone, line=quote(at.line), page=at.page)
    options = {str(t.number): f"n° {t.number} : {t.subject}"[:80] for t in shown}
    buttons = [Button("La suite", at.model_copy(update={"page": at.page + 1}))] if len(found) > PAGE else []
    return Whisper(text, buttons, menus=[Menu("Voir une demande", See(), options)] if options else [])


def _read_filter(ctx: Context, line: str, served: Collection[str]) -> TicketFilter:
    """Read which of the open tickets are wanted. Raises UserError for what is none of it."""
    word = fold(line)
    by_name = {fold(name): code for code, queue in read_queues(ctx).items() for name in (code, queue.name)}
    if found := WORDS.get(word):
        return replace(found, queues=served, agent_id=ctx.user.id if word in OF_MINE else "")
    if word in by_name:
        return TicketFilter(queues=[by_name[word]] if by_name[word] in served else [])
    try:
        return TicketFilter(queues=served, departements=read_departements(line))
    except ValueError:
        said = f"Je ne comprends pas « {quote(line)} » : a moi, en attente, urgent, un département (69) ou une file."
        raise UserError(said) from None


DETAILS, LOOKED_THROUGH = 40, 1_000
"""What a word of the details weighs; and of one’s own demands how many are looked through, open ones first."""


@feature.finds(SearchKind("demande", "Demande d’aide", "Vos demandes d’aide", lambda number: See(chosen=number)))
async def find_own_tickets(wanted: Search) -> Findings:
    """Find one’s own demands, solved or not."""
    own = await tickets.list_of_author(wanted.db, wanted.user.id, 0, LOOKED_THROUGH) if wanted.user.id else []
    entries = [weigh_texts((one.details, DETAILS)) | weigh_title(one.subject) for one in own]
    ranked = [(own[place], score) for place, score in rank_entries(wanted.words, entries)]
    hits = [Hit(one.number, one.subject, score, f"n° {one.number}, {say_state(one).lower()}") for one, score in ranked]
    return cut_hits(hits, wanted)
