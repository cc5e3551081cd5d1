"""The window in which one chooses which turn to exchange, and against what."""

from collections.abc import Sequence
from datetime import timedelta

from bot.context import Context
from bot.errors import UserError
from commands.garde.words import names, shorten
from dialogs.garde import AHEAD, SwapTurn
from storage import people
from storage.hotline import duty
from storage.hotline.duty import Turn, day_of
from storage.people import Person, Role

TURN, AGAINST_NOTHING = "t", "p"
"""What is chosen: the number of a turn, or the id of somebody who takes one over."""
OWN_MAX, OTHERS_MAX, AGENTS_MAX = 12, 15, 10
"""How much a window offers: it travels sealed with it."""


async def own_turns(ctx: Context) -> Sequence[Turn]:
    """Those that one may give away. Raises UserError where there is none."""
    found = await turns_to_come(ctx, ctx.user.id)
    if not found:
        raise UserError("Vous n’avez pas de garde à venir : /garde moi vous met de garde, /garde montre qui l’est.")
    return found


async def turns_to_come(ctx: Context, user_id: str) -> Sequence[Turn]:
    """Those of somebody that have not begun before today."""
    today = day_of(ctx.now)
    return [turn for turn in await duty.turns_of(ctx.db, user_id, today) if turn.starts >= today]


async def offer(ctx: Context, person: Person | None = None) -> SwapTurn:
    """The window; ``person`` is with whom, if that is known."""
    own = {str(turn.number): shorten(ctx, turn) for turn in (await own_turns(ctx))[:OWN_MAX]}
    others = await _others(ctx, person)
    if not others:
        raise UserError("Personne d’autre n’est de garde, ni agent de la hotline : il n’y a pas avec qui échanger.")
    return SwapTurn.draft(
        given=next(iter(own)), taken=next(iter(others)) if len(others) == 1 else None, own=own, others=others
    )


async def _others(ctx: Context, person: Person | None) -> dict[str, str]:
    """The turns of others, or of one, then those who could take one over for nothing."""
    today = day_of(ctx.now)
    if person is not None:
        turns, agents = await turns_to_come(ctx, person.id), [person]
    else:
        there = await duty.turns(ctx.db, today, today + timedelta(days=AHEAD))
        turns = [turn for turn in there if turn.user_id != ctx.user.id and turn.starts >= today]
        known = [*await people.with_role(ctx.db, Role.HOTLINE, AGENTS_MAX), *await people.animating(ctx.db, AGENTS_MAX)]
        agents = [agent for agent in known if agent.id != ctx.user.id]
    called = await names(ctx, [turn.user_id for turn in turns[:OTHERS_MAX]])
    found = {f"{TURN}{turn.number}": f"{called[turn.user_id]}, {shorten(ctx, turn)}" for turn in turns[:OTHERS_MAX]}
    return found | {f"{AGAINST_NOTHING}{agent.id}": f"@{agent.username}, sans échange" for agent in agents}
