"""« /garde echanger »: a swap of turns is proposed to somebody, and happens only if they accept."""

from collections.abc import Sequence
from datetime import timedelta

from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.replies import Ask, Button, Direct, Message, Replies, Whisper
from bot.texts import Markdown, render, require
from commands.garde import rota
from commands.garde.rota import AGENTS, AnswerSwap, OpenSwap, WithdrawSwap, feature
from dialogs.garde import AHEAD, SwapTurn
from storage import people
from storage.hotline import duty
from storage.hotline.duty import DutySwap, DutyTurn, SwapAnswer, get_day
from storage.journal import AuditAct
from storage.people import Person, Role

SWAP = RowCard[int]("garde.swap:")
"""The proposal of a swap, in the direct channel of the agent it is made to, by its number."""
TURN, AGAINST_NOTHING = "t", "p"
"""What is chosen: the number of a turn, or the id of somebody who takes one over."""
OWN_MAX, OTHERS_MAX, AGENTS_MAX = 12, 15, 10
"""How much a window offers: it travels sealed with it."""


async def list_own_turns(ctx: Context) -> Sequence[DutyTurn]:
    """List the turns that the person may give away. Raises UserError if there are none."""
    return require(await list_turns_to_come(ctx, ctx.user.id) or None, "garde/no_turns")


async def list_turns_to_come(ctx: Context, user_id: str) -> Sequence[DutyTurn]:
    """List the turns of somebody that begin today or later."""
    today = get_day(ctx.now)
    return [turn for turn in await duty.list_turns_of(ctx.db, user_id, today) if turn.starts >= today]


async def make_swap_window(ctx: Context, person: Person | None = None) -> SwapTurn:
    """Make the window of a swap; with ``person`` already chosen, if known."""
    own = {str(turn.number): rota.shorten_turn(ctx, turn) for turn in (await list_own_turns(ctx))[:OWN_MAX]}
    others = require(await _list_offers(ctx, person) or None, "garde/nobody_to_swap")
    taken = next(iter(others)) if len(others) == 1 else None
    return SwapTurn.draft(given=next(iter(own)), taken=taken, own=own, others=others)


async def _list_offers(ctx: Context, person: Person | None) -> dict[str, str]:
    """List the turns of others, or of one person, then the people who could take over a turn without giving one."""
    today = get_day(ctx.now)
    if person is not None:
        turns, agents = await list_turns_to_come(ctx, person.id), [person]
    else:
        there = await duty.list_turns(ctx.db, today, today + timedelta(days=AHEAD))
        turns = [turn for turn in there if turn.user_id != ctx.user.id and turn.starts >= today]
        holders = await people.with_role(ctx.db, Role.HOTLINE, ctx.today, AGENTS_MAX)
        known = [*holders, *await people.animating(ctx.db, ctx.today, AGENTS_MAX)]
        agents = [agent for agent in known if agent.id != ctx.user.id]
    called = await rota.say_names(ctx, [turn.user_id for turn in turns[:OTHERS_MAX]])
    found = {
        f"{TURN}{turn.number}": f"{called[turn.user_id]}, {rota.shorten_turn(ctx, turn)}" for turn in turns[:OTHERS_MAX]
    }
    return found | {f"{AGAINST_NOTHING}{agent.id}": f"@{agent.username}, sans échange" for agent in agents}


async def read_partner(ctx: ReadingContext, text: str) -> Person | Ask:
    """Read the partner of a swap; without a name, open a window."""
    if not text.strip():
        return Ask(await make_swap_window(ctx))
    person, rest = await rota.read_person(ctx, text)
    if person.id == ctx.user.id or rest:
        raise UserError(render("garde/swap_with_whom"))
    return person


@feature.command(
    "garde echanger", help="Proposer votre garde à quelqu’un", hint="[@nom]", roles=AGENTS, asks=read_partner
)
async def start_swap(ctx: Context, person: Person) -> Replies:
    """Propose to swap the only turn of each; if either has several, open a window."""
    own = await list_own_turns(ctx)
    theirs = await list_turns_to_come(ctx, person.id)
    if len(own) > 1 or len(theirs) > 1:
        return Ask(await make_swap_window(ctx, person))
    return await propose_swap(ctx, own[0], theirs[0] if theirs else None, person.id)


@feature.button(OpenSwap, roles=AGENTS, writes=False)
async def ask_swap(ctx: Context, _: OpenSwap) -> Replies:
    """Open the window of a swap."""
    return Ask(await make_swap_window(ctx))


@feature.submit(SwapTurn, roles=AGENTS)
async def submit_swap(ctx: Context, form: SwapTurn) -> Replies:
    """Propose the swap that was chosen, as it stands now."""
    kind, chosen = form.taken[:1], form.taken[1:]
    if kind == AGAINST_NOTHING:
        await rota.read_registered(ctx, chosen)
    given = await duty.get_turn(ctx.db, int(form.given))
    taken = await duty.get_turn(ctx.db, int(chosen)) if kind == TURN else None
    if given is None or (kind == TURN and taken is None):
        raise UserError(render("garde/swap_turn_gone"))
    if taken is not None and taken.user_id == ctx.user.id:
        raise UserError(render("garde/swap_both_yours"))
    return await propose_swap(ctx, given, taken, taken.user_id if taken else chosen)


async def propose_swap(ctx: Context, given: DutyTurn, taken: DutyTurn | None, with_id: str) -> Replies:
    """Propose a swap to somebody. Raises UserError if it could not be accepted anyway."""
    await duty.lock_duty(ctx.db, ctx.now)
    other = taken.number if taken else None
    new = DutySwap(given=given.number, taken=other, by=ctx.user.id, with_id=with_id, at=ctx.now)
    if problem := await _find_objection(ctx, new):
        raise UserError(problem)
    if await duty.is_swap_open(ctx.db, given.number, with_id):
        raise UserError(render("garde/swap_proposed"))
    number = await duty.propose_swap(ctx.db, new)
    accept = Button("Accepter", AnswerSwap(number=number, accept=True), "primary")
    refuse = Button("Refuser", AnswerSwap(number=number, accept=False))
    called = (await rota.say_names(ctx, [with_id]))[with_id]
    turns = {"given": rota.say_turn(ctx, given), "taken": taken and rota.say_turn(ctx, taken)}
    asked = render("garde/proposed", who=called, **turns)
    whisper = Whisper(asked, [Button("Retirer ma proposition", WithdrawSwap(number=number))])
    return [whisper, SWAP.send(number, Message(await _say_swap(ctx, new), [accept, refuse]), with_id)]


@feature.button(AnswerSwap, roles=AGENTS)
async def answer_swap(ctx: Context, click: AnswerSwap) -> Replies:
    """Swap the turns or not, as the answer says, and tell both agents."""
    await duty.lock_duty(ctx.db, ctx.now)
    asked = await duty.get_swap(ctx.db, click.number)
    if asked is None or asked.with_id != ctx.user.id:
        raise UserError(render("garde/swap_not_yours"))
    if asked.answer is not None:
        return SWAP.rewrite(click.number, await _say_swap(ctx, asked, asked.answer), here=True)
    problem = await _find_objection(ctx, asked) if click.accept else ""
    outcome = SwapAnswer.CADUC if problem else SwapAnswer.ACCEPTE if click.accept else SwapAnswer.REFUSE
    text = await _say_swap(ctx, asked, outcome, problem)
    told = await _say_swap(ctx, asked, outcome, problem, to_proposer=True)
    await duty.settle_swap(ctx.db, click.number, outcome)
    if outcome is SwapAnswer.ACCEPTE:
        await rota.ensure_registered(ctx, ctx.user)
        await _trade_turns(ctx, asked)
    return [SWAP.rewrite(click.number, text, here=True), Direct(told, user_id=asked.by)]


@feature.button(WithdrawSwap, roles=AGENTS)
async def withdraw_swap(ctx: Context, click: WithdrawSwap) -> Replies:
    """Withdraw a proposed swap, which can then no longer be accepted."""
    await duty.lock_duty(ctx.db, ctx.now)
    asked = await duty.get_swap(ctx.db, click.number)
    if asked is None or asked.by != ctx.user.id or asked.answer is not None:
        raise UserError(render("garde/swap_answered"))
    await duty.settle_swap(ctx.db, click.number, SwapAnswer.RETIRE)
    gone = SWAP.rewrite(click.number, await _say_swap(ctx, asked, SwapAnswer.RETIRE))
    return [gone, Whisper(render("garde/swap_withdrawn"))]


async def _trade_turns(ctx: Context, asked: DutySwap) -> None:
    """Give each turn to the other agent; the caller has checked whose they are."""
    await duty.give_turn(ctx.db, asked.given, asked.by, asked.with_id)
    before, after = {asked.given: asked.by}, {asked.given: asked.with_id}
    if asked.taken is not None:
        await duty.give_turn(ctx.db, asked.taken, asked.with_id, asked.by)
        before[asked.taken], after[asked.taken] = asked.with_id, asked.by
    deed = AuditEntry(AuditAct.DUTY_SWAP, f"garde:{asked.given}", asked.by, before={"de": before}, after={"a": after})
    record_entry_at_end(ctx, deed)


async def _find_objection(ctx: Context, asked: DutySwap) -> str:
    """Say why a swap is impossible now, in a sentence for both agents; "" if it is possible."""
    sides = ((asked.given, asked.by, asked.with_id), (asked.taken, asked.with_id, asked.by))
    called = await rota.say_names(ctx, [asked.by, asked.with_id])
    numbers = [number for number, _, _ in sides if number is not None]
    for number, before, after in sides:
        turn = await duty.get_turn(ctx.db, number) if number is not None else None
        if number is None:
            continue
        if turn is None or turn.user_id != before or not get_day(ctx.now) <= turn.starts < turn.ends:
            return render("garde/swap_began", who=called[before])
        if other := await rota.find_clash(ctx, turn, after, numbers):
            return render("garde/swap_on_duty", who=called[after], turn=rota.say_turn(ctx, other))
    return ""


async def _say_swap(
    ctx: Context, asked: DutySwap, answer: SwapAnswer | None = None, problem: str = "", *, to_proposer: bool = False
) -> Markdown:
    """Describe a proposed swap and its outcome, for one of the two agents."""
    called = await rota.say_names(ctx, [asked.by, asked.with_id])
    given = await duty.get_turn(ctx.db, asked.given)
    taken = await duty.get_turn(ctx.db, asked.taken) if asked.taken is not None else None
    return render(
        "garde/answered" if to_proposer else "garde/swap",
        who=called[asked.with_id if to_proposer else asked.by],
        given=given and rota.say_turn(ctx, given),
        taken=taken and rota.say_turn(ctx, taken),
        answer=answer.value if answer else "",
        problem=Markdown(problem),
    )
