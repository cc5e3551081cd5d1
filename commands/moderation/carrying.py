"""A decision is carried out: noted in the journal, stored as a measure, done in Mattermost, and told to the person;
what is heavy waits for a second animateur. ``undo`` takes a measure back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.context import Context
from bot.errors import UserError
from bot.journaling import Deed, note
from bot.replies import Reply
from commands.moderation.beginning import begin
from commands.moderation.decision import Decision, proposed
from commands.moderation.undoing import undo
from commands.moderation.whom import must_decide
from config.charte import Measure as Kind
from storage.database import change
from storage.journal import Act
from storage.moderation import measures, records
from storage.moderation.cases import Case, State
from storage.moderation.measures import Measure
from storage.moderation.records import Record

__all__ = ["carry_out", "is_heavy", "proposed", "undo"]

HEAVY = timedelta(days=7)
"""A silence that is longer takes two animateurs; so does any exclusion."""
ACTS: Mapping[Kind, Act] = {
    Kind.NOTHING: Act.DISMISS,
    Kind.REMIND: Act.REMIND,
    Kind.WARN: Act.WARN,
    Kind.HIDE: Act.HIDE,
    Kind.SILENCE: Act.SILENCE,
    Kind.EXCLUDE: Act.EXCLUDE,
}


async def carry_out(ctx: Context, case: Case, decision: Decision, *, is_second: bool = False) -> Sequence[Reply]:
    """Decide a case. In a transaction that writes and holds the case (``cases.lock``), asking Mattermost nothing.

    Whether the account administers the server or is a bot was asked before (``whom.must_be_reachable``). A heavy
    decision of a first animateur leaves the case in SECOND (``case.proposed``); the same measure from another carries
    out what was proposed. ``is_second`` says that who decides is another than who decided about the case before, as
    who answers an appeal is: nobody else needs to approve. The card and the reporters are for the caller. Raises
    UserError.
    """
    await must_decide(ctx, case)
    decision = _complete(case, decision)
    if decision.measure is Kind.HIDE:
        await _must_not_be_going(ctx, case)
    if decision.measure is Kind.NOTHING:
        await _dismiss(ctx, case, decision)
        return []
    first = ""
    if is_heavy(decision) and not is_second:
        waiting = proposed(case)
        if waiting is None or waiting.measure is not decision.measure:
            await _propose(ctx, case, decision)
            return []
        if case.proposed["by"] == ctx.user.id:
            raise UserError("Vous l’avez proposé vous-même : un second animateur l’approuve, ou non.")
        decision, first = waiting, str(case.proposed["by"])
    measure = await _write_down(ctx, case, decision, first)
    return await begin(ctx, case, measure)


def is_heavy(decision: Decision) -> bool:
    """Whether it takes two animateurs."""
    long = decision.measure is Kind.SILENCE and (decision.lasts is None or decision.lasts > HEAVY)
    return long or decision.measure is Kind.EXCLUDE


def _complete(case: Case, decision: Decision) -> Decision:
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


async def _must_not_be_going(ctx: Context, case: Case) -> None:
    """Raises UserError where that message is being taken away already, though it may still be seen."""
    for each in await measures.standing(ctx.db, case.author_id):
        if case.post_id in records.read(each).waits:
            raise UserError(f"Ce message est déjà retiré (acte n° {each.entry}) : il disparaît d’un instant à l’autre.")


async def _dismiss(ctx: Context, case: Case, decision: Decision) -> None:
    entry = await note(ctx, Deed(Act.DISMISS, _thing(case), case.author_id, decision.reason, after=_of(case)))
    await _decide(ctx, case, Act.DISMISS, decision.reason, entry=entry.id)


async def _propose(ctx: Context, case: Case, decision: Decision) -> None:
    seconds = int(decision.lasts.total_seconds()) if decision.lasts else 0
    wanted = {"by": ctx.user.id, "act": decision.measure.value, "reason": decision.reason, "seconds": seconds}
    await note(
        ctx, Deed(Act.PROPOSE, _thing(case), case.author_id, decision.reason, after=_of(case) | {"act": wanted["act"]})
    )
    await change(ctx.db, case, state=State.SECOND, proposed=wanted | {"channel_id": decision.channel_id})


async def _write_down(ctx: Context, case: Case, decision: Decision, proposed_by: str) -> Measure:
    """The entry, the measure under its number, and the case as decided."""
    act = ACTS[decision.measure]
    until = ctx.now + decision.lasts if decision.lasts else None
    place = decision.channel_id or (case.channel_id if decision.measure is Kind.HIDE else "")
    after = _of(case) | ({"until": until.isoformat()} if until else {}) | ({"channel": place} if place else {})
    thing = f"canal:{place}" if act is Act.EXCLUDE else _thing(case)
    entry = await note(ctx, Deed(act, thing, case.author_id, decision.reason, after=after))
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
        before=_titled(case, place).model_dump(mode="json"),
    )
    ctx.db.add(measure)
    await ctx.db.flush()
    await _decide(ctx, case, act, decision.reason, entry=entry.id, until=until)
    return measure


def _titled(case: Case, channel_id: str) -> Record:
    """What the channel is called, as the case knows it: the bot’s own tables may not."""
    return Record(titles={channel_id: case.channel} if case.channel and channel_id == case.channel_id else {})


async def _decide(ctx: Context, case: Case, act: Act, reason: str, **more: object) -> None:
    by = {"decided_at": ctx.now, "decided_by": ctx.user.id, "proposed": {}}
    values = {"state": State.DECIDED, "act": act.value, "reason": reason, "until": None} | by | more
    await change(ctx.db, case, **values)


def _thing(case: Case) -> str:
    return f"message:{case.post_id}" if case.post_id else f"personne:{case.author_id}"


def _of(case: Case) -> dict[str, object]:
    return {"case": case.number}
