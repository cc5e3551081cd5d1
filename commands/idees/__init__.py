"""« /idee »: ideas for improving the bot and the réseau, their votes, and what becomes of them. This module has the
window, the check for similar ideas, filing, votes, credits, and the decisions of animateurs."""

import re
from collections.abc import Sequence

from pydantic import BaseModel

from bot import guard, quotas
from bot.account_status import find_active
from bot.cards import tell_animateurs
from bot.command_lines import NUMBER, read_typed_number
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.plain_text import shorten
from bot.replies import Ask, Button, Direct, News, Progress, Question, Replies, Reply, Start, Step, Update, Whisper
from bot.texts import render
from commands.idees import cards
from commands.idees.cards import ANIMATEURS, feature
from config.text import fold
from dialogs.idees import DecideIdea, FileIdea, WithdrawIdea
from storage import canaux, idees, journal
from storage.database import store
from storage.idees import DETAILS_MAX, OPEN, SHOWN, TITLE_MAX, Idea, IdeaState

_ACT = re.compile(
    r"(?:voter?|soutenir|voir|lire|modifier|retirer|annuler|supprimer|effacer)(?: pour)?(?: l.id[ée]e)? (.+)",
    re.IGNORECASE,
)
"""The verbs that people type before a number: the idea is shown with its buttons."""
HINT = "[votre idée | 12 | les plus demandées | mes idées]"


class FileAnyway(cards.OfIdea):
    """Button « Proposer quand même »: files an idea although similar ones exist."""


class DropIdea(cards.OfIdea):
    """Button « Ne pas proposer »: drops an idea because similar ones exist."""


@feature.command("idee", help="Proposer une idée, ou voter pour celle d’un autre", hint=HINT, tells=True)
async def type_idea(ctx: ReadingContext, line: str) -> Replies:
    """Show the idea or the list that a line names; for other words, open the window filled with them."""
    act = _ACT.fullmatch(line.strip())
    if (number := read_typed_number(act[1] if act else line, "idée", "idee")) is not None:
        return await open_idea(ctx, cards.OpenIdea(idea=number))
    if (asked := cards.read_listing(line)) is not None:
        return await cards.show_page(ctx, cards.IdeaPage(of=asked))
    words = " ".join(line.split())
    is_short = len(words) <= TITLE_MAX
    title = words if is_short else shorten(words, TITLE_MAX)
    return Ask(FileIdea.draft(titre=title or None, details=None if is_short else line.strip()[:DETAILS_MAX]))


@feature.button(cards.OpenIdea, name="idees.Open", writes=False)
async def open_idea(ctx: Context, click: cards.OpenIdea) -> Replies:
    """Show an idea in full."""
    return (await cards.draw_idea(ctx, await cards.get_shown(ctx, click.idea))).recast(Whisper)


@feature.button(cards.ReadIdea, name="idees.Read", writes=False)
async def read_chosen(ctx: ReadingContext, click: cards.ReadIdea) -> Replies:
    """Show the idea that was chosen in a list."""
    return await open_idea(ctx, cards.OpenIdea(idea=int(click.chosen)))


@feature.submit(FileIdea)
async def file_idea(ctx: Context, form: FileIdea) -> Replies:
    """File an idea; if similar ones exist, show those first."""
    left = await quotas.spend(ctx, quotas.Quota.IDEA)
    details, title = guard.mask(form.details)[:DETAILS_MAX], guard.mask(form.titre)[:TITLE_MAX]
    draft = Idea(title=title, author_id=ctx.user.id, state=IdeaState.DRAFT, created_at=ctx.now, changed_at=ctx.now)
    draft.details, draft.category = details, form.categorie
    idea = await store(ctx.db, draft)
    alike = idees.find_alike(title, await idees.list_all(ctx.db, OPEN))
    if not alike:
        return [*await _file(ctx, idea), *left]
    anyway = Button("Proposer quand même", FileAnyway(idea=idea.number))
    drop = Button("Ne pas proposer", DropIdea(idea=idea.number))
    text = render("idees/alike", title=idea.title, count=len(alike))
    return [Whisper(text, [anyway, drop], cards=await cards.draw_rows(ctx, alike, instead_of=idea.number)), *left]


@feature.button(FileAnyway)
async def file_anyway(ctx: Context, click: FileAnyway) -> Replies:
    """File an idea although similar ones exist."""
    idea = await idees.lock(ctx.db, click.idea)
    if idea is None or idea.author_id != ctx.user.id:
        raise UserError(render("idees/waits_no_more"))
    if idea.state is not IdeaState.DRAFT:
        raise UserError(render("idees/known_already", number=idea.number))
    return await _file(ctx, idea)


@feature.button(DropIdea, name="idees.GiveUp")
async def give_up(ctx: Context, click: DropIdea) -> Replies:
    """Delete an idea that was not filed."""
    await idees.drop_draft(ctx.db, click.idea, ctx.user.id)
    return Whisper(render("idees/given_up"))


async def _file(ctx: Context, idea: Idea) -> Sequence[Reply]:
    """File an idea with its author’s own vote; tell the animateurs, and ask the author whether they may be named."""
    idea.state, idea.created_at, idea.changed_at = IdeaState.NEW, ctx.now, ctx.now
    await ctx.db.flush()
    await idees.vote(ctx.db, idea.number, ctx.user.id, ctx.now)
    yes = Button("Oui, me citer", cards.Name(idea=idea.number, agrees=True), "primary")
    no = Button("Non merci", cards.Name(idea=idea.number, agrees=False))
    question = Question(yes=yes, no=no)
    receipt = Direct(render("idees/filed", idea=idea), [yes, no], user_id=ctx.user.id, question=question)
    room, card = await canaux.find_team_room(ctx.db), await cards.draw_card(ctx, idea)
    return [receipt, *await tell_animateurs(ctx, room, card, topic=cards.CARD.of(idea))]


@feature.button(cards.Name)
async def name_author(ctx: Context, click: cards.Name) -> Replies:
    """Store whether the author may be named, and say how to change that."""
    idea = await cards.get_shown(ctx, click.idea, locked=True)
    if idea.author_id != ctx.user.id:
        raise UserError(render("idees/unknown"))
    idea.is_named = click.agrees
    await ctx.db.flush()
    return Update(render("idees/named", idea=idea))


@feature.button(cards.VoteForIdea, name="idees.Vote")
async def vote_for(ctx: Context, click: cards.VoteForIdea) -> Replies:
    """Count somebody’s vote, once; a vote for a duplicate leads to the original."""
    idea = await _lock_votable(ctx, click.idea)
    is_new = await idees.vote(ctx.db, idea.number, ctx.user.id, ctx.now)
    if click.instead_of:
        await idees.drop_draft(ctx.db, click.instead_of, ctx.user.id)
    votes = await cards.count_votes(ctx, idea)
    text = render("idees/voted", idea=idea, votes=votes, is_new=is_new, instead=bool(click.instead_of))
    told = Whisper(text, cards.draw_vote_buttons(idea, voted=True))
    return [told, *([await cards.refresh_card(ctx, idea)] if is_new else [])]


@feature.button(cards.TakeVoteBack)
async def take_vote_back(ctx: Context, click: cards.TakeVoteBack) -> Replies:
    """Withdraw a vote, while the idea is open."""
    idea = await _lock_votable(ctx, click.idea)
    was_there = await idees.take_vote_back(ctx.db, idea.number, ctx.user.id)
    text = render("idees/unvoted", idea=idea, votes=await cards.count_votes(ctx, idea), was_there=was_there)
    told = Whisper(text, cards.draw_vote_buttons(idea, voted=False))
    return [told, *([await cards.refresh_card(ctx, idea)] if was_there else [])]


async def _lock_votable(ctx: Context, number: int) -> Idea:
    """Lock an idea, or the original of a duplicate. Raises UserError for one that cannot be voted for."""
    idea = await cards.get_shown(ctx, number, locked=True)
    if idea.duplicate_of:
        idea = await cards.get_shown(ctx, idea.duplicate_of, locked=True)
    if not idea.is_open:
        raise UserError(render("idees/votes_closed", number=idea.number, label=idea.state.label))
    return idea


AT_ONCE = 100
"""How many people one step tells."""
EXAMPLE = "/idee etat 12 prévue, /idee etat 12 refusée parce que…, /idee etat 12 doublon 3"


class Ruling(BaseModel):
    """A decision about an idea: its state, the reason, and the idea that it duplicates, if any."""

    state: IdeaState
    reason: str = ""
    duplicate_of: int | None = None


class Revert(cards.OfIdea):
    """Button « Annuler »: undoes the decision ``after`` (older buttons lack it); the idea is as ``before``, and the
    duplicates in ``followed`` are its own again."""

    before: Ruling
    after: Ruling | None = None
    followed: list[int] = []


class TellVoters(cards.OfIdea):
    """Long work: tell the voters of an idea its new state."""

    state: IdeaState


@feature.button(cards.SetIdeaState, name="idees.Decide", roles=ANIMATEURS)
async def decide_by_click(ctx: Context, click: cards.SetIdeaState) -> Replies:
    """Set an idea’s state by a button."""
    return await _rule(ctx, click.idea, Ruling(state=click.to))


@feature.button(cards.AnswerIdea, name="idees.Answer", roles=ANIMATEURS, writes=False)
async def open_answer(ctx: ReadingContext, click: cards.AnswerIdea) -> Replies:
    """Open the window with the last decision."""
    idea = await cards.get_shown(ctx, click.idea)
    known = {"etat": idea.state if idea.state in SHOWN else None, "raison": idea.reason or None}
    return Ask(DecideIdea.draft(idea=idea.number, said=cards.say_title(idea), doublon=idea.duplicate_of, **known))


@feature.submit(DecideIdea, roles=ANIMATEURS)
async def decide_by_form(ctx: Context, form: DecideIdea) -> Replies:
    """Set an idea’s state with a reason, from the window."""
    same = form.doublon if form.etat is IdeaState.DUPLICATE else None
    return await _rule(ctx, form.idea, Ruling(state=form.etat, reason=form.raison, duplicate_of=same))


@feature.command(
    "idee etat", help="Dire ce que devient une idée", hint="12 prévue [raison]", roles=ANIMATEURS, writes=True
)
async def decide_by_line(ctx: Context, line: str) -> Replies:
    """Set an idea’s state from a line: its number, the state, then the reason or the other idea’s number."""
    number, ruling = read_ruling(line)
    form = {"etat": ruling.state, "raison": ruling.reason, "doublon": ruling.duplicate_of}
    if faults := DecideIdea.problems(form, ctx.clues):
        raise UserError(next(iter(faults.values())))
    return await _rule(ctx, number, ruling)


_STATES = {fold(name).replace("_", " "): state for state in SHOWN for name in (state.label, state.value)} | {
    "a l etude": IdeaState.STUDIED,
    "commencee": IdeaState.STARTED,
}
_LINE = re.compile(rf"(?:(?i:id[ée]e) )?{NUMBER} ?[:,]? (.+)", re.DOTALL)


def read_ruling(line: str) -> tuple[int, Ruling]:
    """Read « 12 refusée trop cher » or « 12 doublon 3 ». Raises UserError."""
    found = _LINE.fullmatch(" ".join(line.split()))
    words = found[2].split(" ") if found else []
    for size in range(min(3, len(words)), 0, -1):
        state = _STATES.get(re.sub(r"[^a-z0-9]+", " ", fold(" ".join(words[:size]))).strip())
        if found and state:
            return int(found[1]), _read_rest(state, " ".join(words[size:]))
    known = ", ".join(state.label for state in SHOWN)
    raise UserError(render("idees/ruling_usage", known=known, example=EXAMPLE))


def _read_rest(state: IdeaState, rest: str) -> Ruling:
    rest = rest.strip(" :,")
    if state is not IdeaState.DUPLICATE:
        return Ruling(state=state, reason=rest[: idees.REASON_MAX])
    number = re.search(r"\d{1,9}", rest)
    return Ruling(state=state, duplicate_of=int(number[0]) if number else None)


async def _rule(ctx: Context, number: int, ruling: Ruling) -> Replies:
    """Decide about an idea. Its voters are told the next day; a button undoes it until then."""
    if ruling.duplicate_of is not None:
        await idees.lock_all(ctx.db, {number, ruling.duplicate_of})
    idea = await cards.get_shown(ctx, number, locked=True)
    before = _read_decided(idea)
    into = await _find_original(ctx, idea, ruling.duplicate_of) if ruling.duplicate_of is not None else None
    ruling = ruling.model_copy(update={"duplicate_of": into.number if into else None})
    if ruling == before:
        raise UserError(render("idees/same_state", number=number, label=idea.state.label))
    followed = await idees.merge(ctx.db, number, into.number) if into else []
    changed = await _apply(ctx, idea, ruling)
    undo = Button("Annuler", Revert(idea=number, before=before, after=ruling, followed=list(followed)))
    return [*changed, Whisper(render("idees/decided", idea=idea), [undo])]


def _read_decided(idea: Idea) -> Ruling:
    """Return the present decision about an idea."""
    return Ruling(state=idea.state, reason=idea.reason, duplicate_of=idea.duplicate_of)


async def _find_original(ctx: Context, idea: Idea, number: int) -> Idea:
    """Find the idea that another one duplicates; if that is itself a duplicate, its original. Raises UserError."""
    found = await idees.get(ctx.db, number)
    if found is not None and found.duplicate_of:
        found = await idees.lock(ctx.db, found.duplicate_of)
    if found is None or found.state not in SHOWN:
        raise UserError(render("idees/no_original", number=number))
    if found.number == idea.number:
        raise UserError(render("idees/own_double"))
    return found


async def _apply(ctx: Context, idea: Idea, ruling: Ruling) -> Sequence[Reply]:
    """Store a decision about an idea, record it, and rewrite the cards that it changes."""
    others = {idea.duplicate_of, ruling.duplicate_of} - {None}
    was = idea.state
    idea.state, idea.reason, idea.duplicate_of = ruling.state, ruling.reason, ruling.duplicate_of
    idea.decided_by, idea.changed_at = ctx.user.id, ctx.now
    await ctx.db.flush()
    cards.note_idea(ctx, journal.AuditAct.IDEA, idea, {"etat": was.value}, etat=ruling.state.value)
    touched = [each for number in others if number and (each := await idees.get(ctx.db, number))]
    return [await cards.refresh_card(ctx, idea, here=True), *[await cards.refresh_card(ctx, each) for each in touched]]


@feature.undo(Revert)
async def revert_ruling(ctx: Context, click: Revert) -> Replies:
    """Undo a decision about an idea; whoever withdrew their own idea may, too."""
    idea = await idees.lock(ctx.db, click.idea)
    is_own = idea and idea.state is IdeaState.WITHDRAWN and idea.author_id == idea.decided_by == ctx.user.id
    if idea is None or not (ctx.user.animates or is_own):
        raise UserError(render("idees/not_yours_to_withdraw"))
    if click.after and click.after != _read_decided(idea):
        raise UserError(render("idees/changed_since", number=idea.number, label=idea.state.label))
    if click.followed and idea.duplicate_of:
        await idees.merge(ctx.db, idea.duplicate_of, idea.number, click.followed)
    if click.before.duplicate_of:
        await idees.merge(ctx.db, idea.number, click.before.duplicate_of)
    changed = await _apply(ctx, idea, click.before)
    return [*changed, Whisper(render("idees/decided", idea=idea))]


@feature.button(cards.TakeIdeaBack, name="idees.Withdraw")
async def withdraw_by_click(ctx: Context, click: cards.TakeIdeaBack) -> Replies:
    """Withdraw one’s own idea at once; ask an animateur for a reason."""
    idea = await cards.get_shown(ctx, click.idea, locked=True)
    if ctx.user.animates:
        return Ask(WithdrawIdea.draft(idea=idea.number, said=cards.say_title(idea)))
    if idea.author_id != ctx.user.id:
        raise UserError(render("idees/not_yours_to_withdraw"))
    return await _withdraw(ctx, idea, "")


@feature.submit(WithdrawIdea, roles=ANIMATEURS)
async def withdraw_by_form(ctx: Context, form: WithdrawIdea) -> Replies:
    """Withdraw an idea, and tell its author why."""
    idea = await cards.get_shown(ctx, form.idea, locked=True)
    told = await _withdraw(ctx, idea, form.raison)
    if idea.author_id == ctx.user.id or not await find_active(ctx, [idea.author_id]):
        return told
    return [*told, News(user_id=idea.author_id, text=render("idees/told_withdrawn", idea=idea), is_over=True)]


async def _withdraw(ctx: Context, idea: Idea, reason: str) -> list[Reply]:
    """Withdraw an idea; if it was a duplicate, its votes stay with the original."""
    if idea.state is IdeaState.WITHDRAWN:
        raise UserError(render("idees/already_withdrawn", number=idea.number))
    before = _read_decided(idea)
    was, idea.state, idea.reason = idea.state, IdeaState.WITHDRAWN, reason
    idea.decided_by, idea.changed_at = ctx.user.id, ctx.now
    await ctx.db.flush()
    cards.note_idea(ctx, journal.AuditAct.IDEA_WITHDRAW, idea, {"etat": was.value}, etat=idea.state.value)
    revert = Revert(idea=idea.number, before=before, after=_read_decided(idea))
    text = render("idees/withdrawn", idea=idea)
    return [await cards.refresh_card(ctx, idea, here=True), Whisper(text, [Button("Annuler", revert)])]


@feature.job("hour=5 minute=40", name="idees.tell", writes=True)
async def start_telling(ctx: Context) -> Replies:
    """Start to tell voters what was decided about ideas since yesterday; of several changes only the last."""
    replies: list[Reply] = []
    for idea in await idees.list_untold(ctx.db):
        idea.told = idea.state
        replies.append(Start(payload=TellVoters(idea=idea.number, state=idea.state)))
    await ctx.db.flush()
    return replies


@feature.chore(
    TellVoters, name="idees.TellVoters", title="Nouvelles d’une idée", unit=("personne", "personnes"), writes=True
)
async def tell_voters(ctx: Context, work: TellVoters, so_far: Progress) -> Step:
    """Tell the next hundred voters, by id; an idea that changed meanwhile is told the next day."""
    idea = await idees.get(ctx.db, work.idea)
    if idea is None or idea.state is not work.state:
        return so_far.end()
    page = await idees.list_voters(ctx.db, idea, so_far.cursor or "", AT_ONCE)
    if not page:
        return so_far.end()
    active = await find_active(ctx, page)
    text, opens = render("idees/told", idea=idea), idea.duplicate_of or idea.number
    button = Button(f"Lire l’idée n° {opens}", cards.OpenIdea(idea=opens))
    is_over = idea.state in {IdeaState.DONE, IdeaState.REFUSED}
    readers = [one for one in page if one in active and one != idea.decided_by]
    told = [News(user_id=one, text=text, button=button, is_over=is_over) for one in readers]
    return Step(replies=told, cursor=page[-1], done=so_far.done + len(told))
