"""« Réparer » and « /canaux reparer »: what a check showed is put right, and nothing else, channel by channel."""

from collections.abc import Sequence

from bot.acts import Act, AddMembers
from bot.context import Context
from bot.errors import UserError
from bot.events import Delivered, Undelivered
from bot.refusals import Refusal
from bot.replies import Direct, Progress, Replies, Reply, Step, Update, Whisper
from bot.texts import render
from commands.canaux.feature import LEADERS, feature
from commands.canaux.repair.acting import batches, note_sent, read_topic
from commands.canaux.repair.buttons import Mend, Repair
from commands.canaux.repair.doubting import no_longer_so
from commands.canaux.repair.namesakes import tell_of
from commands.canaux.repair.nights import note_mended
from commands.canaux.repair.running import lock_shown, start
from commands.canaux.repair.showing import DAY, refresh, show
from commands.canaux.repair.words import say_refusal
from commands.canaux.scope import must_look_after, read_scope
from storage.canaux import changes, planned, remember, runs, take_back
from storage.canaux.changes import Change, State
from storage.canaux.drift import Drift
from storage.canaux.runs import Kind, Run, Stage

CHANGES = ("changement", "changements")
NO_CHANNEL = "le canal n’a pas été créé"
UNSEEN = "le bot ne voit pas ce canal : ajoutez-le-y d’abord"
OVER = "n’est plus nécessaire"
SINCE = "autre chose a été décidé depuis"


@feature.button(Repair, roles=LEADERS)
async def repair(ctx: Context, click: Repair) -> Replies:
    """Put right what that card shows."""
    run = await lock_shown(ctx, click.run)
    started = await start(ctx, run, strangers=click.strangers)
    shown = await show(ctx, run)
    return [Update(shown.text, shown.buttons), started]


@feature.command(
    "canaux reparer",
    help="Réparer ce que la dernière vérification a montré",
    hint="[69 | canal]",
    roles=LEADERS,
    writes=True,
)
async def repair_last(ctx: Context, text: str) -> Replies:
    """What this person was shown last of these channels."""
    scope = read_scope(text, await planned(ctx.db, ctx.settings))
    last = await runs.latest(ctx.db, ctx.now - DAY, Stage.SHOWN, kind=Kind.CHECK, scope=scope, by=ctx.user.id)
    if last is None:
        line = f"/canaux verifier {text.strip()}".strip()
        raise UserError(f"Rien n’est à réparer parmi ce que vous avez vérifié depuis hier : tapez d’abord {line}.")
    run = await lock_shown(ctx, last.id)
    started = await start(ctx, run, strangers=False)
    return [await refresh(ctx, run), Whisper(render("canaux/mending")), started]


@feature.work(Mend, name="canaux.Mend", title="Réparation des canaux", unit=CHANGES, roles=LEADERS, writes=True)
async def mend(ctx: Context, asked: Mend, so_far: Progress) -> Step:
    """The next changes of one channel; at the end, until all have arrived."""
    run = await runs.lock(ctx.db, asked.run)
    if run is None or run.stage is not Stage.MENDING:
        return Step(done=so_far.done, total=so_far.total, finished=True)
    must_look_after(ctx.user, run.scope)
    found, tally = await changes.next_of(ctx.db, run.id, State.FOUND), await changes.tally(ctx.db, run.id)
    left, total = tally.get(State.FOUND, 0) + tally.get(State.SENT, 0), sum(tally.values())
    if left:
        acts = await _make(ctx, run, found) if found else []
        return Step(replies=acts, cursor=[found[0].n if found else 0, left], done=total - left, total=total)
    await runs.move(ctx.db, run, Stage.MENDED)
    said = render("canaux/mended", refused=tally.get(State.REFUSED, 0))
    told = [await refresh(ctx, run), *await note_mended(ctx, run)]
    return Step(replies=told, done=total, total=total, finished=True, said=said)


async def _make(ctx: Context, run: Run, found: Sequence[Change]) -> Sequence[Act]:
    """Send what makes them; a channel is made before anything else of it."""
    first = found[0]
    if first.drift is Drift.ABSENT:
        found = [first]
    elif not first.channel_id and await _is_being_made(ctx, first):
        return []
    table = await planned(ctx.db, ctx.settings)
    over = await no_longer_so(ctx, table.get(first.key), found)
    await changes.put(ctx.db, run.id, over, state=State.DROPPED, why=OVER)
    wanted = [change for change in found if change.n not in over]
    sent = list(batches(wanted, table, back=False))
    stuck = await note_sent(ctx.db, wanted, sent, State.SENT)
    why = UNSEEN if first.drift is Drift.UNSEEN else NO_CHANNEL
    await changes.put(ctx.db, run.id, stuck, state=State.REFUSED, why=why)
    return [batch.act for batch in sent]


async def _is_being_made(ctx: Context, change: Change) -> bool:
    of_channel = await changes.of(ctx.db, change.run_id, key=change.key, drift=Drift.ABSENT)
    return any(each.state is State.SENT for each in of_channel)


@feature.event(Delivered, name="canaux.arrived.Delivered")
async def arrived(ctx: Context, event: Delivered) -> Replies:
    """It is so now, but for whom Mattermost did not take."""
    about = read_topic(event.topic)
    if about is None:
        return None
    run_id, number, back = about
    await runs.lock(ctx.db, run_id)  # else a step that goes on meanwhile sees half of it
    found = await changes.batch(ctx.db, run_id, number, State.BACK if back else State.SENT)
    out = [change for change in found if change.user_id in event.kept_out]
    came = [change.n for change in found if change not in out]
    await changes.put(ctx.db, run_id, came, state=State.UNDONE if back else State.DONE)
    for change in out:
        await _refuse(ctx, change, say_refusal(event.kept_out[change.user_id]), back=back)
    if not back and any(change.drift is Drift.UNSEEN and change.n in came for change in found):
        await remember(ctx.db, found[0].key, event.channel_id, ctx.now)
    made = next((change for change in found if change.drift is Drift.ABSENT and not back), None)
    return await _settle_in(ctx, made, event.channel_id) if made else None


async def _settle_in(ctx: Context, made: Change, channel_id: str) -> Replies:
    """A channel is there: it is the planned one from now on; who made it by hand comes in."""
    await remember(ctx.db, made.key, channel_id, ctx.now)
    await changes.put_place(ctx.db, made.run_id, made.key, channel_id)
    run = await runs.get(ctx.db, made.run_id)
    if run is None or run.kind is not Kind.HAND:
        return None
    canal = (await planned(ctx.db, ctx.settings)).get(made.key)
    text = render("canaux/made", title=canal.name if canal else made.address, address=made.address)
    return [AddMembers(channel_id, [run.by]), Direct(text, user_id=run.by)]


@feature.event(Undelivered, name="canaux.refused.Undelivered")
async def refused(ctx: Context, event: Undelivered) -> Replies:
    """It is not so, and is told of with the rest of its run; what somebody did by hand is told to them."""
    about = read_topic(event.topic)
    if about is None:
        return None
    run_id, number, back = about
    told: list[Reply] = []
    run = await runs.lock(ctx.db, run_id)
    found = await changes.batch(ctx.db, run_id, number, State.BACK if back else State.SENT)
    if event.refusal is Refusal.TAKEN_BACK:
        state = State.UNDONE if back else State.DROPPED
        await changes.put(ctx.db, run_id, [change.n for change in found], state=state, why=SINCE)
        return None
    table = await planned(ctx.db, ctx.settings)
    for change in found:
        why, canal = say_refusal(event.refusal), table.get(change.key)
        await _refuse(ctx, change, why, back=back)
        if run is not None and run.kind is Kind.HAND and not back:
            await take_back(ctx.db, change, run.by, ctx.now)
            told.append(Direct(render("canaux/not_done", change=change, why=why), user_id=run.by))
        if change.drift is Drift.ABSENT and event.refusal is Refusal.NAME_TAKEN and canal:
            told += await tell_of(ctx, canal)
    return told


async def _refuse(ctx: Context, change: Change, why: str, *, back: bool) -> None:
    await changes.put(ctx.db, change.run_id, [change.n], state=State.KEPT if back else State.REFUSED, why=why)
