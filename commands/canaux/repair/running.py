"""A run from what was shown to what is changed: who may begin, one at a time, and its end."""

from collections import Counter
from collections.abc import Mapping

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from bot.errors import UserError
from bot.replies import Progress, Reply, Start, Step
from commands.canaux.feature import feature
from commands.canaux.noting import note_run
from commands.canaux.repair.buttons import Mend, Unmend
from commands.canaux.repair.showing import DAY, refresh
from commands.canaux.scope import must_look_after
from storage.canaux import changes, runs
from storage.canaux.changes import State
from storage.canaux.drift import Drift
from storage.canaux.runs import Run, Stage
from storage.journal import Act

STRANGER = "laissé tel quel"
STOPPED = "le travail a été arrêté avant"


async def lock_shown(ctx: Context, run_id: str) -> Run:
    """A run that can be put right now. Raises UserError."""
    run = await runs.lock(ctx.db, run_id)
    if run is None or (run.stage is Stage.SHOWN and run.at < ctx.now - DAY):
        raise UserError("Cette vérification est trop ancienne : recommencez avec /canaux verifier.")
    if run.stage is not Stage.SHOWN:
        raise UserError("Cette réparation est déjà lancée, ou finie.")
    return run


async def start(ctx: Context, run: Run, *, strangers: bool) -> Start:
    """Begin to put it right. Raises UserError where these channels are not for who acts, or others are under way."""
    must_look_after(ctx.user, run.scope)
    await must_be_alone(ctx)
    await begin(ctx, run, strangers=strangers)
    return Start(payload=Mend(run=run.id))


async def begin(ctx: Context, run: Run, *, strangers: bool) -> None:
    """From now on its changes are made, and are those of who asked for it, whoever had looked; whom the register does
    not know is taken out only if that is asked for."""
    await runs.move(ctx.db, run, Stage.MENDING, **({"by": ctx.user.id} if ctx.user.id else {}))
    if not strangers:
        await changes.drop_found(ctx.db, run.id, STRANGER, drift=Drift.STRANGER)
    note_run(ctx, Act.CHANNEL_REPAIR, run, await count(ctx.db, run.id, State.FOUND))


async def count(db: AsyncSession, run_id: str, *states: State) -> Mapping[str, int]:
    """How many changes in those states there are of each kind."""
    counted: Counter[str] = Counter()
    for _, drift, how, number in await changes.by_channel(db, run_id):
        counted[drift.value] += number if how in states else 0
    return {kind: number for kind, number in counted.items() if number}


async def must_be_alone(ctx: Context) -> None:
    """Raises UserError while other changes are made or undone."""
    if await runs.under_way(ctx.db) is not None:
        raise UserError("Une autre réparation des canaux est en cours : attendez qu’elle soit finie.")


@feature.stopped(Mend, name="canaux.Mend")
async def stop_mending(ctx: Context, asked: Mend, so_far: Progress) -> Step:
    """What is on its way arrives; no more of it is made, and what was can be undone."""
    return await _stop(ctx, asked.run, so_far)


@feature.stopped(Unmend, name="canaux.Unmend")
async def stop_unmending(ctx: Context, asked: Unmend, so_far: Progress) -> Step:
    """No more of it is undone; the rest can be undone another time."""
    return await _stop(ctx, asked.run, so_far)


async def _stop(ctx: Context, run_id: str, so_far: Progress) -> Step:
    run = await runs.lock(ctx.db, run_id)
    told: list[Reply] = []
    if run is not None and run.stage in {Stage.MENDING, Stage.UNDOING}:
        await changes.drop_found(ctx.db, run.id, STOPPED)
        await runs.move(ctx.db, run, Stage.MENDED)
        told.append(await refresh(ctx, run))
    return Step(replies=told, done=so_far.done, total=so_far.total, finished=True)
