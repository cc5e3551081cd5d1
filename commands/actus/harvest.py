"""What comes into the pool by itself: what the bot knows, and the most useful messages of public channels."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from bot.french.dates import MONTHS, MONTHS_SHORT, WEEKDAYS, say_day
from bot.french.words import group, join, noun, plural
from bot.mattermost import ChatReader
from bot.replies import Progress, Replies, Start, Step
from commands.actus import listening, sources
from commands.actus.feature import feature
from config.departements import DEPARTEMENTS
from config.settings import Settings
from config.territories import NATION
from config.themes import THEMES
from storage import people
from storage.actus import harvest as known
from storage.actus import items
from storage.actus.items import Item, Kind, Section
from storage.database import Database
from storage.people import PARIS
from storage.stats.figures import Figures
from storage.stats.monthly import MonthSpan
from storage.stats.territories import read_figures, told_until

WEEK = timedelta(days=7)
TEXT_MAX = 300
MONTHS_DRAWN, THEMES_DRAWN = 6, 5
"""What the picture of a number’s figures shows."""
NAMED_MIN = 5
"""Newcomers of a département from which on it is named: of fewer one would know who they are."""
ROUNDED = "Chiffres arrondis, pour que personne ne soit reconnu. Le détail : /stats."


class Harvest(BaseModel):
    """Messages of public channels are to be looked through, from then until before then."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """The time of one digest: its edition’s key and its day by the rhythm are what its figures are filed under."""

    edition: str
    day: date
    since: datetime
    until: datetime
    monthly: bool


@feature.job("hour=0,4,8,12,16,20 minute=37", name="actus.gather")
async def gather(ctx: Context) -> Replies:
    """The messages of the last week, as they are found by now."""
    return Start(payload=Harvest(since=ctx.now - WEEK, until=ctx.now))


@feature.chore(Harvest, name="actus.Harvest", title="Messages des actus", unit=("canal", "canaux"), writes=True)
async def gather_some(ctx: Context, work: Harvest, so_far: Progress) -> Step:
    """The next channel, asked of Mattermost before anything is written; at first, which channels there are."""
    if so_far.cursor is None:
        channels = await listening.public_channels(ctx.chat)
        await items.withdraw_quotes_outside(ctx.db, channels)
        return Step(cursor=list(channels), total=len(channels), finished=not channels)
    channel, what = so_far.cursor[0], f"harvest {work.since} {work.until} {so_far.cursor[0]}"
    heard = await ctx.errands.fetch(what, lambda: listening.listen(ctx.chat, channel, work.since, work.until))
    await listening.keep(ctx.db, heard, ctx.settings, ctx.now)
    rest, done = so_far.cursor[1:], so_far.done + 1
    return Step(cursor=rest, done=done, total=so_far.total, finished=not rest)


async def messages(chat: ChatReader, database: Database, settings: Settings, since: datetime, until: datetime) -> None:
    """The same at once, for who waits for it; ``until`` is now."""
    channels = await listening.public_channels(chat)
    async with database.transaction() as db:
        await items.withdraw_quotes_outside(db, channels)
    for channel in channels:
        heard = await listening.listen(chat, channel, since, until)
        async with database.transaction() as db:
            await listening.keep(db, heard, settings, until)


async def from_tables(db: AsyncSession, since: datetime, until: datetime, settings: Settings) -> None:
    """What the bot’s other features know of that time: resources that came out, outages and polls that ended, events
    to come."""
    came_out = await known.resources(db, since, until)
    authors = {person.id: person for person in await people.among(db, {one.auteur_id for one in came_out})}
    await items.put(db, [sources.of_resource(one, authors.get(one.auteur_id), settings) for one in came_out])
    await items.put(db, [sources.of_outage(incident) for incident in await known.ended_outages(db, since, until)])
    await items.put(db, [sources.of_poll(poll) for poll in await known.ended_polls(db, since, until)])
    coming = [sources.of_event(event) for event in await known.coming_events(db, until)]
    await items.put(db, coming)
    await items.bring_back(db, [item.key for item in coming])
    await items.withdraw(db, [*await known.gone_resources(db), *await known.gone_events(db)])


async def period_items(db: AsyncSession, period: Period) -> None:
    """Who is new and the figures of a period, for its digest; as they are by now."""
    for item in (await _of_newcomers(db, period), await _of_figures(db, period)):
        if item is not None:
            item.key = f"{item.kind.value}:{period.edition}:{period.day}"
            item.details = {**item.details, "edition": period.edition, "day": period.day.isoformat()}
            await items.put(db, [item])


async def _of_newcomers(db: AsyncSession, period: Period) -> Item | None:
    places = await known.newcomers(db, period.since, period.until)
    if not places:
        return None
    named = [(code, n) for code, n in Counter(places).most_common() if n >= NAMED_MIN and code in DEPARTEMENTS]
    where = [f"{DEPARTEMENTS[code].nom} ({n})" for code, n in named]
    one, many = "nouvelle personne nous a rejoints", "nouvelles personnes nous ont rejoints"
    text = f"Notamment : {join(where)}." if where else ""
    return Item(
        key="", kind=Kind.NEWCOMERS, section=Section.COMMUNITY, title=plural(len(places), one, many), text=text,
        found_at=period.since, details={"nouveaux": len(places)},
    )  # fmt: skip


async def _of_figures(db: AsyncSession, period: Period) -> Item | None:
    """What is told of the réseau’s month as « /stats » tells it: nothing finer ever is, and nothing is rounded anew."""
    today = period.until.astimezone(ZoneInfo(PARIS)).date()
    first, told = today.replace(day=1), told_until(today)
    is_whole = period.monthly or told <= first
    start = (first - timedelta(days=1)).replace(day=1) if is_whole else first
    end = first if is_whole else (first + timedelta(days=31)).replace(day=1)
    before = _months_before(start)
    rounded = (await read_figures(db, NATION, MonthSpan(before, end, told))).round()
    figures = rounded.figures(start, end)
    if not figures.accompagnements:
        return None
    when = MONTHS[start.month - 1] + ("" if is_whole else f", jusqu’au {_say(told - timedelta(days=1))}")
    return Item(
        key="", kind=Kind.FIGURES, section=Section.FIGURES, title=f"En {when} : {_say_figures(figures)}",
        text=ROUNDED, found_at=period.since,
        details=_numbers(figures) | {"image": _drawn(figures, rounded.figures(before, end).mois, first)},
    )  # fmt: skip


def _say(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {say_day(day)}"


def _say_figures(figures: Figures) -> str:
    said = [_count(figures.accompagnements, "accompagnement")]
    if figures.personnes:
        said.append(_count(figures.personnes, "personne accompagnée"))
    return join(said)


def _count(n: int, one: str) -> str:
    """« 1 230 accompagnements », grouped from a thousand on: it is read at a glance, and on paper."""
    return f"{group(n, 1000)} {noun(n, one)}"


def _numbers(figures: Figures) -> dict[str, int]:
    return {"accompagnements": figures.accompagnements, "personnes": figures.personnes}


def _months_before(start: date) -> date:
    """The first day of the first month of the picture."""
    months = start.year * 12 + start.month - MONTHS_DRAWN
    return date(months // 12, months % 12 + 1, 1)


def _drawn(figures: Figures, months: Mapping[date, int], open_since: date) -> dict[str, list[tuple[str, int]]]:
    """What the picture of the paper is drawn from (commands/actus/paper.py): labels and values; a star is after the
    name of a month that is not over."""
    totals = [("accompagnements", figures.accompagnements), ("personnes accompagnées", figures.personnes)]
    totals.append(("ateliers", figures.ateliers))
    themes = sorted(((n, code) for code, n in figures.themes.items() if n), reverse=True)[:THEMES_DRAWN]
    names = {month: MONTHS_SHORT[month.month - 1] + "*" * (month >= open_since) for month in sorted(months)}
    return {
        "totals": [(label, value) for label, value in totals if value],
        "mois": [(name, months[month]) for month, name in names.items()],
        "themes": [(THEMES[code].court, n) for n, code in themes],
    }
