"""Many reports or arrivals at once: one summary in the room instead of a card each; who cries wolf weighs less. Many
are many people: one alone hides nothing but what is theirs, and nobody hides what is graver than the rest."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median_low

from pydantic import BaseModel

from bot.context import Context
from bot.replies import Reply, Start
from commands.moderation import terms
from storage import claims
from storage.moderation import cases, reports, rules
from storage.moderation.cases import Case, Source, State

WITHIN = timedelta(minutes=5)
REPORTS, JOINS = 10, 20
"""More people who report, and as many arrivals, within that time are a storm; more reports of one person are told
together."""
LIGHT = 0.5
"""A case whose reports weigh less is in the summary only."""
SLOT = 5
"""Seconds: what comes within them is told together."""
GATHERED, SHOWN, JOINED = "moderation.gathered", "moderation.shown", "regles.joined.JoinedTeam"
"""The claims of a case that the summary tells of, of one that was asked for from there, of an arrival heard of."""


class Summarise(BaseModel):
    """The summary is to be as things are then."""


async def gathers(ctx: Context, case: Case) -> bool:
    """Whether a case is one of more than can be read one by one: more people report, or all who report this one report
    very much. What rules find adds up with what people report, but hides none of it."""
    since = ctx.now - WITHIN
    counted = Counter(report.reporter_id for report in await reports.since(ctx.db, since))
    theirs = await reports.of_case(ctx.db, case.number)
    if not theirs:
        return len(counted) + await rules.count_cases_since(ctx.db, since) > REPORTS
    return len(counted) > REPORTS or all(counted[report.reporter_id] > REPORTS for report in theirs)


async def is_graver(ctx: Context, case: Case) -> bool:
    """Whether somebody gives a motive for it that weighs more than most of those given at the same time; each person
    counts once for each motive."""
    lately = {(report.reporter_id, report.motive) for report in await reports.since(ctx.db, ctx.now - WITHIN)}
    usual = median_low([terms.gravity(ctx, motive) for _, motive in lately] or [0])
    theirs = await reports.of_case(ctx.db, case.number)
    return any(terms.gravity(ctx, report.motive) > usual for report in theirs)


async def weight(ctx: Context, reporter_id: str) -> float:
    """How much somebody’s report weighs: 1 of whom nothing is known, towards 2 of who is always right, towards 0 of
    who never is (Laplace’s rule of succession)."""
    right, wrong = await reports.judged(ctx.db, reporter_id)
    return 2 * (right + 1) / (right + wrong + 2)


async def is_light(ctx: Context, case: Case) -> bool:
    """Whether a case stands on the word of people who cried wolf before, and on nothing else."""
    told = await reports.of_case(ctx.db, case.number)
    if case.source is not Source.REPORTED or not told:
        return False
    return sum([await weight(ctx, report.reporter_id) for report in told]) < LIGHT


async def keeps_back(ctx: Context, case: Case) -> bool:
    """Whether the summary tells of a case, and no card of its own: until somebody asks for it."""
    is_new = case.state is State.OPEN and case.source is not Source.DIRECT
    if not is_new or await claims.is_taken(ctx.db, SHOWN, str(case.number)):
        return False
    return await is_light(ctx, case) or (await gathers(ctx, case) and not await is_graver(ctx, case))


async def lets_go(ctx: Context, case: Case) -> bool:
    """Whether a case that only the summary told of has its card from now on."""
    key = str(case.number)
    if case.state not in cases.UNDECIDED or not await claims.is_taken(ctx.db, GATHERED, key):
        return False
    return not await keeps_back(ctx, case) and await claims.claim(ctx.db, SHOWN, key, ctx.now)


async def gather(ctx: Context, case: Case) -> Sequence[Reply]:
    """The summary tells of a case from now on."""
    await claims.claim(ctx.db, GATHERED, str(case.number), ctx.now)
    return await soon(ctx)


async def soon(ctx: Context) -> Sequence[Reply]:
    """The summary is drawn in a moment, once for all who want it by then."""
    moment = int(ctx.now.timestamp()) // SLOT + 1
    if not await claims.claim(ctx.db, "moderation.summary", str(moment), ctx.now):
        return []
    at = datetime.fromtimestamp(moment * SLOT, ctx.now.tzinfo)
    return [Start(payload=Summarise(), at=at, quiet=True)]


async def gathered(ctx: Context) -> Sequence[Case]:
    """The cases that wait and have no card of their own yet, oldest first."""
    waiting = await cases.listed(ctx.db, cases.UNDECIDED)
    numbers = [str(case.number) for case in waiting]
    known = set(await claims.taken(ctx.db, GATHERED, numbers)) - set(await claims.taken(ctx.db, SHOWN, numbers))
    return [case for case in waiting if str(case.number) in known]
