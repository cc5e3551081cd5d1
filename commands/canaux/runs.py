"""Runs of changes: « Réparer » makes what a check has shown, « Annuler » undoes it, channel by channel."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.actions import AddMembers, ChatAction
from bot.context import Context
from bot.errors import Refusal, UserError
from bot.events import Delivered, Undelivered
from bot.french import say_moment
from bot.replies import Button, Direct, Progress, Replies, Reply, Start, Step, Update, Whisper
from bot.texts import render, require
from commands.canaux import cards
from commands.canaux.cards import ANIMATEURS, LEADERS, feature
from commands.canaux.drift import ActBatch, build_batches, list_stuck, note_sent, read_act_topic, say_refusal
from commands.canaux.exceptions import make_exception
from config.canaux import PlannedChannel
from storage import canaux, journal, people
from storage.canaux import runs
from storage.canaux.runs import LEADERSHIP, OUTSIDERS, Change, ChangeState, Drift, Run, RunKind, Stage
from storage.people import transitions

ABOUT_PEOPLE = OUTSIDERS | LEADERSHIP | {Drift.MISSING}


async def find_outdated(ctx: Context, canal: PlannedChannel | None, found: Sequence[Change]) -> Collection[int]:
    """Return the numbers of these changes, all of one channel, that the plan no longer wants."""
    if canal is None:
        return {change.n for change in found}
    about = [change for change in found if change.drift in ABOUT_PEOPLE]
    members = await _read_members(ctx, [change.user_id for change in about]) if about else {}
    rules = canaux.MembershipRules(await canaux.list_allowances(ctx.db))
    return {c.n for c in about if not _is_still_wanted(rules, canal, members.get(c.user_id), c)}


async def _read_members(ctx: Context, ids: Sequence[str]) -> dict[str, canaux.ChannelPerson]:
    """Read those people of the register, as far as channels go."""
    leaving = await transitions.find_in_grace(ctx.db, ctx.now)
    found = await people.among(ctx.db, ids=ids)
    return {p.id: canaux.ChannelPerson.of(p, p.today(ctx.now), leaving.get(p.id, ())) for p in found}


def _is_still_wanted(
    rules: canaux.MembershipRules, canal: PlannedChannel, member: canaux.ChannelPerson | None, change: Change
) -> bool:
    if change.drift is Drift.MISSING:
        return member is not None and bool(rules.reason_in(canal, member))
    if change.drift in LEADERSHIP:
        leads = member is not None and rules.administers(canal, member)
        return leads is (change.drift is Drift.ADMIN_MISSING)
    return change.is_gone or bool(rules.reason_out(canal, member, change.user_id))


STRANGER = "hors du registre"
STOPPED = "le travail a été arrêté avant"


async def start_repair(ctx: Context, run_id: str, *, strangers: bool) -> tuple[Run, Start]:
    """Start to make the changes of a run. Raises UserError if it is too old or already started, if the person is not
    responsible for its channels, and while another run is under way."""
    run = await runs.lock_run(ctx.db, run_id)
    if run is None or (run.stage is Stage.SHOWN and run.at < ctx.now - cards.DAY):
        raise UserError(render("canaux/check_too_old"))
    if run.stage is not Stage.SHOWN:
        raise UserError(render("canaux/repair_started"))
    cards.must_look_after(ctx.user, run.scope)
    await must_be_alone(ctx)
    await begin_repair(ctx, run, strangers=strangers)
    return run, Start(payload=cards.Mend(run=run.id))


async def begin_repair(ctx: Context, run: Run, *, strangers: bool) -> None:
    """Mark a run as started, by the person who asked. Changes about people who are not in the register are made only
    with ``strangers``."""
    await runs.move_run(ctx.db, run, Stage.MENDING, **({"by": ctx.user.id} if ctx.user.id else {}))
    if not strangers:
        await runs.drop_found(ctx.db, run.id, STRANGER, drift=Drift.STRANGER)
    cards.note_run(ctx, journal.AuditAct.CHANNEL_REPAIR, run, await count_changes(ctx.db, run.id, ChangeState.FOUND))


async def count_changes(db: AsyncSession, run_id: str, *states: ChangeState) -> Mapping[str, int]:
    """Count a run’s changes in these states, by kind."""
    counted: Counter[str] = Counter()
    for _, drift, how, number in await runs.count_by_channel(db, run_id):
        counted[drift.value] += number if how in states else 0
    return {kind: number for kind, number in counted.items() if number}


async def must_be_alone(ctx: Context) -> None:
    """Raise UserError while another run is being made or undone."""
    if await runs.find_under_way(ctx.db) is not None:
        raise UserError(render("canaux/repair_runs"))


@feature.stopped(cards.Mend, name="canaux.Mend")
async def stop_mending(ctx: Context, asked: cards.Mend, so_far: Progress) -> Step:
    """Stop a run: what is under way arrives, and what was made can be undone."""
    return await _stop_run(ctx, asked.run, so_far)


@feature.stopped(cards.Unmend, name="canaux.Unmend")
async def stop_unmending(ctx: Context, asked: cards.Unmend, so_far: Progress) -> Step:
    """Stop undoing a run; the rest can be undone later."""
    return await _stop_run(ctx, asked.run, so_far)


async def _stop_run(ctx: Context, run_id: str, so_far: Progress) -> Step:
    run = await runs.lock_run(ctx.db, run_id)
    told: list[Reply] = []
    if run is not None and run.stage in {Stage.MENDING, Stage.UNDOING}:
        await runs.drop_found(ctx.db, run.id, STOPPED)
        await runs.move_run(ctx.db, run, Stage.MENDED)
        told.append(await cards.refresh_run(ctx, run))
    return so_far.end(told)


MENDED_UNIT = ("changement", "changements")
NO_CHANNEL = "le canal n’a pas été créé"
UNSEEN_REASON = "le bot ne voit pas ce canal : ajoutez-le-y d’abord"
OUTDATED_REASON = "n’est plus nécessaire"
SUPERSEDED_REASON = "autre chose a été décidé depuis"


@feature.button(cards.Repair, roles=LEADERS)
async def repair_shown(ctx: Context, click: cards.Repair) -> Replies:
    """Repair what a card shows."""
    run, started = await start_repair(ctx, click.run, strangers=click.strangers)
    return [(await cards.draw_run(ctx, run)).recast(Update), started]


@feature.command(
    "canaux reparer",
    help="Réparer ce que la dernière vérification a montré",
    hint="[69 | canal]",
    roles=LEADERS,
    writes=True,
)
async def repair_last(ctx: Context, text: str) -> Replies:
    """Repair what the last check by this person showed of these channels."""
    scope = cards.read_scope(text, await canaux.list_planned(ctx.db, ctx.settings))
    since, kind = ctx.now - cards.DAY, RunKind.CHECK
    last = await runs.find_latest(ctx.db, since, Stage.SHOWN, kind=kind, scope=scope, by=ctx.user.id)
    if last is None:
        line = f"/canaux verifier {text.strip()}".strip()
        raise UserError(render("canaux/nothing_to_repair", line=line))
    run, started = await start_repair(ctx, last.id, strangers=False)
    return [await cards.refresh_run(ctx, run), Whisper(render("canaux/mending")), started]


@feature.work(
    cards.Mend, name="canaux.Mend", title="Réparation des canaux", unit=MENDED_UNIT, roles=LEADERS, writes=True
)
async def mend_channels(ctx: Context, asked: cards.Mend, so_far: Progress) -> Step:
    """Make the next changes, of one channel; at the end, wait until all have arrived."""
    run = await runs.lock_run(ctx.db, asked.run)
    if run is None or run.stage is not Stage.MENDING:
        return so_far.end()
    cards.must_look_after(ctx.user, run.scope)
    found = await runs.list_next_changes(ctx.db, run.id, ChangeState.FOUND)
    tally = await runs.count_by_state(ctx.db, run.id)
    left, total = tally.get(ChangeState.FOUND, 0) + tally.get(ChangeState.SENT, 0), sum(tally.values())
    if left:
        acts = await _send_changes(ctx, run, found) if found else []
        return Step(replies=acts, cursor=[found[0].n if found else 0, left], done=total - left, total=total)
    await runs.move_run(ctx.db, run, Stage.MENDED)
    said = render("canaux/mended", refused=tally.get(ChangeState.REFUSED, 0))
    told = [await cards.refresh_run(ctx, run), *await cards.note_mended(ctx, run)]
    return Step(replies=told, done=total, total=total, finished=True, said=said)


async def _send_changes(ctx: Context, run: Run, found: Sequence[Change]) -> Sequence[ChatAction]:
    """Return the actions that make these changes, but for those that are no longer needed."""
    found, first = take_first(found), found[0]
    if first.drift is not Drift.ABSENT and not first.channel_id and await _list_makings(ctx, first, ChangeState.SENT):
        return []
    table = await canaux.list_planned(ctx.db, ctx.settings)
    over = await find_outdated(ctx, table.get(first.key), found)
    await runs.update_changes(ctx.db, run.id, over, state=ChangeState.DROPPED, why=OUTDATED_REASON)
    sent = await prepare_batches(ctx.db, [change for change in found if change.n not in over], table)
    await note_sent(ctx.db, sent, ChangeState.SENT)
    return [batch.act for batch in sent]


def take_first(found: Sequence[Change]) -> Sequence[Change]:
    """Return which of these changes of one channel come first: a missing channel is created before all else."""
    return found[:1] if found[0].drift is Drift.ABSENT else found


async def prepare_batches(
    db: AsyncSession, wanted: Sequence[Change], table: Mapping[str, PlannedChannel]
) -> Sequence[ActBatch]:
    """Return the actions that make changes of one channel; the changes that no action can make are refused."""
    batches = list(build_batches(wanted, table, back=False))
    stuck = list_stuck(wanted, batches)
    why = UNSEEN_REASON if any(change.drift is Drift.UNSEEN for change in wanted[:1]) else NO_CHANNEL
    await record_refusal(db, [change for change in wanted if change.n in stuck], why)
    return batches


async def _list_makings(ctx: Context, change: Change, state: ChangeState) -> Sequence[Change]:
    """Return the changes of the same run, in this state, that create the channel of this one."""
    return await runs.list_changes(ctx.db, change.run_id, key=change.key, drift=Drift.ABSENT, state=state)


async def record_arrival(
    db: AsyncSession, found: Sequence[Change], kept_out: Mapping[str, Refusal | None], channel_id: str, now: datetime
) -> Sequence[tuple[Change, str]]:
    """Record changes of one channel as made, and return those that Mattermost refused, each with the reason. A channel
    that was created becomes the planned one."""
    came = [change for change in found if change.user_id not in kept_out]
    for first in came[:1]:
        await runs.update_changes(db, first.run_id, [change.n for change in came], state=ChangeState.DONE)
        if first.drift is Drift.ABSENT:
            await canaux.remember_channel(db, first.key, channel_id, now)
            await runs.set_channel_id(db, first.run_id, first.key, channel_id)
    out = [(change, say_refusal(kept_out[change.user_id])) for change in found if change.user_id in kept_out]
    for change, why in out:
        await record_refusal(db, [change], why)
    return out


async def record_refusal(db: AsyncSession, found: Sequence[Change], why: str, *, back: bool = False) -> None:
    """Record that changes of one run cannot be made, or undone."""
    for first in found[:1]:
        state = ChangeState.KEPT if back else ChangeState.REFUSED
        await runs.update_changes(db, first.run_id, [change.n for change in found], state=state, why=why)


@feature.event(Delivered, name="canaux.arrived.Delivered")
async def note_arrived(ctx: Context, event: Delivered) -> Replies:
    """Record the result of an action: its changes are made or undone, except for people whom Mattermost refused."""
    about = read_act_topic(event.topic)
    if about is None:
        return None
    run_id, number, back = about
    await runs.lock_run(ctx.db, run_id)  # else a step that goes on meanwhile sees half of it
    found = await runs.list_batch(ctx.db, run_id, number, ChangeState.BACK if back else ChangeState.SENT)
    if back:
        await _record_undone(ctx.db, found, event)
        return None
    await record_arrival(ctx.db, found, event.kept_out, event.channel_id, ctx.now)
    if any(change.drift is Drift.UNSEEN and change.user_id not in event.kept_out for change in found):
        await canaux.remember_channel(ctx.db, found[0].key, event.channel_id, ctx.now)
    made = next((change for change in found if change.drift is Drift.ABSENT), None)
    return await _bring_in_maker(ctx, made, event.channel_id) if made else None


async def _record_undone(db: AsyncSession, found: Sequence[Change], event: Delivered) -> None:
    """Record changes as undone, except for people whom Mattermost did not let back in."""
    for change in found:
        if change.user_id in event.kept_out:
            await record_refusal(db, [change], say_refusal(event.kept_out[change.user_id]), back=True)
    came = [change.n for change in found if change.user_id not in event.kept_out]
    await runs.update_changes(db, found[0].run_id if found else "", came, state=ChangeState.UNDONE)


async def _bring_in_maker(ctx: Context, made: Change, channel_id: str) -> Replies:
    """Add the creator of a channel to it, once it exists."""
    run = await runs.get_run(ctx.db, made.run_id)
    if run is None or run.kind is not RunKind.HAND:
        return None
    canal = (await canaux.list_planned(ctx.db, ctx.settings)).get(made.key)
    text = render("canaux/made", title=canal.name if canal else made.address, address=made.address)
    return [AddMembers(channel_id, [run.by]), Direct(text, user_id=run.by)]


@feature.event(Undelivered, name="canaux.refused.Undelivered")
async def note_refused(ctx: Context, event: Undelivered) -> Replies:
    """Record that an action was refused. The run’s card tells; for a change by command, its author is told."""
    about = read_act_topic(event.topic)
    if about is None:
        return None
    run_id, number, back = about
    told: list[Reply] = []
    run = await runs.lock_run(ctx.db, run_id)
    found = await runs.list_batch(ctx.db, run_id, number, ChangeState.BACK if back else ChangeState.SENT)
    if event.refusal is Refusal.TAKEN_BACK:
        state = ChangeState.UNDONE if back else ChangeState.DROPPED
        await runs.update_changes(ctx.db, run_id, [change.n for change in found], state=state, why=SUPERSEDED_REASON)
        return None
    table = await canaux.list_planned(ctx.db, ctx.settings)
    for change in found:
        why, canal = say_refusal(event.refusal), table.get(change.key)
        await record_refusal(ctx.db, [change], why, back=back)
        if run is not None and run.kind is RunKind.HAND and not back:
            await canaux.take_back_change(ctx.db, change, run.by, ctx.now)
            told.append(Direct(render("canaux/not_done", change=change, why=why), user_id=run.by))
        if change.drift is Drift.ABSENT and event.refusal is Refusal.NAME_TAKEN and canal:
            told += await cards.report_taken_address(ctx, canal)
    return told


UNDO_FOR = timedelta(days=30)
"""How long a run can be undone."""
UNDONE_UNIT = ("changement annulé", "changements annulés")
WITH_IT = "le canal créé est archivé"
STAYS = "le bot reste membre de ce canal"
KEPT_OUT = "son ajout a été annulé"
LET_IN = "son retrait a été annulé"
WAITED_FOR = (*cards.MADE, ChangeState.BACK)
"""The states of changes that an undoing waits for: those on their way are undone once they have arrived."""


@feature.command("canaux annuler", help="Annuler les derniers changements des canaux", roles=ANIMATEURS)
async def ask_undo(ctx: Context, _: str) -> Replies:
    """Show what would be undone, and ask for confirmation."""
    last = require(await runs.find_last_made(ctx.db, ctx.now - UNDO_FOR), "canaux/nothing_to_undo")
    counted = [row for row in await runs.count_by_channel(ctx.db, last.id) if row[2] in cards.MADE]
    table = await canaux.list_planned(ctx.db, ctx.settings, archived=True)
    lines, count = await cards.list_made(ctx, last, table), sum(n for *_, n in counted)
    alone = await runs.list_changes(ctx.db, last.id, limit=2) if count == 1 else []
    lead = next((change for change in alone if change.drift in LEADERSHIP and len(alone) == 1), None)
    text = render(
        "canaux/undo",
        lead=lead,
        place=table[lead.key].name if lead and lead.key in table else "",
        lines=[] if lead else lines[: cards.CHANNELS_MAX],
        more=len(lines) - cards.CHANNELS_MAX,
        at=say_moment(last.at.astimezone(ctx.zone)),
        scope=cards.say_scope(last.scope, table),
        count=count,
        made=sum(n for _, drift, _, n in counted if drift is Drift.ABSENT),
        people=sum(n for _, drift, _, n in counted if drift in {Drift.MISSING, *OUTSIDERS}),
        kind=last.kind,
    )
    is_cut = count > len(lines) or len(lines) > cards.CHANNELS_MAX
    see = [Button("Tout voir", cards.SeeRun(run=last.id))] if is_cut else []
    return Whisper(text, [Button("Annuler ces changements", cards.UndoRun(run=last.id), "danger"), *see])


@feature.undo(cards.UndoRun, name="canaux.Undo", roles=ANIMATEURS)
async def undo_run(ctx: Context, click: cards.UndoRun) -> Replies:
    """Start to undo a run; a second click says that it is under way."""
    run = await runs.lock_run(ctx.db, click.run)
    if run is not None and run.at < ctx.now - UNDO_FOR:
        raise UserError(render("canaux/too_old_to_undo"))
    if run is None or run.stage is not Stage.MENDED:
        raise UserError(render("canaux/already_undone"))
    cards.must_look_after(ctx.user, run.scope)
    await must_be_alone(ctx)
    if run.kind is RunKind.SYNC:  # it may have been killed: what it was at may be there
        await runs.mark_sent_as_made(ctx.db, run.id)
        await runs.drop_found(ctx.db, run.id, STOPPED)
    await runs.move_run(ctx.db, run, Stage.UNDOING)
    cards.note_run(ctx, journal.AuditAct.CHANNEL_UNDO, run, await count_changes(ctx.db, run.id, *cards.MADE))
    mending = Whisper(render("canaux/mending"))
    return [await cards.refresh_run(ctx, run), mending, Start(payload=cards.Unmend(run=run.id))]


@feature.work(
    cards.Unmend,
    name="canaux.Unmend",
    title="Annulation dans les canaux",
    unit=UNDONE_UNIT,
    roles=ANIMATEURS,
    writes=True,
)
async def unmend_channels(ctx: Context, asked: cards.Unmend, so_far: Progress) -> Step:
    """Undo the next changes, of one channel, last ones first; at the end, wait until all have arrived."""
    run = await runs.lock_run(ctx.db, asked.run)
    if run is None or run.stage is not Stage.UNDOING:
        return so_far.end()
    cards.must_look_after(ctx.user, run.scope)
    found = await runs.list_next_changes(ctx.db, run.id, ChangeState.DONE, last_first=True)
    tally = await runs.count_by_state(ctx.db, run.id)
    left = sum(tally.get(state, 0) for state in WAITED_FOR)
    total = so_far.total or sum(tally.get(state, 0) for state in cards.MADE)
    if left:
        acts = await _undo_changes(ctx, run, found) if found else []
        return Step(replies=acts, cursor=[found[0].n if found else 0, left], done=total - left, total=total)
    await runs.move_run(ctx.db, run, Stage.UNDONE)
    kept = tally.get(ChangeState.KEPT, 0)
    said = render("canaux/undone", kept=kept)
    return Step(replies=[await cards.refresh_run(ctx, run)], done=total - kept, total=total, finished=True, said=said)


async def _undo_changes(ctx: Context, run: Run, found: Sequence[Change]) -> Sequence[ChatAction]:
    """Return the actions that undo these changes; a channel that was created is archived with all its messages."""
    if await _list_makings(ctx, found[0], ChangeState.DONE):
        rest = [c.n for c in found if c.drift is not Drift.ABSENT]
        await runs.update_changes(ctx.db, run.id, rest, state=ChangeState.UNDONE, why=WITH_IT)
        found = [c for c in found if c.drift is Drift.ABSENT]
    sent = list(build_batches(found, await canaux.list_planned(ctx.db, ctx.settings), back=True))
    await note_sent(ctx.db, sent, ChangeState.BACK)
    stuck = list_stuck(found, sent)
    await runs.update_changes(ctx.db, run.id, stuck, state=ChangeState.KEPT, why=STAYS)
    await canaux.allow(ctx.db, [each for c in found if c.n not in stuck and (each := _make_undo_exception(ctx, c))])
    for change in found if run.kind is RunKind.HAND else []:
        await canaux.take_back_change(ctx.db, change, ctx.user.id, ctx.now)
    return [batch.act for batch in sent]


def _make_undo_exception(ctx: Context, change: Change) -> canaux.Allowance | None:
    """Make the exception that keeps an undone change from being made again by a check: whoever was added is kept out,
    whoever was removed is admitted."""
    if change.drift not in {Drift.MISSING, *OUTSIDERS}:
        return None
    is_in = change.drift in OUTSIDERS
    return make_exception(ctx, change.key, change.user_id, LET_IN if is_in else KEPT_OUT, is_in=is_in)
