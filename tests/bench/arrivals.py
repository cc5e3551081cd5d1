"""Measure (l), arrivals: hundreds come within a minute; each is welcomed once, and commands are answered meanwhile."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence

from bot.events import TEAM
from storage import watchlist
from storage.database import Database
from tests.bench.children import COOP_BOT, program
from tests.bench.figures import Figure, ms
from tests.bench.load import Run, closed, open_loop
from tests.bench.plan import Plan
from tests.bench.team import Team
from tests.people import PASSWORD, Api
from tests.support.house import wait_for

RATE = 20
"""Commands a second."""
WELCOMED_WITHIN = 120.0
SLOWEST_S = 0.1


async def measure(plan: Plan, team: Team) -> Figure:
    """Measure the same commands without arrivals, then with."""
    newcomers = await team.accounts(plan.arrivals, "arrivante")
    speaker = Api(team.site.admin.session, team.server.url)
    await speaker.log_in("personne-1", PASSWORD)

    async def types(_: int) -> bool:
        call = {"command": "/cra", "channel_id": team.site.square, "team_id": team.site.team_id}
        return bool((await speaker.post("/commands/execute", call)).get("trigger_id"))

    async with program(["-c", COOP_BOT, "serve"], team.port, "/readyz", team.variables):
        await wait_for(lambda: _knows_the_team(team), WELCOMED_WITHIN)
        await closed(types, RATE, 1)
        quiet = await open_loop(types, RATE, int(RATE * plan.arrivals_seconds))
        joining = asyncio.create_task(_join(plan, team, newcomers))
        loud = await open_loop(types, RATE, int(RATE * plan.arrivals_seconds))
        await joining
        last = await _until_welcomed(team, newcomers)
    return _figure(plan, quiet, loud, Counter(welcomes(team, newcomers).values()), last)


async def _knows_the_team(team: Team) -> bool:
    """Tell whether the bot has read who is in the team already: people who come from now on are new."""
    database = Database(team.database_url)
    async with database.transaction(writes=False) as db:
        place = await watchlist.get_place(db, TEAM)
    await database.close()
    return place is not None and place.is_ready


async def _join(plan: Plan, team: Team, newcomers: Sequence[str]) -> None:
    """Have newcomers join one after the other, evenly."""
    pause = plan.arrivals_seconds / len(newcomers)
    begun = time.perf_counter()
    for number, user_id in enumerate(newcomers):
        await asyncio.sleep(max(0.0, begun + number * pause - time.perf_counter()))
        member = {"team_id": team.site.team_id, "user_id": user_id}
        await team.site.admin.post(f"/teams/{team.site.team_id}/members", member)


async def _until_welcomed(team: Team, newcomers: Sequence[str]) -> float:
    """Measure the seconds until the last newcomer was welcomed; then wait as long again for somebody to be welcomed
    twice."""
    begun = time.perf_counter()

    async def all_are() -> bool:
        return all(welcomes(team, newcomers).values())

    try:
        await wait_for(all_are, WELCOMED_WITHIN)
    except TimeoutError:
        return WELCOMED_WITHIN
    seconds = time.perf_counter() - begun
    await asyncio.sleep(max(1.0, min(seconds, 10.0)))
    return seconds


def welcomes(team: Team, newcomers: Sequence[str]) -> dict[str, int]:
    """Count the welcomes of each newcomer, in the direct channel with the bot."""
    state, bot = team.server.state, team.site.bot_id
    of = {channel.id: _other(channel.name, bot) for channel in state.channels if channel.type == "D"}
    found = dict.fromkeys(newcomers, 0)
    for post in state.posts:
        somebody = of.get(post.channel_id, "")
        if somebody in found and post.user_id == bot and "Bienvenue" in f"{post.message} {post.props}":
            found[somebody] += 1
    return found


def _other(name: str, bot: str) -> str:
    return next((user_id for user_id in name.split("__") if user_id != bot), "")


def _figure(plan: Plan, quiet: Run, loud: Run, counts: Counter[int], last: float) -> Figure:
    tails = quiet.quantile(0.99), loud.quantile(0.99)
    odd = plan.arrivals - counts[1]
    failed = f", {loud.failed} échecs" if loud.failed else ""
    welcomed = f"{counts[1]} accueillies une fois, {odd} autrement, la dernière {last:.1f} s après"
    measured = f"p99 {ms(tails[1])} ; {welcomed}{failed}"
    return Figure(
        f"(l) /cra à {RATE}/s pendant {plan.arrivals} arrivées en {plan.arrivals_seconds:.0f} s",
        measured,
        f"sans : p99 {ms(tails[0])}",
        "chacune une fois, p99 ≤ 100 ms",
        not odd and not loud.failed and tails[1] <= SLOWEST_S,
    )
