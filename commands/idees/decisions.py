"""What becomes of ideas: decided by animateurs, told to who voted once a day, and an idea that is withdrawn."""

import re
from collections.abc import Sequence

from pydantic import BaseModel

from bot.account_status import find_active
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.replies import Ask, Button, News, Progress, Replies, Reply, Start, Step, Whisper
from bot.texts import render
from commands.idees.feature import (
    ANIMATEURS,
    Answer,
    Decide,
    OfIdea,
    Open,
    Withdraw,
    feature,
    get_shown,
    note_idea,
    refresh_card,
    say_title,
)
from config.text import fold
from dialogs.idees import DecideIdea, WithdrawIdea
from storage import idees
from storage.idees import SHOWN, Idea, IdeaState
from storage.journal import AuditAct

AT_ONCE = 100
"""People in one step."""
EXAMPLE = "/idee etat 12 prévue, /idee etat 12 refusée parce que…, /idee etat 12 doublon 3"


class Ruling(BaseModel):
    """What becomes of an idea, with its reason, and the idea that it is the same as."""

    state: IdeaState
    reason: str = ""
    duplicate_of: int | None = None


class Revert(OfIdea):
    """« Annuler »: the idea is again as it was."""

    before: Ruling


class TellVoters(OfIdea):
    """Who is for an idea hears of its state."""

    state: IdeaState


@feature.button(Decide, roles=ANIMATEURS)
async def decide_by_click(ctx: Context, click: Decide) -> Replies:
    """Give an idea the state of a button."""
    return await _rule(ctx, click.idea, Ruling(state=click.to))


@feature.button(Answer, roles=ANIMATEURS, writes=False)
async def open_answer(ctx: ReadingContext, click: Answer) -> Replies:
    """Open the window, with what was decided last."""
    idea = await get_shown(ctx, click.idea)
    known = {"etat": idea.state if idea.state in SHOWN else None, "raison": idea.reason or None}
    return Ask(DecideIdea.draft(idea=idea.number, said=say_title(idea), doublon=idea.duplicate_of, **known))


@feature.submit(DecideIdea, roles=ANIMATEURS)
async def decide_by_form(ctx: Context, form: DecideIdea) -> Replies:
    """Give an idea the state that was chosen, and say why."""
    same = form.doublon if form.etat is IdeaState.DUPLICATE else None
    return await _rule(ctx, form.idea, Ruling(state=form.etat, reason=form.raison, duplicate_of=same))


@feature.command(
    "idee etat", help="Dire ce que devient une idée", hint="12 prévue [raison]", roles=ANIMATEURS, writes=True
)
async def decide_by_line(ctx: Context, line: str) -> Replies:
    """Give an idea the state that was typed: its number, the state, then why, or the other idea’s number."""
    number, ruling = read_ruling(line)
    form = {"etat": ruling.state, "raison": ruling.reason, "doublon": ruling.duplicate_of}
    if faults := DecideIdea.problems(form, ctx.clues):
        raise UserError(next(iter(faults.values())))
    return await _rule(ctx, number, ruling)


_STATES = {fold(name).replace("_", " "): state for state in SHOWN for name in (state.label, state.value)} | {
    "a l etude": IdeaState.STUDIED,
    "commencee": IdeaState.STARTED,
}
_LINE = re.compile(r"(?:idee\s+)?(?:n\s?[°ºo]\s?|#)?(\d{1,9})\s*[:,]?\s+(.+)", re.IGNORECASE | re.DOTALL)


def read_ruling(line: str) -> tuple[int, Ruling]:
    """Read « 12 refusée trop cher » or « 12 doublon 3 ». Raises UserError."""
    found = _LINE.fullmatch(" ".join(line.split()))
    words = found[2].split(" ") if found else []
    for size in range(min(3, len(words)), 0, -1):
        state = _STATES.get(re.sub(r"[^a-z0-9]+", " ", fold(" ".join(words[:size]))).strip())
        if found and state:
            return int(found[1]), _read_rest(state, " ".join(words[size:]))
    known = ", ".join(state.label for state in SHOWN)
    raise UserError(f"Donnez le numéro de l’idée, puis son état ({known}). Par exemple : {EXAMPLE}.")


def _read_rest(state: IdeaState, rest: str) -> Ruling:
    rest = rest.strip(" :,")
    if state is not IdeaState.DUPLICATE:
        return Ruling(state=state, reason=rest[: idees.REASON_MAX])
    number = re.search(r"\d{1,9}", rest)
    return Ruling(state=state, duplicate_of=int(number[0]) if number else None)


async def _rule(ctx: Context, number: int, ruling: Ruling) -> Replies:
    """Decide about an idea; its voters hear of it the next day, who decides can take it back."""
    idea = await get_shown(ctx, number, locked=True)
    before = Ruling(state=idea.state, reason=idea.reason, duplicate_of=idea.duplicate_of)
    into = await _find_original(ctx, idea, ruling.duplicate_of) if ruling.duplicate_of is not None else None
    ruling = ruling.model_copy(update={"duplicate_of": into.number if into else None})
    if ruling == before:
        raise UserError(f"L’idée n° {number} est déjà {idea.state.label}.")
    changed = await _apply(ctx, idea, ruling)
    undo = Button("Annuler", Revert(idea=number, before=before))
    return [*changed, Whisper(render("idees/decided", idea=idea), [undo])]


async def _find_original(ctx: Context, idea: Idea, number: int) -> Idea:
    """Find the idea that another is the same as; of a duplicate what that is one of. Raises UserError."""
    found = await idees.get(ctx.db, number)
    if found is not None and found.duplicate_of:
        found = await idees.get(ctx.db, found.duplicate_of)
    if found is None or found.state not in SHOWN:
        raise UserError(f"Aucune idée n’a le numéro {number} : /idee liste montre les idées.")
    if found.number == idea.number:
        raise UserError("Une idée n’est pas son propre doublon : donnez le numéro de l’autre.")
    return found


async def _apply(ctx: Context, idea: Idea, ruling: Ruling) -> Sequence[Reply]:
    """Write down what becomes of an idea, note it, and rewrite the cards that it changes."""
    others = {idea.duplicate_of, ruling.duplicate_of} - {None}
    was = idea.state
    idea.state, idea.reason, idea.duplicate_of = ruling.state, ruling.reason, ruling.duplicate_of
    idea.decided_by, idea.changed_at = ctx.user.id, ctx.now
    await ctx.db.flush()
    if ruling.duplicate_of is not None:
        await idees.merge(ctx.db, idea.number, ruling.duplicate_of)
    note_idea(ctx, AuditAct.IDEA, idea, {"etat": was.value}, etat=ruling.state.value)
    touched = [each for number in others if number and (each := await idees.get(ctx.db, number))]
    return [await refresh_card(ctx, idea, here=True), *[await refresh_card(ctx, each) for each in touched]]


@feature.undo(Revert, roles=ANIMATEURS)
async def revert_ruling(ctx: Context, click: Revert) -> Replies:
    """Let an idea be again as it was."""
    idea = await get_shown(ctx, click.idea, locked=True)
    changed = await _apply(ctx, idea, click.before)
    return [*changed, Whisper(render("idees/decided", idea=idea))]


@feature.button(Withdraw)
async def withdraw_by_click(ctx: Context, click: Withdraw) -> Replies:
    """Ask an animateur why an idea is taken away; take away at once what is one’s own."""
    idea = await get_shown(ctx, click.idea, locked=True)
    if ctx.user.animates:
        return Ask(WithdrawIdea.draft(idea=idea.number, said=say_title(idea)))
    if idea.author_id != ctx.user.id:
        raise UserError("Seules la personne qui l’a proposée et l’équipe d’animation retirent une idée.")
    return await _withdraw(ctx, idea, "")


@feature.submit(WithdrawIdea, roles=ANIMATEURS)
async def withdraw_by_form(ctx: Context, form: WithdrawIdea) -> Replies:
    """Take an idea away, and tell who proposed it why."""
    idea = await get_shown(ctx, form.idea, locked=True)
    told = await _withdraw(ctx, idea, form.raison)
    if idea.author_id == ctx.user.id or not await find_active(ctx, [idea.author_id]):
        return told
    return [*told, News(user_id=idea.author_id, text=render("idees/told_withdrawn", idea=idea), is_over=True)]


async def _withdraw(ctx: Context, idea: Idea, reason: str) -> list[Reply]:
    """Take an idea away; where it was a duplicate its votes stay with the other one."""
    if idea.state is IdeaState.WITHDRAWN:
        raise UserError(f"L’idée n° {idea.number} est déjà retirée.")
    before = Ruling(state=idea.state, reason=idea.reason, duplicate_of=idea.duplicate_of)
    was, idea.state, idea.reason = idea.state, IdeaState.WITHDRAWN, reason
    idea.decided_by, idea.changed_at = ctx.user.id, ctx.now
    await ctx.db.flush()
    note_idea(ctx, AuditAct.IDEA_WITHDRAW, idea, {"etat": was.value}, etat=idea.state.value)
    undo = [Button("Annuler", Revert(idea=idea.number, before=before))] if ctx.user.animates else []
    return [await refresh_card(ctx, idea, here=True), Whisper(render("idees/withdrawn", idea=idea), undo)]


@feature.job("hour=5 minute=40", name="idees.tell", writes=True)
async def start_telling(ctx: Context) -> Replies:
    """Begin to tell who voted what became of ideas since the day before: only the last of several changes."""
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
    """Tell the next hundred people, by id; what was decided anew meanwhile is told the next day."""
    idea = await idees.get(ctx.db, work.idea)
    if idea is None or idea.state is not work.state:
        return so_far.end()
    page = await idees.list_voters(ctx.db, idea, so_far.cursor or "", AT_ONCE)
    if not page:
        return so_far.end()
    active = await find_active(ctx, page)
    text, opens = render("idees/told", idea=idea), idea.duplicate_of or idea.number
    button = Button(f"Lire l’idée n° {opens}", Open(idea=opens))
    is_over = idea.state in {IdeaState.DONE, IdeaState.REFUSED}
    told = [
        News(user_id=one, text=text, button=button, is_over=is_over)
        for one in page
        if one in active and one != idea.decided_by
    ]
    return Step(replies=told, cursor=page[-1], done=so_far.done + len(told))
