"""« /garde echanger »: a turn is proposed to somebody; nothing changes before they accept."""

from bot.context import Context
from bot.errors import UserError
from bot.journaling import Deed, note_at_end
from bot.replies import Ask, Button, Direct, Refresh, Replies, Whisper
from bot.texts import Markdown, render
from commands.garde.buttons import AnswerSwap, OpenSwap, WithdrawSwap
from commands.garde.feature import AGENTS, feature
from commands.garde.offering import AGAINST_NOTHING, TURN, offer, own_turns, turns_to_come
from commands.garde.reading import read_person, read_registered, register
from commands.garde.words import clash, names, say_turn
from dialogs.garde import SwapTurn
from storage.hotline import duty, swaps
from storage.hotline.duty import Turn, day_of
from storage.hotline.swaps import Answer, Swap
from storage.journal import Act


@feature.command("garde echanger", help="Proposer votre garde à quelqu’un", hint="[@nom]", roles=AGENTS, writes=True)
async def swap(ctx: Context, text: str) -> Replies:
    """The only turn of each; where there are several, or nobody is named, a window."""
    if not text.strip():
        return Ask(await offer(ctx))
    person, rest = await read_person(ctx, text)
    if person.id == ctx.user.id or rest:
        raise UserError("Dites avec qui : par exemple /garde echanger @nom. Les jours se choisissent ensuite.")
    own = await own_turns(ctx)
    theirs = await turns_to_come(ctx, person.id)
    if len(own) > 1 or len(theirs) > 1:
        return Ask(await offer(ctx, person))
    return await propose(ctx, own[0], theirs[0] if theirs else None, person.id)


@feature.button(OpenSwap, roles=AGENTS, writes=False)
async def ask(ctx: Context, _: OpenSwap) -> Replies:
    """The window."""
    return Ask(await offer(ctx))


@feature.submit(SwapTurn, roles=AGENTS)
async def propose_as_filled(ctx: Context, form: SwapTurn) -> Replies:
    """What was chosen, as it stands now."""
    kind, chosen = form.taken[:1], form.taken[1:]
    if kind == AGAINST_NOTHING:
        await read_registered(ctx, chosen)
    given = await duty.turn(ctx.db, int(form.given))
    taken = await duty.turn(ctx.db, int(chosen)) if kind == TURN else None
    if given is None or (kind == TURN and taken is None):
        raise UserError("Cette garde n’existe plus : /garde montre celles qu’il y a.")
    if taken is not None and taken.user_id == ctx.user.id:
        raise UserError("Les deux gardes sont à vous : /garde montre celles des autres.")
    return await propose(ctx, given, taken, taken.user_id if taken else chosen)


async def propose(ctx: Context, given: Turn, taken: Turn | None, with_id: str) -> Replies:
    """Ask somebody. Raises UserError for what could not be accepted anyway."""
    await duty.lock(ctx.db, ctx.now)
    new = Swap(given=given.number, taken=taken.number if taken else None, by=ctx.user.id, with_id=with_id, at=ctx.now)
    if problem := await _why_not(ctx, new):
        raise UserError(problem)
    if await swaps.is_open(ctx.db, given.number, with_id):
        raise UserError("Vous le lui avez déjà proposé : attendez sa réponse.")
    number = await swaps.propose(ctx.db, new)
    buttons = [
        Button("Accepter", AnswerSwap(number=number, accept=True), "primary"),
        Button("Refuser", AnswerSwap(number=number, accept=False)),
    ]
    called = (await names(ctx, [with_id]))[with_id]
    asked = render("garde/proposed", who=called, given=say_turn(ctx, given), taken=taken and say_turn(ctx, taken))
    return [
        Whisper(asked, [Button("Retirer ma proposition", WithdrawSwap(number=number))]),
        Direct(await _text(ctx, new), buttons, user_id=with_id, topic=_topic(number)),
    ]


@feature.button(AnswerSwap, roles=AGENTS)
async def answer(ctx: Context, click: AnswerSwap) -> Replies:
    """The turns are another’s, or stay; both read it."""
    await duty.lock(ctx.db, ctx.now)
    asked = await swaps.get(ctx.db, click.number)
    if asked is None or asked.with_id != ctx.user.id:
        raise UserError("Cette proposition n’existe plus, ou n’est pas pour vous.")
    if asked.answer is not None:
        return Refresh(await _text(ctx, asked, asked.answer), topic=_topic(click.number), here=True)
    problem = await _why_not(ctx, asked) if click.accept else ""
    outcome = Answer.CADUC if problem else Answer.ACCEPTE if click.accept else Answer.REFUSE
    text = await _text(ctx, asked, outcome, problem)
    told = await _text(ctx, asked, outcome, problem, to_proposer=True)
    await swaps.settle(ctx.db, click.number, outcome)
    if outcome is Answer.ACCEPTE:
        await register(ctx, ctx.user)
        await _trade(ctx, asked)
    return [Refresh(text, topic=_topic(click.number), here=True), Direct(told, user_id=asked.by)]


@feature.button(WithdrawSwap, roles=AGENTS)
async def withdraw(ctx: Context, click: WithdrawSwap) -> Replies:
    """Nobody can accept it any more."""
    await duty.lock(ctx.db, ctx.now)
    asked = await swaps.get(ctx.db, click.number)
    if asked is None or asked.by != ctx.user.id or asked.answer is not None:
        raise UserError("Cette proposition a déjà sa réponse, ou est déjà retirée.")
    await swaps.settle(ctx.db, click.number, Answer.RETIRE)
    gone = Refresh(await _text(ctx, asked, Answer.RETIRE), topic=_topic(click.number))
    return [gone, Whisper("Votre proposition est retirée : rien n’a changé.")]


async def _trade(ctx: Context, asked: Swap) -> None:
    """Each turn is the other’s; both are theirs, as was just seen."""
    await duty.give(ctx.db, asked.given, asked.by, asked.with_id)
    before, after = {asked.given: asked.by}, {asked.given: asked.with_id}
    if asked.taken is not None:
        await duty.give(ctx.db, asked.taken, asked.with_id, asked.by)
        before[asked.taken], after[asked.taken] = asked.with_id, asked.by
    note_at_end(ctx, Deed(Act.DUTY_SWAP, f"garde:{asked.given}", asked.by, before={"de": before}, after={"a": after}))


async def _why_not(ctx: Context, asked: Swap) -> str:
    """Why that cannot be exchanged as things stand, in a sentence that both may read; "" where it can."""
    sides = ((asked.given, asked.by, asked.with_id), (asked.taken, asked.with_id, asked.by))
    called = await names(ctx, [asked.by, asked.with_id])
    numbers = [number for number, _, _ in sides if number is not None]
    for number, before, after in sides:
        turn = await duty.turn(ctx.db, number) if number is not None else None
        if number is None:
            continue
        if turn is None or turn.user_id != before or not day_of(ctx.now) <= turn.starts < turn.ends:
            return f"La garde de {called[before]} a commencé, ou a changé depuis."
        if other := await clash(ctx, turn, after, numbers):
            return f"{called[after]} est déjà de garde {say_turn(ctx, other)}."
    return ""


async def _text(
    ctx: Context, asked: Swap, answer: Answer | None = None, problem: str = "", *, to_proposer: bool = False
) -> Markdown:
    """What is proposed, and what became of it, as one of both reads it."""
    called = await names(ctx, [asked.by, asked.with_id])
    given = await duty.turn(ctx.db, asked.given)
    taken = await duty.turn(ctx.db, asked.taken) if asked.taken is not None else None
    return render(
        "garde/answered" if to_proposer else "garde/swap",
        who=called[asked.with_id if to_proposer else asked.by],
        given=given and say_turn(ctx, given),
        taken=taken and say_turn(ctx, taken),
        answer=answer.value if answer else "",
        problem=Markdown(problem),
    )


def _topic(number: int) -> str:
    return f"garde.swap:{number}"
