"""A decision is carried out: written in the journal, stored as a measure, started in Mattermost.
What is heavy waits for a second animateur. Warnings and reminders are done once they are told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.audit import AuditEntry, record_entry
from bot.context import Context
from bot.errors import UserError
from bot.replies import Reply, Start
from commands.moderation import notices
from commands.moderation.cases import Decision, check_decider, read_proposal
from commands.moderation.channels import expect_breach
from commands.moderation.measures.exclusion import make_exclusion_work
from commands.moderation.measures.lifecycle import undo_measure
from commands.moderation.measures.removal import start_hide
from config.charte import MeasureKind as Kind
from storage.database import change
from storage.journal import AuditAct
from storage.moderation import measures
from storage.moderation.cases import Case, CaseState
from storage.moderation.measures import Measure, MeasureRecord

__all__ = ["carry_out", "is_heavy", "read_proposal", "undo_measure"]


async def start_measure(ctx: Context, case: Case, measure: Measure) -> Sequence[Reply]:
    """What is to be done, and said, at once."""
    record = measures.read_record(measure)
    match AuditAct(measure.act):
        case AuditAct.HIDE:
            return await start_hide(ctx, case, measure, record)
        case AuditAct.EXCLUDE | AuditAct.SILENCE:
            expect_breach(ctx.settings, measure.user_id)
            record.looking = True
            await measures.store_record(ctx.db, measure, record)
            return [Start(payload=make_exclusion_work(measure), quiet=True)]
        case _:
            record.told = True
            await measures.store_record(ctx.db, measure, record)
            return [await notices.write_notice(ctx, measure, record)]


HEAVY_SILENCE = timedelta(days=7)
"""A silence that is longer takes two animateurs; so does any exclusion."""
ACTS: Mapping[Kind, AuditAct] = {
    Kind.NOTHING: AuditAct.DISMISS,
    Kind.REMIND: AuditAct.REMIND,
    Kind.WARN: AuditAct.WARN,
    Kind.HIDE: AuditAct.HIDE,
    Kind.SILENCE: AuditAct.SILENCE,
    Kind.EXCLUDE: AuditAct.EXCLUDE,
}


async def carry_out(ctx: Context, case: Case, decision: Decision, *, is_second: bool = False) -> Sequence[Reply]:
    """Decide a case. In a transaction that writes and holds the case (``cases.lock``), asking Mattermost nothing.

    Whether the account administers the server or is a bot was asked before (``whom.must_be_reachable``). A heavy
    decision of a first animateur leaves the case in SECOND (``case.proposed``); the same measure from another carries
    out what was proposed. ``is_second`` says that who decides is another than who decided about the case before, as
    who answers an appeal is: nobody else needs to approve. The card and the reporters are for the caller. Raises
    UserError.
    """
    await check_decider(ctx, case)
    decision = _complete_decision(case, decision)
    if decision.measure is Kind.HIDE:
        await _refuse_hidden_message(ctx, case)
    if decision.measure is Kind.NOTHING:
        await _dismiss_case(ctx, case, decision)
        return []
    first = ""
    if is_heavy(decision) and not is_second:
        waiting = read_proposal(case)
        if waiting is None or waiting.measure is not decision.measure:
            await _propose_measure(ctx, case, decision)
            return []
        if case.proposed["by"] == ctx.user.id:
            raise UserError("Vous l’avez proposé vous-même : un second animateur l’approuve, ou non.")
        decision, first = waiting, str(case.proposed["by"])
    measure = await _store_measure(ctx, case, decision, first)
    return await start_measure(ctx, case, measure)


def is_heavy(decision: Decision) -> bool:
    """Whether it takes two animateurs."""
    long = decision.measure is Kind.SILENCE and (decision.lasts is None or decision.lasts > HEAVY_SILENCE)
    return long or decision.measure is Kind.EXCLUDE


def _complete_decision(case: Case, decision: Decision) -> Decision:
    """With what the case says of it. Raises UserError for what cannot be done about it."""
    if decision.measure is Kind.HIDE and not case.post_id:
        raise UserError("Ce dossier n’a pas de message à masquer.")
    if decision.measure is Kind.SILENCE and decision.lasts is None:
        raise UserError("Dites pour combien de temps : « 3j », « 12h ».")
    if decision.measure is Kind.EXCLUDE and not decision.channel_id:
        if not case.channel_id:
            raise UserError("De quel canal faut-il exclure la personne ?")
        return replace(decision, channel_id=case.channel_id)
    return decision


async def _refuse_hidden_message(ctx: Context, case: Case) -> None:
    """Raises UserError where that message is being taken away already, though it may still be seen."""
    for each in await measures.list_standing(ctx.db, case.author_id):
        if case.post_id in measures.read_record(each).waits:
            raise UserError(f"Ce message est déjà retiré (acte n° {each.entry}) : il disparaît d’un instant à l’autre.")


async def _dismiss_case(ctx: Context, case: Case, decision: Decision) -> None:
    entry = await record_entry(
        ctx, AuditEntry(AuditAct.DISMISS, _name_object(case), case.author_id, decision.reason, after=_dump_case(case))
    )
    await _mark_decided(ctx, case, AuditAct.DISMISS, decision.reason, entry=entry.id)


async def _propose_measure(ctx: Context, case: Case, decision: Decision) -> None:
    seconds = int(decision.lasts.total_seconds()) if decision.lasts else 0
    wanted = {"by": ctx.user.id, "act": decision.measure.value, "reason": decision.reason, "seconds": seconds}
    await record_entry(
        ctx,
        AuditEntry(
            AuditAct.PROPOSE,
            _name_object(case),
            case.author_id,
            decision.reason,
            after=_dump_case(case) | {"act": wanted["act"]},
        ),
    )
    await change(ctx.db, case, state=CaseState.SECOND, proposed=wanted | {"channel_id": decision.channel_id})


async def _store_measure(ctx: Context, case: Case, decision: Decision, proposed_by: str) -> Measure:
    """The entry, the measure under its number, and the case as decided."""
    act = ACTS[decision.measure]
    until = ctx.now + decision.lasts if decision.lasts else None
    place = decision.channel_id or (case.channel_id if decision.measure is Kind.HIDE else "")
    after = _dump_case(case) | ({"until": until.isoformat()} if until else {}) | ({"channel": place} if place else {})
    thing = f"canal:{place}" if act is AuditAct.EXCLUDE else _name_object(case)
    entry = await record_entry(ctx, AuditEntry(act, thing, case.author_id, decision.reason, after=after))
    measure = Measure(
        entry=entry.id,
        case_id=case.number,
        act=act,
        user_id=case.author_id,
        channels=[place] if place else [],
        reason=decision.reason,
        by=ctx.user.id,
        proposed_by=proposed_by,
        began_at=ctx.now,
        until=until,
        before=_start_record(case, place).model_dump(mode="json"),
    )
    ctx.db.add(measure)
    await ctx.db.flush()
    await _mark_decided(ctx, case, act, decision.reason, entry=entry.id, until=until)
    return measure


def _start_record(case: Case, channel_id: str) -> MeasureRecord:
    """What the channel is called, as the case knows it: the bot’s own tables may not."""
    return MeasureRecord(titles={channel_id: case.channel} if case.channel and channel_id == case.channel_id else {})


async def _mark_decided(ctx: Context, case: Case, act: AuditAct, reason: str, **more: object) -> None:
    by = {"decided_at": ctx.now, "decided_by": ctx.user.id, "proposed": {}}
    values = {"state": CaseState.DECIDED, "act": act.value, "reason": reason, "until": None} | by | more
    await change(ctx.db, case, **values)


def _name_object(case: Case) -> str:
    return f"message:{case.post_id}" if case.post_id else f"personne:{case.author_id}"


def _dump_case(case: Case) -> dict[str, object]:
    return {"case": case.number}
