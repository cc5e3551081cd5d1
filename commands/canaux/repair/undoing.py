"""« /canaux annuler »: the last changes of the channels are undone, as far as they can be; what can’t be is said."""

from collections.abc import Sequence
from datetime import timedelta

from bot.acts import Act
from bot.context import Context
from bot.errors import UserError
from bot.french.moments import say_moment
from bot.replies import Button, Progress, Replies, Start, Step, Whisper
from bot.texts import render
from commands.canaux.exceptions import by_name
from commands.canaux.feature import ANIMATEURS, feature
from commands.canaux.noting import note_run
from commands.canaux.repair.acting import batches, note_sent
from commands.canaux.repair.buttons import See, Undo, Unmend
from commands.canaux.repair.running import STOPPED, count, must_be_alone
from commands.canaux.repair.showing import CHANNELS_MAX, MADE, list_made, refresh
from commands.canaux.scope import must_look_after, say_scope
from storage import journal
from storage.canaux import Allowance, allow, changes, planned, runs, take_back
from storage.canaux.changes import Change, State
from storage.canaux.drift import OUTSIDERS, Drift
from storage.canaux.runs import Kind, Run, Stage

LAST = timedelta(days=30)
"""How long a run can be undone."""
CHANGES = ("changement annulé", "changements annulés")
WITH_IT = "le canal créé est archivé"
STAYS = "le bot reste membre de ce canal"
KEPT_OUT = "son ajout a été annulé"
LET_IN = "son retrait a été annulé"
WAITED_FOR = (*MADE, State.BACK)
"""While there are such changes it is not over: what is only on its way is undone once it has arrived."""


@feature.command("canaux annuler", help="Annuler les derniers changements des canaux", roles=ANIMATEURS)
async def ask(ctx: Context, _: str) -> Replies:
    """What would be undone, first."""
    last = await runs.last_made(ctx.db, ctx.now - LAST)
    if last is None:
        raise UserError("Il n’y a rien à annuler : aucun changement des canaux depuis trente jours.")
    counted = await changes.by_channel(ctx.db, last.id)
    table = await planned(ctx.db, ctx.settings, archived=True)
    lines, count_ = await list_made(ctx, last, table), sum(n for *_, state, n in counted if state in MADE)
    text = render(
        "canaux/undo",
        lines=lines[:CHANNELS_MAX],
        more=len(lines) - CHANNELS_MAX,
        at=say_moment(last.at.astimezone(ctx.zone)),
        scope=say_scope(last.scope, table),
        count=count_,
        made=sum(n for _, drift, state, n in counted if drift is Drift.ABSENT and state in MADE),
        people=sum(n for _, drift, state, n in counted if drift in {Drift.MISSING, *OUTSIDERS} and state in MADE),
        kind=last.kind,
    )
    see = [Button("Tout voir", See(run=last.id))] if count_ > len(lines) or len(lines) > CHANNELS_MAX else []
    return Whisper(text, [Button("Annuler ces changements", Undo(run=last.id), "danger"), *see])


@feature.undo(Undo, roles=ANIMATEURS)
async def undo(ctx: Context, click: Undo) -> Replies:
    """Begin; a second click finds it under way."""
    run = await runs.lock(ctx.db, click.run)
    if run is not None and run.at < ctx.now - LAST:
        raise UserError("Ces changements ont plus de trente jours : ils ne s’annulent plus. Tapez /canaux verifier.")
    if run is None or run.stage is not Stage.MENDED:
        raise UserError("Ces changements sont déjà annulés, ou en train de l’être.")
    must_look_after(ctx.user, run.scope)
    await must_be_alone(ctx)
    if run.kind is Kind.SYNC:  # it may have been killed: what it was at may be there
        await changes.take_for_made(ctx.db, run.id)
        await changes.drop_found(ctx.db, run.id, STOPPED)
    await runs.move(ctx.db, run, Stage.UNDOING)
    note_run(ctx, journal.Act.CHANNEL_UNDO, run, await count(ctx.db, run.id, *MADE))
    return [await refresh(ctx, run), Whisper(render("canaux/mending")), Start(payload=Unmend(run=run.id))]


@feature.work(
    Unmend, name="canaux.Unmend", title="Annulation dans les canaux", unit=CHANGES, roles=ANIMATEURS, writes=True
)
async def unmend(ctx: Context, asked: Unmend, so_far: Progress) -> Step:
    """The next changes of one channel, last ones first; at the end, until all have arrived."""
    run = await runs.lock(ctx.db, asked.run)
    if run is None or run.stage is not Stage.UNDOING:
        return Step(done=so_far.done, total=so_far.total, finished=True)
    must_look_after(ctx.user, run.scope)
    found = await changes.next_of(ctx.db, run.id, State.DONE, last_first=True)
    tally = await changes.tally(ctx.db, run.id)
    left = sum(tally.get(state, 0) for state in WAITED_FOR)
    total = so_far.total or sum(tally.get(state, 0) for state in MADE)
    if left:
        acts = await _unmake(ctx, run, found) if found else []
        return Step(replies=acts, cursor=[found[0].n if found else 0, left], done=total - left, total=total)
    await runs.move(ctx.db, run, Stage.UNDONE)
    kept = tally.get(State.KEPT, 0)
    said = render("canaux/undone", kept=kept)
    return Step(replies=[await refresh(ctx, run)], done=total - kept, total=total, finished=True, said=said)


async def _unmake(ctx: Context, run: Run, found: Sequence[Change]) -> Sequence[Act]:
    """Send what undoes them; a channel that was made is put away, with all that was done there since."""
    made = [c for c in await changes.of(ctx.db, run.id, key=found[0].key, drift=Drift.ABSENT) if c.state is State.DONE]
    if made:
        rest = [c.n for c in found if c.drift is not Drift.ABSENT]
        await changes.put(ctx.db, run.id, rest, state=State.UNDONE, why=WITH_IT)
        found = [c for c in found if c.drift is Drift.ABSENT]
    sent = list(batches(found, await planned(ctx.db, ctx.settings), back=True))
    stuck = await note_sent(ctx.db, found, sent, State.BACK)
    await changes.put(ctx.db, run.id, stuck, state=State.KEPT, why=STAYS)
    await allow(ctx.db, [each for c in found if c.n not in stuck and (each := _exception(ctx, c))])
    for change in found if run.kind is Kind.HAND else []:
        await take_back(ctx.db, change, ctx.user.id, ctx.now)
    return [batch.act for batch in sent]


def _exception(ctx: Context, change: Change) -> Allowance | None:
    """Who was brought in stays out from now on, and who was taken out may stay: else the next check, or the bot itself,
    would do it again."""
    if change.drift not in {Drift.MISSING, *OUTSIDERS}:
        return None
    is_in = change.drift in OUTSIDERS
    return by_name(ctx, change.key, change.user_id, LET_IN if is_in else KEPT_OUT, is_in=is_in)
