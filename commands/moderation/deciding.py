"""An animateur decides about a case: by a window that asks what the measure needs; of two at once the second reads who
was first."""

from collections.abc import Sequence
from datetime import timedelta

from bot.context import Context
from bot.journaling import Deed, note
from bot.others import name_of
from bot.quoting import one_line, unmarked
from bot.replies import Ask, Press, Replies, Reply, Whisper
from bot.texts import render
from commands.moderation import cards, grading, outcome, terms
from commands.moderation.buttons import Decide, DecideOtherwise, Move
from commands.moderation.carrying import carry_out
from commands.moderation.decision import Decision, proposed
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.passing import thing_of, whom
from commands.moderation.taking import fate_of, found, locked
from commands.moderation.whom import must_be_reachable
from dialogs.moderation.deciding import (
    DECISIONS,
    AboutCase,
    AskOpinion,
    Deciding,
    DismissCase,
    ExcludeAuthor,
    Fate,
    ForwardCase,
    HideMessage,
    MoveThread,
    RemindCharter,
    SilenceAuthor,
    WarnAuthor,
)
from storage.database import change
from storage.journal import Act, label_of
from storage.moderation import reports
from storage.moderation.cases import Case, State

SAID_MAX = 100
"""Characters of a message by which a window calls its case."""
USUAL = timedelta(days=7)
"""How long a silence is proposed to last where the charter proposes none."""
UNDER_WAY = {Act.HIDE, Act.SILENCE, Act.EXCLUDE, Act.MOVE}
"""What Mattermost does after it is decided."""
WINDOWS: dict[Move, type[AboutCase]] = {
    Move.NOTHING: DismissCase,
    Move.REMIND: RemindCharter,
    Move.HIDE: HideMessage,
    Move.WARN: WarnAuthor,
    Move.SILENCE: SilenceAuthor,
    Move.EXCLUDE: ExcludeAuthor,
    Move.MOVE: MoveThread,
    Move.CONSULT: AskOpinion,
    Move.FORWARD: ForwardCase,
}


@feature.button(DecideOtherwise, roles=ANIMATEURS, writes=False)
async def ask_otherwise(ctx: Context, click: DecideOtherwise) -> Replies:
    """The same as a button."""
    return Press.to(Decide(case=click.case, move=Move(click.chosen)))


@feature.button(Decide, roles=ANIMATEURS, writes=False)
async def ask(ctx: Context, click: Decide) -> Replies:
    """The window, which says what became of the message since it was reported."""
    case = await found(ctx, click.case)
    if case.state is not State.OPEN:
        return await told_before(ctx, case)
    if issubclass(WINDOWS[click.move], Deciding):
        await must_be_reachable(ctx, case.author_id)
    fate = await fate_of(ctx, case)
    about = {"case": case.number, "said": said_of(case), "fate": fate, **await _known(ctx, case, click.move)}
    return Ask(WINDOWS[click.move].draft(**about))


def said_of(case: Case) -> str:
    """What a window calls it."""
    return one_line(unmarked(case.message), SAID_MAX) if case.post_id else f"@{case.author}"


async def _known(ctx: Context, case: Case, move: Move) -> dict[str, object]:
    """What is filled in beforehand: the reason by the motive, the length by the charter."""
    if move is Move.FORWARD:
        return {"there": await whom(ctx, case)}
    if not issubclass(WINDOWS[move], Deciding):
        return {}
    key = cards.main_motive(await reports.of_case(ctx.db, case.number))
    known: dict[str, object] = {"reason": terms.motive_of(ctx, key).label} if key not in {"", terms.OTHER} else {}
    if move is Move.SILENCE:
        graded = terms.motive_of(ctx, key).grade(await grading.before(ctx, case.author_id)) if key else None
        known["lasts"] = graded.lasts if graded and graded.lasts else USUAL
    if move is Move.EXCLUDE and case.channel_id:
        known["place"] = case.channel_id
    return known


async def told_before(ctx: Context, case: Case) -> Sequence[Reply]:
    """Somebody decided already, or proposed something."""
    waiting = proposed(case)
    by = str(case.proposed["by"]) if waiting else case.decided_by
    named = "vous" if by == ctx.user.id else await name_of(ctx, by)
    act = terms.say_decision(waiting) if waiting else label_of(case.act)
    return [
        Whisper(render("moderation/decided_already", case=case, by=named, act=act)),
        *await cards.refresh(ctx, case),
    ]


async def decide(ctx: Context, form: Deciding) -> Replies:
    """It is done, or waits for a second animateur; who reported it hears so."""
    case = await locked(ctx, form.case)
    if case.state is not State.OPEN:
        return await told_before(ctx, case)
    told = await carry_out(ctx, case, Decision(form.measure, form.reason, form.duration, form.channel_id))
    return [*say_done(case, form.fate), *told, *await after(ctx, case)]


for window in DECISIONS:
    feature.submit(window, roles=ANIMATEURS)(decide)


def say_done(case: Case, fate: Fate = Fate.SAME) -> Sequence[Reply]:
    """What who decided reads."""
    waits = case.state is State.SECOND
    act = label_of(case.act)
    gone = fate is Fate.GONE and case.act == Act.HIDE
    under_way = not gone and case.act in UNDER_WAY
    return [Whisper(render("moderation/done", case=case, waits=waits, act=act, gone=gone, under_way=under_way))]


async def after(ctx: Context, case: Case) -> Sequence[Reply]:
    """What comes after each decision: the card, and who reported it."""
    return [*await cards.refresh(ctx, case), *await outcome.tell_reporters(ctx, case)]


@feature.submit(DismissCase, roles=ANIMATEURS)
async def dismiss(ctx: Context, form: DismissCase) -> Replies:
    """Nothing is done to anybody."""
    case = await locked(ctx, form.case)
    if case.state is not State.OPEN:
        return await told_before(ctx, case)
    if form.verdict == "infonde":
        await reports.judge(ctx.db, case.number, was_right=False)
    deed = Deed(Act.DISMISS, thing_of(case), case.author_id, form.reason, after={"case": case.number})
    decided = {"act": Act.DISMISS.value, "reason": form.reason, "entry": (await note(ctx, deed)).id}
    await change(ctx.db, case, state=State.DECIDED, decided_at=ctx.now, decided_by=ctx.user.id, **decided)
    return [*say_done(case), *await after(ctx, case)]
