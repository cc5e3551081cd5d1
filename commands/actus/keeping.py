"""The clock of the news: drafts are made the working day before, kept complete, reminded of, let out at their hour."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum

from bot.context import Context
from bot.replies import Message, Replies, Reply, Start
from bot.rhythms import Occasion
from bot.schedules import ZONE
from bot.texts import render
from commands.actus import cards, drafting, places, words
from commands.actus.buttons import Publish
from commands.actus.feature import feature
from commands.actus.harvest import Harvest
from commands.actus.places import Desk, Edition
from config.editions import Unapproved
from storage import job_runs
from storage.actus import digests
from storage.actus.digests import Digest, State
from storage.database import change

JOB = "actus.keep"
AFTERNOON = time(16)
"""When the team is reminded, on the day before, of what nobody approved."""
LAST_MINUTES = timedelta(hours=2)
"""How long before its hour it is reminded of where that is past."""
HOURLY = timedelta(minutes=5)
"""In these first minutes of each hour the tables of other features are looked through."""


class Due(StrEnum):
    """What is to be done with a digest at this moment."""

    NOTHING = "nothing"
    REMIND = "remind"
    PUBLISH = "publish"
    PUBLISH_UNREAD = "publish unread"
    HOLD = "hold"


def due(digest: Digest, unapproved: Unapproved, now: datetime) -> Due:
    """At its hour what was approved comes out, and the rest as the edition says; but not on another day."""
    if digest.at > now:
        waits = digest.state is State.DRAFT and not digest.reminded and now >= reminded_at(digest)
        return Due.REMIND if waits else Due.NOTHING
    if digest.state is State.HELD:
        return Due.NOTHING
    if digest.at.astimezone(ZONE).date() == now.astimezone(ZONE).date():
        if digest.state is State.APPROVED:
            return Due.PUBLISH
        if unapproved is Unapproved.PUBLISH:
            return Due.PUBLISH_UNREAD
    return Due.HOLD


def reminded_at(digest: Digest) -> datetime:
    """At four in the afternoon of the day before, or two hours before its hour where the draft was shown later."""
    shown = max(drafting.shown_from(digest.at), digest.created_at)
    afternoon = datetime.combine(drafting.shown_from(digest.at).astimezone(ZONE).date(), AFTERNOON, ZONE)
    return afternoon if shown < afternoon else digest.at - LAST_MINUTES


@feature.job("hour=0-1,3-23 minute=*/5", name="actus.keep", writes=True)
async def keep(ctx: Context) -> Replies:
    """All editions, one after the other."""
    return await look(ctx)


async def look(desk: Desk) -> Sequence[Reply]:
    """What is due now, of all of them."""
    before = next((run.at for run in await job_runs.every(desk.db) if run.name == JOB), desk.now)
    replies: list[Reply] = []
    for edition in (await places.editions(desk)).values():
        replies += await _begin_due(desk, edition, min(before, desk.now))
        for one in await digests.open_ones(desk.db, edition.key):
            digest = await words.locked(desk, one.number)
            if digest.state in digests.OPEN:
                replies += await _see_to(desk, digest, edition)
    return replies


async def _begin_due(desk: Desk, edition: Edition, before: datetime) -> Sequence[Reply]:
    """The draft of what comes out within a working day, or should have since the bot last looked."""
    coming = edition.rhythm.next(desk.now)
    near = [coming] if drafting.shown_from(coming.at) <= desk.now else []
    missed = _last_between(edition, before, desk.now)
    replies: list[Reply] = []
    for occasion in [*missed, *near]:
        if await digests.covering(desk.db, edition.key, occasion.day) is None:
            digest = await drafting.begin(desk, edition, occasion)
            replies.append(Start(payload=Harvest(since=digest.since, until=desk.now)))
    return replies


def _last_between(edition: Edition, start: datetime, end: datetime) -> Sequence[Occasion]:
    """The last occasion of that time; those before it are part of it."""
    last: list[Occasion] = []
    for occasion in edition.rhythm.after(start):
        if occasion.at > end:
            break
        last = [occasion]
    return last


async def _see_to(desk: Desk, digest: Digest, edition: Edition) -> Sequence[Reply]:
    """What is new comes in; it is shown when that is due; then what its hour asks for."""
    hourly = desk.now.minute * timedelta(minutes=1) < HOURLY
    fresh = digest.state is State.DRAFT
    added = await drafting.fill(desk, digest, edition, tables=hourly) if fresh else 0
    what = due(digest, edition.unapproved, desk.now)
    if what is Due.PUBLISH_UNREAD and not digest.edito and not await digests.entries(desk.db, digest.number):
        what = Due.HOLD
    acted = await _act(desk, digest, what)
    shown = await words.is_shown(desk, digest)
    if shown:
        return [*acted, *([await cards.refresh(desk, digest)] if added or what is not Due.NOTHING else [])]
    if drafting.shown_from(digest.at) <= desk.now:
        card = await cards.draw(desk, digest)
        return [*await words.tell_team(desk, card, words.topic_of(digest)), *acted]
    return acted


async def _act(desk: Desk, digest: Digest, what: Due) -> Sequence[Reply]:
    """Do what is due, and say it."""
    match what:
        case Due.NOTHING:
            return []
        case Due.REMIND:
            await change(desk.db, digest, reminded=1)
            return await _tell(desk, digest, "reminder")
        case Due.HOLD:
            approved = digest.state is State.APPROVED
            await change(desk.db, digest, state=State.HELD, reminded=2)
            text = render("actus/held", digest=digest, at=words.say_at(digest.at), approved=approved)
            # It is a copy of the draft from now on: what becomes of it is seen there, too.
            said = Message(text, cards.buttons_under(digest, late=True))
            return await words.tell_team(desk, said, words.topic_of(digest))
        case _:
            unread = what is Due.PUBLISH_UNREAD
            told = await _tell(desk, digest, "unread") if unread else []
            await change(desk.db, digest, state=State.PUBLISHING)
            return [*told, Start(payload=Publish(digest=digest.number))]


async def _tell(desk: Desk, digest: Digest, what: str, **more: object) -> Sequence[Reply]:
    text = render(f"actus/{what}", digest=digest, at=words.say_at(digest.at), **more)
    return await words.tell_team(desk, Message(text))
