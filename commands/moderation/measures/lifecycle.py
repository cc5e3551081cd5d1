"""A measure from its decision to its end: it is carried out about a case, answered by Mattermost, undone by an
animateur, over at its time; and what is kept of it goes with its case.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import BaseModel

from bot.actions import DeletePost
from bot.audit import AuditEntry, record_entry
from bot.command_lines import read_typed_number
from bot.context import Context
from bot.errors import ChatError, UserError
from bot.events import Delivered, Undelivered
from bot.replies import Direct, Progress, Replies, Reply, Start, Step, Whisper
from bot.texts import render
from commands.moderation import cards
from commands.moderation.cases import (
    OWN_CASE,
    Decision,
    check_decider,
    mark_decided,
    read_proposal,
    refuse_own_proposal,
)
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.measures import (
    ActAnswer,
    ActPurpose,
    MeasureHandler,
    describe_measure,
    find_decided_handler,
    find_handler,
    make_act_topic,
    read_answer,
    refresh_measure_card,
    store_measure,
)
from storage import journal
from storage.database import change
from storage.journal import AuditAct
from storage.moderation import cases, measures
from storage.moderation.cases import Case, CaseState
from storage.moderation.measures import REFUSED, Measure, MeasureRecord
from storage.outbox import Sent
from storage.personal_data.declarations import months_before


async def carry_out(ctx: Context, case: Case, decision: Decision, *, is_second: bool = False) -> Sequence[Reply]:
    """Decide a case. In a transaction that writes and holds the case (``cases.lock``), asking Mattermost nothing.

    Whether the account administers the server or is a bot was asked before (``cases.check_target``). A heavy decision
    of a first animateur leaves the case in SECOND (``case.proposed``); the same measure from another carries out what
    was proposed. ``is_second`` says that who decides is another than who decided about the case before, as who answers
    an appeal is: nobody else needs to approve. The card and the reporters are for the caller. Raises UserError.
    """
    await check_decider(ctx, case)
    handler, first = find_decided_handler(decision.measure), ""
    decision = await handler.complete(ctx, case, decision)
    if handler.is_heavy(decision) and not is_second:
        waiting = read_proposal(case)
        if waiting is None or waiting.measure is not decision.measure:
            await _propose_measure(ctx, case, decision, handler.name_thing(case, ""))
            return []
        refuse_own_proposal(ctx, first := str(case.proposed["by"]))
        decision = waiting
    measure = await _store_decided_measure(ctx, case, handler, decision, first)
    return await handler.start(ctx, case, measure, measures.read_record(measure))


async def _propose_measure(ctx: Context, case: Case, decision: Decision, thing: str) -> None:
    act, seconds = decision.measure.value, int(decision.lasts.total_seconds()) if decision.lasts else 0
    after = {"case": case.number, "act": act}
    await record_entry(ctx, AuditEntry(AuditAct.PROPOSE, thing, case.author_id, decision.reason, after=after))
    wanted = {"by": ctx.user.id, "act": act, "reason": decision.reason, "seconds": seconds}
    await change(ctx.db, case, state=CaseState.SECOND, proposed=wanted | {"channel_id": decision.channel_id})


async def _store_decided_measure(
    ctx: Context, case: Case, handler: MeasureHandler, decision: Decision, proposed_by: str
) -> Measure:
    """The entry, the measure under its number, and the case as decided."""
    until = ctx.now + decision.lasts if decision.lasts else None
    place = handler.find_place(case, decision)
    after: dict[str, object] = {"case": case.number}
    after |= ({"until": until.isoformat()} if until else {}) | ({"channel": place} if place else {})
    # The bot’s own tables may not know what the channel is called; the case does.
    titles = {place: case.channel} if case.channel and place == case.channel_id else {}
    record = MeasureRecord(titles=titles, instead_of=decision.instead_of)
    deed = AuditEntry(handler.act, handler.name_thing(case, place), case.author_id, decision.reason, after=after)
    columns = {"case_id": case.number, "channels": [place] if place else [], "until": until, "proposed_by": proposed_by}
    measure = await store_measure(ctx, deed, record, **columns)
    await mark_decided(ctx, case, handler.act, decision.reason, entry=measure.entry, until=until)
    return measure


@feature.event(Delivered, name="moderation.done.Delivered")
async def handle_delivered(ctx: Context, event: Delivered) -> Replies:
    """Mattermost did what a measure asked for: the measure goes on."""
    answer = read_answer(event)
    if answer and answer.part is ActPurpose.KEPT:  # Mattermost is asked before anything is read from the tables
        answer = replace(answer, files=await _read_copied_files(ctx, event.post_id))
    return await _handle_answer(ctx, answer)


@feature.event(Undelivered, name="moderation.refused.Undelivered")
async def handle_undelivered(ctx: Context, event: Undelivered) -> Replies:
    """Mattermost did not do what a measure asked for: the measure says what follows from it."""
    return await _handle_answer(ctx, read_answer(event))


async def _handle_answer(ctx: Context, answer: ActAnswer | None) -> Replies:
    known = await measures.get(ctx.db, answer.entry) if answer else None
    return await find_handler(known.act).handle_answer(ctx, known, answer) if known and answer else None


async def _read_copied_files(ctx: Context, post_id: str) -> Sequence[str]:
    """The ids of the copies that stand in a post; none where there is none any more. Raises ChatError for what may
    pass."""
    if not post_id:
        return []
    try:
        return (await ctx.chat.read_post(post_id)).file_ids
    except ChatError as error:
        if error.may_pass:
            raise
        return []


UNDO_EXAMPLE = "/moderer annuler 12"


@feature.command("moderer annuler", help="Annuler un acte", hint="N", roles=ANIMATEURS, writes=True)
async def undo_typed_number(ctx: Context, line: str) -> Replies:
    """Undo a measure by the number that the journal gave it."""
    entry = read_typed_number(line)
    if entry is None:
        raise UserError(f"Donnez le numéro de l’acte, celui du journal : par exemple `{UNDO_EXAMPLE}`.")
    await ctx.must_still_be(ANIMATEURS)
    replies = await undo_measure(ctx, entry)
    measure = await measures.get(ctx.db, entry)
    assert measure is not None  # it was undone
    text = render("moderation/undone", told=await describe_measure(ctx, measure), act=measure.act, acts=AuditAct)
    return [*replies, *await refresh_measure_card(ctx, measure), Whisper(text)]


async def undo_measure(ctx: Context, entry: int, *, is_replaced: bool = False) -> Sequence[Reply]:
    """Take a measure back, and tell the person, unless the notice of what replaces it does; asks Mattermost nothing.
    The card is for the caller. Raises UserError for what is no measure, is over, or concerns who acts."""
    measure = await _lock_standing(ctx, entry)
    deed = AuditEntry(AuditAct.UNDO, f"acte:{entry}", measure.user_id, before={"act": measure.act, "entry": entry})
    await record_entry(ctx, deed)
    await change(ctx.db, measure, ended_at=ctx.now, ended_by=ctx.user.id)
    await _close_case(ctx, measure)
    told = [] if is_replaced else await _tell_person(ctx, measure, "moderation/lifted")
    return [*await _lift(ctx, measure), *told]


async def _lift(ctx: Context, measure: Measure) -> Sequence[Reply]:
    return await find_handler(measure.act).lift(ctx, measure, measures.read_record(measure))


async def _lock_standing(ctx: Context, entry: int) -> Measure:
    measure, _ = await measures.lock_with_case(ctx.db, entry)
    if measure is None:
        known = await journal.get(ctx.db, entry)
        if known is None:
            raise UserError(f"Il n’y a pas d’acte n° {entry}.")
        raise UserError(f"Le n° {entry} ({known.label}) n’est pas un acte qui s’annule.")
    if measure.user_id and measure.user_id == ctx.user.id:
        raise UserError(OWN_CASE)
    if measure.ended_at is not None:
        raise UserError(_say_over(measure))
    find_handler(measure.act).refuse_undoing(measure)
    return measure


def _say_over(measure: Measure) -> str:
    if measure.ended_by == REFUSED:
        return f"L’acte n° {measure.entry} n’a pas eu lieu : Mattermost l’a refusé."
    return f"L’acte n° {measure.entry} est déjà {'annulé' if measure.ended_by else 'terminé'}."


async def _close_case(ctx: Context, measure: Measure) -> None:
    """The case of a measure that stands no more."""
    case = await cases.lock(ctx.db, measure.case_id) if measure.case_id else None
    if case and case.state is CaseState.DECIDED and case.entry == measure.entry:
        await change(ctx.db, case, state=CaseState.CLOSED, until=None)


async def _tell_person(ctx: Context, measure: Measure, sentence: str) -> Sequence[Reply]:
    """Tell the person that it ended, if they knew of it."""
    if not measure.user_id or not measures.read_record(measure).told:
        return []
    told, held = await describe_measure(ctx, measure, measure.user_id), await _is_kept_out_by_another(ctx, measure)
    text = render(sentence, told=told, act=measure.act, acts=AuditAct, held=held)
    return [Direct(text, user_id=measure.user_id)]


async def _is_kept_out_by_another(ctx: Context, measure: Measure) -> bool:
    """Whether they do not come back, though this measure is over."""
    place = measure.channels[0] if measure.channels else ""
    return find_handler(measure.act).keeps_out and (
        await measures.find_exclusion(ctx.db, measure.user_id, place, but=measure.entry) is not None
    )


EXPIRED_BATCH = 50
"""Ended in one run; the others five minutes later."""


@feature.job("hour=0-1,3-23 minute=*/5", name="moderation.expire", writes=True)
async def end_expired(ctx: Context) -> Replies:
    """End what is due; another replica or an animateur may have ended it meanwhile."""
    ended: list[Reply] = []
    for each in await measures.list_due(ctx.db, ctx.now, EXPIRED_BATCH):
        measure = await measures.lock_known(ctx.db, each)
        if measure is not None and measure.ended_at is None:
            ended += await _end_measure(ctx, measure)
    return ended


async def _end_measure(ctx: Context, measure: Measure) -> Sequence[Reply]:
    thing = f"personne:{measure.user_id}" if measure.user_id else f"canal:{measure.channels[0]}"
    before = {"act": measure.act, "entry": measure.entry}
    await record_entry(ctx, AuditEntry(AuditAct.EXPIRE, thing, measure.user_id, before=before))
    await change(ctx.db, measure, ended_at=ctx.now, ended_by="")
    lifted, told = await _lift(ctx, measure), await _tell_person(ctx, measure, "moderation/over")
    return [*lifted, *told, *await refresh_measure_card(ctx, measure)]


CLEARED_AHEAD = timedelta(days=1)
"""So long before a case is forgotten: what is to go must still be known."""
CLEARED_BATCH = 50


class ClearCases(BaseModel):
    """Cases that are about to be forgotten."""


@feature.job("hour=3 minute=40", name="moderation.clear_old")
async def start_clearing(ctx: Context) -> Replies:
    """Clear old cases in steps, where there are any."""
    found = await cases.list_decided_before(ctx.db, _find_limit(ctx), 0, 1)
    return Start(payload=ClearCases(), quiet=True) if found else None


@feature.chore(
    ClearCases, name="moderation.ClearCases", title="Dossiers anciens", unit=("dossier", "dossiers"), writes=True
)
async def clear_cases(ctx: Context, _: ClearCases, so_far: Progress) -> Step:
    """Delete what was posted of the next old cases."""
    found = await cases.list_decided_before(ctx.db, _find_limit(ctx), so_far.cursor or 0, CLEARED_BATCH)
    gone = [
        DeletePost(post.post_id, channel_id=post.channel_id) for case in found for post in await _list_posts(ctx, case)
    ]
    last = found[-1].number if found else 0
    return Step(replies=gone, cursor=last, done=so_far.done + len(found), finished=len(found) < CLEARED_BATCH)


def _find_limit(ctx: Context) -> datetime:
    return months_before(ctx.now + CLEARED_AHEAD, ctx.settings.case_months)


async def _list_posts(ctx: Context, case: Case) -> Sequence[Sent]:
    """Its cards, and the files that were kept of the person’s messages; those of others are theirs."""
    found = [*await ctx.posts_about(cards.make_card_topic(case.number))]
    for measure in await measures.list_of_case(ctx.db, case.number):
        record = measures.read_record(measure)
        for post in record.posts:
            if post.id in record.evidence and (post.is_bot or post.author_id == measure.user_id):
                found += await ctx.posts_about(make_act_topic(ActPurpose.KEPT, measure.entry, post.id))
    return found
