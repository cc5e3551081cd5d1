"""Measure (p): a secret poll that thousands answer, beside a bare program that writes as much, and their receipts."""

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from bot.clock import utc_now
from bot.forms import name_of
from bot.links import Links
from dialogs.sondage import VoteOne
from storage import people
from storage import sondage as polls
from storage.database import Database
from storage.people import Person, Role
from storage.sondage import Poll, PollState, votes
from storage.sondage.votes import BoxSeal
from tests.bench.children import SECRETS, bot, free_port, program
from tests.bench.client import CHANNEL, Chatter
from tests.bench.figures import Figure, ms
from tests.bench.load import Run, closed
from tests.bench.plan import Plan
from tests.bench.store import Stores
from tests.bench.stub import TEAM, user_id, username

OPTIONS = ["Visioconférence", "Agenda partagé", "Rien de tout cela"]
GOAL = 0.1
"""Of the rate of a bare program, which looks nobody up (each voter is new to the bot), reads no form, seals nothing."""
RECEIPT_S = 1.0
"""Seconds after a vote within which its receipt is there, though thousands are in the box already."""
PATIENCE_S = 120
WARM = 100
"""Votes before those that count: the bot begins with what is read once, and with jobs that were due."""


@dataclass(frozen=True, slots=True)
class Voted:
    """What became of the votes: the run, the time of receipts of votes one after the other once it was over, and how
    many ballots are in the box and voters noted."""

    run: Run
    receipts: Sequence[float]
    in_box: int
    noted: int


async def measure(plan: Plan, chatter: Chatter, stores: Stores, folder: Path) -> Figure:
    """Measure as many votes as people, ten at once."""
    everybody = WARM + plan.voters + plan.receipts
    number = await _asked(stores, everybody)
    bodies = [_vote(number, who) for who in range(everybody)]
    mine = await _to_the_bot(plan, chatter, (stores, folder), (number, bodies))
    port = free_port()
    arguments = ["-m", "tests.bench.votes_by_hand", str(port), stores.raw(stores.hand)]
    async with program(arguments, port, "/readyz", {}) as bare:
        chatter.url = bare.url
        await closed(lambda n: chatter.sends(bodies[n]), WARM)
        theirs = await closed(lambda n: chatter.sends(bodies[WARM + n]), plan.voters)
    return _figure(plan, stores, mine, theirs)


def _figure(plan: Plan, stores: Stores, mine: Voted, theirs: Run) -> Figure:
    ratio = mine.run.rate / theirs.rate
    whole = mine.run.done == mine.in_box == mine.noted == plan.voters
    measured = f"{mine.run.rate:.0f}/s = {ratio:.2f}, p99 {ms(mine.run.quantile(0.99))}"
    measured += f", reçu {ms(median(mine.receipts))}, {ms(max(mine.receipts))} au plus, {mine.in_box} bulletins"
    measured += f", {mine.run.failed} échecs" if mine.run.failed else ""
    what = f"(p) {plan.voters} votes secrets, {stores.name}, 10 à la fois"
    goal = f"≥ {GOAL:.1f}, reçus ≤ {RECEIPT_S:g} s".replace(".", ",")
    met = whole and ratio >= GOAL and max(mine.receipts) <= RECEIPT_S
    return Figure(what, measured, f"{theirs.rate:.0f}/s", goal, met)


async def _to_the_bot(
    plan: Plan, chatter: Chatter, where: tuple[Stores, Path], asked: tuple[int, Sequence[bytes]]
) -> Voted:
    (stores, folder), (number, bodies) = where, asked
    chatter.stub.forget()
    async with bot(chatter.stub.url, stores.bot, folder) as tested:
        chatter.url = tested.url
        await closed(lambda n: chatter.sends(bodies[n]), WARM)
        run = await closed(lambda n: chatter.sends(bodies[WARM + n]), plan.voters)
        await chatter.stub.until_posts(WARM + run.done, PATIENCE_S)
        receipts = [await _receipt(chatter, body) for body in bodies[WARM + plan.voters :]]
    database = Database(stores.bot)
    async with database.transaction(writes=False) as db:
        box = await votes.read_box(db, BoxSeal(number, [SECRETS["COOP_SECRET"]]))
        noted = await votes.count_voters(db, number)
    await database.close()
    return Voted(run, receipts, len(box) - len(bodies) + plan.voters, noted - len(bodies) + plan.voters)


async def _receipt(chatter: Chatter, body: bytes) -> float:
    """Measure the seconds from a vote to its receipt."""
    count, begun = len(chatter.stub.posts), time.perf_counter()
    if not await chatter.sends(body):
        raise RuntimeError("a vote was refused")
    await chatter.stub.until_posts(count + 1, PATIENCE_S)
    return time.perf_counter() - begun


async def _asked(stores: Stores, count: int) -> int:
    """Store an open poll, with so many people in the register, and return its number."""
    database, now = Database(stores.bot), utc_now()
    crowd = [_person(number) for number in range(count)]
    poll = Poll(
        key="bench",
        question="Quels outils vous manquent ?",
        options=OPTIONS,
        state=PollState.OPEN,
        created_at=now,
        opened_at=now,
        ends_at=now + timedelta(days=1),
        channels={CHANNEL: "Général"},
    )
    async with database.transaction() as db:
        await people.register_people(db, crowd)
        number = await polls.add_poll(db, poll)
    await database.close()
    if number is None:
        raise RuntimeError("the poll is there already")
    return number


def _person(number: int) -> Person:
    return Person(
        id=user_id(number), username=username(number), role=Role.CONSEILLER, since=utc_now(), timezone="Europe/Paris",
        departements=["69"],
    )  # fmt: skip


def _vote(poll: int, who: int) -> bytes:
    """Make the submission of somebody’s vote, as a window of the bot’s would send it."""
    code = f"{who:08}"
    state = {
        "f": name_of(VoteOne),
        "u": user_id(who),
        "h": {"poll": poll, "question": "?", "options": OPTIONS, "code": code},
        "k": secrets.token_urlsafe(16),
        "d": False,
        "c": CHANNEL,
        "r": "",
        "p": "",
        "n": 1,
    }
    body = {
        "type": "dialog_submission",
        "callback_id": state["f"],
        "state": Links([SECRETS["COOP_SECRET"]]).seal("dialog", state),
        "user_id": user_id(who),
        "channel_id": CHANNEL,
        "team_id": TEAM["id"],
        "submission": {"reponse": str(who % len(OPTIONS) + 1)},
        "cancelled": False,
    }
    return json.dumps(body).encode()
