"""Measure (n): agents who click at once, and what author and agents say to each other meanwhile."""

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median

import aiohttp
from pydantic import BaseModel

from bot.forms import name_of
from commands.hotline.cards import TakeTicket
from commands.hotline.tickets import ReleaseTicket
from storage.database import Database
from storage.hotline import Move, tickets
from tests.bench.children import free_port, program
from tests.bench.client import JSON, Chatter
from tests.bench.figures import Figure, ms
from tests.bench.helpdesk import Helpdesk, helpdesk
from tests.bench.load import Run, middle, open_loop
from tests.bench.plan import Plan
from tests.bench.store import Stores
from tests.people import Person

RATE = 50
CLICK_S, LINE_S = 0.3, 0.5
HOT = 10
"""One click in two is on one of so many tickets: agents get into each other’s way."""
PAYLOADS: Mapping[Move, type[BaseModel]] = {Move.TAKE: TakeTicket, Move.RELEASE: ReleaseTicket}


@dataclass(slots=True)
class Click:
    """A click, with the times when it was sent and answered; ``accepted`` is what the answer says."""

    ticket: int
    by: str
    move: Move
    accepted: bool = False
    begun: float = 0.0
    ended: float = 0.0


@dataclass(slots=True)
class Clicking:
    """A sender of clicks to a program: the bot, which wants sealed ones, or the bare one."""

    session: aiohttp.ClientSession
    url: str
    desk: Helpdesk
    sealed: bool
    done: list[Click] = field(default_factory=list)

    async def round(self, count: int, random: Random) -> Run:
        """Send so many clicks, at the rate of fifty agents."""
        clicks = [any_click(self.desk, random, number) for number in range(count)]
        bodies = [self.body(click) for click in clicks]
        self.done += clicks
        return await open_loop(lambda n: self.send(clicks[n], bodies[n]), RATE, count)

    def body(self, click: Click) -> bytes:
        """Make the request that Mattermost sends for a click."""
        link = {"b": name_of(PAYLOADS[click.move]), "d": {"ticket": click.ticket}}
        plain = {"ticket": click.ticket, "move": click.move.value}
        context = {"link": self.desk.links.seal("button", link)} if self.sealed else plain
        told = {"user_id": click.by, "channel_id": self.desk.room, "post_id": "p" * 26, "trigger_id": "t"}
        return json.dumps(told | {"team_id": self.desk.site.team_id, "context": context}).encode()

    async def send(self, click: Click, body: bytes) -> bool:
        """Send a click, and note whether and when it was answered."""
        click.begun = time.perf_counter()
        async with self.session.post(f"{self.url}/buttons", data=body, headers=JSON) as reply:
            answer = await reply.json()
        click.ended = time.perf_counter()
        click.accepted = reply.status == 200 and not answer.get("ephemeral_text")
        return reply.status == 200


async def measure(plan: Plan, chatter: Chatter, stores: Stores, folder: Path) -> Figure:
    """Measure clicks on the bot, and lines meanwhile; by turns the same clicks on a bare program."""
    async with helpdesk(plan, stores, folder) as desk:
        port = free_port()
        arguments = ["-m", "tests.bench.clicks_by_hand", str(port), stores.raw(stores.bot), stores.raw(stores.hand)]
        async with program(arguments, port, "/readyz", {}):
            bot = Clicking(chatter.session, desk.url, desk, sealed=True)
            bare = Clicking(chatter.session, f"http://127.0.0.1:{port}", desk, sealed=False)
            runs, bare_runs, lines = await _rounds(plan, desk, bot, bare)
        alone = [await _chat(desk, n) for n in range(plan.lines)]
        wrong = await _wrong(stores, bot.done)
    return _figure(plan, stores, (runs, bare_runs), (lines, alone), (bot.done, wrong))


async def _rounds(plan: Plan, desk: Helpdesk, bot: Clicking, bare: Clicking) -> tuple[list[Run], list[Run], list[Run]]:
    """Run rounds of all three; the first round warms up, and is not counted."""
    count, each = int(RATE * plan.open_seconds), max(1, plan.lines // plan.rounds)
    await bot.round(len(desk.agents), Random(0))
    await bare.round(len(desk.agents), Random(0))
    runs, bare_runs, lines = [], [], []
    for turn in range(1, plan.rounds + 1):
        run, said = await asyncio.gather(bot.round(count, Random(turn)), _lines(desk, turn * 1000, each))
        runs.append(run)
        lines.append(Run(len(said), 0, 0.0, said))
        bare_runs.append(await bare.round(count, Random(turn)))
    return runs, bare_runs, lines


async def _lines(desk: Helpdesk, first: int, count: int) -> list[float]:
    """Write so many lines in both directions; return the seconds until each can be read on the other side."""
    return [await _line(desk, number) for number in range(first, first + count)]


async def _line(desk: Helpdesk, number: int) -> float:
    direct, post = desk.spoken.thread_channel, desk.spoken.thread_post
    if number % 2:
        return await _said(desk.juliette, desk.agathe, (direct, post), desk.room, f"Ligne {number} de Juliette.")
    return await _said(desk.agathe, desk.juliette, (desk.room, desk.card), direct, f"Ligne {number} de la hotline.")


async def _chat(desk: Helpdesk, number: int) -> float:
    """Measure the yardstick: a line to the room that the bot does not carry, until somebody else can read it."""
    place = (desk.room, "")
    return await _said(desk.agathe, desk.agathe, place, desk.room, f"Bavardage {number}.")


async def _said(who: Person, other: Person, place: tuple[str, str], there: str, text: str) -> float:
    other.acts()
    begun = time.perf_counter()
    await who.api.post("/posts", {"channel_id": place[0], "root_id": place[1], "message": text})
    await other.heard(there, text)
    return time.perf_counter() - begun


def any_click(desk: Helpdesk, random: Random, number: int) -> Click:
    """Make a random click: somebody takes or leaves a ticket, whoever has it."""
    hot = random.random() < 0.5
    ticket = random.choice(desk.numbers[:HOT] if hot else desk.numbers)
    return Click(ticket, desk.agents[number % len(desk.agents)], random.choice([Move.TAKE, Move.RELEASE]))


async def _wrong(stores: Stores, clicks: Sequence[Click]) -> int:
    """Count the tickets that differ from what the accepted clicks made of them."""
    of_each: Mapping[int, list[Click]] = defaultdict(list)
    for click in clicks:
        of_each[click.ticket] += [click] if click.accepted else []
    database = Database(stores.bot)
    async with database.transaction(writes=False) as db:
        wrong = 0
        for number, accepted in of_each.items():
            ticket, made = await tickets.get(db, number), await tickets.read_history(db, number)
            assert ticket
            told = [(move.by, move.move) for move in made]
            agents = follow(told)
            is_right = Counter(told) == Counter((click.by, click.move) for click in accepted)
            is_right &= ticket.version == len(accepted) and agents is not None and ticket.agent_id == agents
            wrong += not (is_right and ticket.agent_id in _last(accepted))
    await database.close()
    return wrong


def follow(told: Sequence[tuple[str, Move]]) -> str | None:
    """Return who has a ticket after these moves; None where somebody took a ticket that another had."""
    agent = ""
    for by, move in told:
        if move is Move.TAKE and agent:
            return None
        agent = by if move is Move.TAKE else ""
    return agent


def _last(accepted: Sequence[Click]) -> set[str]:
    """Return who may have the ticket by the clocks of the clickers: after the last click, and those that overlapped
    it."""
    if not accepted:
        return {""}
    latest = max(click.begun for click in accepted)
    return {click.by if click.move is Move.TAKE else "" for click in accepted if click.ended >= latest}


def _figure(
    plan: Plan,
    stores: Stores,
    runs: tuple[Sequence[Run], Sequence[Run]],
    lines: tuple[Sequence[Run], Sequence[float]],
    clicks: tuple[Sequence[Click], int],
) -> Figure:
    (mine, bare), (carried, alone), (done, wrong) = runs, lines, clicks
    accepted = f"{sum(click.accepted for click in done)} acceptés sur {len(done)}, {wrong} perdus"
    failed = sum(run.failed for run in mine)
    told = f", {failed} échecs" if failed else ""
    return Figure(
        f"(n) {RATE} clics/s sur {plan.tickets} demandes, {stores.name}",
        f"{_tell(mine)}, {accepted}{told} ; ligne lue {_tell(carried)}",
        f"{_tell(bare)} ; sans miroir {ms(median(alone))}",
        "p99 ≤ 300 ms, ligne ≤ 500 ms, rien de perdu",
        not (wrong or failed) and _tail(mine) <= CLICK_S and _tail(carried) <= LINE_S,
    )


def _tail(runs: Sequence[Run]) -> float:
    return middle([run.quantile(0.99) for run in runs])


def _tell(runs: Sequence[Run]) -> str:
    return f"{ms(middle([run.quantile(0.5) for run in runs]))}, p99 {ms(_tail(runs))}"
