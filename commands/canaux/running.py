"""A run from what was shown to what is changed: who may begin, one at a time, and its end."""

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from bot.errors import UserError
from bot.forms import name_of
from bot.replies import Start
from commands.canaux.buttons import Mend, Unmend
from commands.canaux.scope import must_look_after
from commands.canaux.showing import DAY
from storage import work
from storage.canaux import changes, runs
from storage.canaux.drift import Drift
from storage.canaux.runs import Run, Stage

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
    await begin(ctx.db, run, strangers=strangers)
    return Start(payload=Mend(run=run.id))


async def begin(db: AsyncSession, run: Run, *, strangers: bool) -> None:
    """From now on its changes are made; whom the register does not know is taken out only if that is asked for."""
    await runs.move(db, run, Stage.MENDING)
    if not strangers:
        await changes.drop_found(db, run.id, STRANGER, drift=Drift.STRANGER)


async def must_be_alone(ctx: Context) -> None:
    """Raises UserError while other changes are made or undone; a run whose work was stopped is closed."""
    run = await runs.under_way(ctx.db)
    if run is None:
        return
    kind = Mend if run.stage is Stage.MENDING else Unmend
    if await work.waiting_for(ctx.db, name_of(kind), {"run": run.id}):
        raise UserError("Une autre réparation des canaux est en cours : attendez qu’elle soit finie.")
    await close(ctx.db, run)


async def close(db: AsyncSession, run: Run) -> None:
    """No more of it is made, or undone."""
    await changes.drop_found(db, run.id, STOPPED)
    await runs.move(db, run, Stage.MENDED if run.stage is Stage.MENDING else Stage.UNDONE)
