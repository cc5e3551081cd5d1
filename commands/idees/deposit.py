"""« /idee »: the window, ideas that are like it and could be voted for instead, filing, votes, and whose idea it is."""

from collections.abc import Sequence

from bot import guard, quotas
from bot.cards import tell_animateurs
from bot.command_lines import read_typed_number
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.plain_text import shorten
from bot.quotas import Quota
from bot.replies import Ask, Button, Direct, Question, Replies, Reply, Update, Whisper
from bot.texts import render
from commands.idees.feature import (
    CARD,
    UNKNOWN,
    Name,
    OfIdea,
    Open,
    TakeVoteBack,
    Vote,
    count_votes,
    draw_card,
    draw_idea,
    draw_rows,
    draw_vote_buttons,
    feature,
    get_shown,
    refresh_card,
)
from commands.idees.lists import Page, read_listing, show_page
from dialogs.idees import FileIdea
from storage import canaux, idees
from storage.idees import DETAILS_MAX, OPEN, TITLE_MAX, Idea, IdeaState

HINT = "[votre idée | 12 | les plus demandées | mes idées]"


class FileAnyway(OfIdea):
    """« Proposer quand même » what is like others."""


class GiveUp(OfIdea):
    """« Ne pas proposer » it."""


@feature.command("idee", help="Proposer une idée, ou voter pour celle d’un autre", hint=HINT, tells=True)
async def type_idea(ctx: ReadingContext, line: str) -> Replies:
    """Show the idea of a number or a list that is asked for; else open the window, with the words in it."""
    if (number := read_typed_number(line)) is not None:
        return await open_idea(ctx, Open(idea=number))
    if (asked := read_listing(line)) is not None:
        return await show_page(ctx, Page(of=asked))
    words = " ".join(line.split())
    is_short = len(words) <= TITLE_MAX
    title = words if is_short else shorten(words, TITLE_MAX)
    return Ask(FileIdea.draft(titre=title or None, details=None if is_short else line.strip()[:DETAILS_MAX]))


@feature.button(Open, writes=False)
async def open_idea(ctx: Context, click: Open) -> Replies:
    """Show an idea in full."""
    drawn = await draw_idea(ctx, await get_shown(ctx, click.idea))
    return Whisper(drawn.text, drawn.buttons, drawn.facts)


@feature.submit(FileIdea)
async def file_idea(ctx: Context, form: FileIdea) -> Replies:
    """File an idea; where others are like it, show them first."""
    left = await quotas.spend(ctx, Quota.IDEA)
    details, title = _mask(form.details, DETAILS_MAX), _mask(form.titre, TITLE_MAX)
    draft = Idea(title=title, author_id=ctx.user.id, state=IdeaState.DRAFT, created_at=ctx.now, changed_at=ctx.now)
    draft.details, draft.category = details, form.categorie
    idea = await idees.add(ctx.db, draft)
    alike = idees.find_alike(title, await idees.list_all(ctx.db, OPEN))
    if not alike:
        return [*await _file(ctx, idea), *left]
    buttons = [
        Button("Proposer quand même", FileAnyway(idea=idea.number)),
        Button("Ne pas proposer", GiveUp(idea=idea.number)),
    ]
    text = render("idees/alike", title=idea.title, count=len(alike))
    return [Whisper(text, buttons, cards=await draw_rows(ctx, alike, instead_of=idea.number)), *left]


def _mask(text: str, most: int) -> str:
    return guard.mask(text)[:most]


@feature.button(FileAnyway)
async def file_anyway(ctx: Context, click: FileAnyway) -> Replies:
    """File what is like others."""
    idea = await idees.lock(ctx.db, click.idea)
    if idea is None or idea.author_id != ctx.user.id:
        raise UserError("Cette idée n’attend plus : proposez-la de nouveau avec /idee.")
    if idea.state is not IdeaState.DRAFT:
        raise UserError(f"Cette idée est déjà proposée : c’est l’idée n° {idea.number}.")
    return await _file(ctx, idea)


@feature.button(GiveUp)
async def give_up(ctx: Context, click: GiveUp) -> Replies:
    """Forget what was not filed."""
    await idees.drop_draft(ctx.db, click.idea, ctx.user.id)
    return Whisper(render("idees/given_up"))


async def _file(ctx: Context, idea: Idea) -> Sequence[Reply]:
    """File an idea, with the vote of who proposes it; tell the animateurs, and ask whether they may be named."""
    idea.state, idea.created_at, idea.changed_at = IdeaState.NEW, ctx.now, ctx.now
    await ctx.db.flush()
    await idees.vote(ctx.db, idea.number, ctx.user.id, ctx.now)
    yes = Button("Oui, me citer", Name(idea=idea.number, agrees=True), "primary")
    no = Button("Non merci", Name(idea=idea.number, agrees=False))
    receipt = Direct(
        render("idees/filed", idea=idea), [yes, no], user_id=ctx.user.id, question=Question(yes=yes, no=no)
    )
    room, card = await canaux.find_team_room(ctx.db), await draw_card(ctx, idea)
    return [receipt, *await tell_animateurs(ctx.db, room, card, topic=CARD.of(idea))]


@feature.button(Name)
async def name_author(ctx: Context, click: Name) -> Replies:
    """Note whether somebody agrees to be named, and say how to change that."""
    idea = await get_shown(ctx, click.idea, locked=True)
    if idea.author_id != ctx.user.id:
        raise UserError(UNKNOWN)
    idea.is_named = click.agrees
    await ctx.db.flush()
    return Update(render("idees/named", idea=idea))


@feature.button(Vote)
async def vote_for(ctx: Context, click: Vote) -> Replies:
    """Count somebody’s vote, once; what is a duplicate leads to the other one."""
    idea = await get_shown(ctx, click.idea, locked=True)
    if idea.duplicate_of:
        idea = await get_shown(ctx, idea.duplicate_of, locked=True)
    _must_be_open(idea)
    is_new = await idees.vote(ctx.db, idea.number, ctx.user.id, ctx.now)
    if click.instead_of:
        await idees.drop_draft(ctx.db, click.instead_of, ctx.user.id)
    votes = await count_votes(ctx, idea)
    text = render("idees/voted", idea=idea, votes=votes, is_new=is_new, instead=bool(click.instead_of))
    told = Whisper(text, draw_vote_buttons(idea, voted=True))
    return [told, *([await refresh_card(ctx, idea)] if is_new else [])]


@feature.button(TakeVoteBack)
async def take_vote_back(ctx: Context, click: TakeVoteBack) -> Replies:
    """Take a vote back, as long as nothing is decided."""
    idea = await get_shown(ctx, click.idea, locked=True)
    if idea.duplicate_of:
        idea = await get_shown(ctx, idea.duplicate_of, locked=True)
    _must_be_open(idea)
    was_there = await idees.take_vote_back(ctx.db, idea.number, ctx.user.id)
    text = render("idees/unvoted", idea=idea, votes=await count_votes(ctx, idea), was_there=was_there)
    told = Whisper(text, draw_vote_buttons(idea, voted=False))
    return [told, *([await refresh_card(ctx, idea)] if was_there else [])]


def _must_be_open(idea: Idea) -> None:
    """Raises UserError for an idea that cannot be voted for."""
    if not idea.is_open:
        raise UserError(f"L’idée n° {idea.number} est {idea.state.label} : on ne vote plus pour elle.")
