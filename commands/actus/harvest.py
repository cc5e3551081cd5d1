"""What fills the pool by itself: data of other features, and the best messages of public channels."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import guard
from bot.context import Context, ReadingContext
from bot.errors import unless_refused
from bot.french import MONTHS, MONTHS_SHORT, group, join, noun, plural, say_day, say_hour, say_weekday
from bot.mattermost import ChatPost, ChatReader, ChatUser
from bot.permalinks import make_permalink
from bot.plain_text import shorten, strip_markdown, to_one_line
from bot.replies import Progress, Replies, Start, Step
from bot.texts import render
from bot.websocket.parser import is_by_person
from commands.actus import proposals
from commands.actus.editions import feature
from config.settings import Settings
from config.territories import DEPARTEMENTS, NATION
from config.themes import THEMES
from config.time import PARIS, WEEKDAYS, to_milliseconds
from storage import agenda, idees, people, sondage, stats
from storage.actus import items, subscriptions
from storage.actus.items import CREDIT_MAX, TITLE_MAX, Item, ItemKind, NewsSection
from storage.database import Database
from storage.hotline.tickets import Incident
from storage.ressources.resources import Resource
from storage.stats.territories import MonthSpan, find_told_until, read_figures

PEOPLE_MIN = 2
"""The fewest people besides the author who must have answered or reacted."""
WORDS_MIN = 4
ANSWER, REACTION = 3, 2
"""The points of a person who answered, and of one who reacted."""
_TELLING = 10
"""Messages of fewer characters are not quoted."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A message, and how useful it was found."""

    post: ChatPost
    score: int


def rank_posts(posts: Iterable[ChatPost], bot_id: str) -> Sequence[Ranked]:
    """Rank the messages of one channel that people found useful, best first, then oldest."""
    written = [post for post in posts if is_by_person(post, bot_id) and not post.delete_at]
    answerers: dict[str, set[str]] = defaultdict(set)
    for post in written:
        if post.root_id:
            answerers[post.root_id].add(post.user_id)
    found: list[Ranked] = []
    for post in written:
        nobody = {post.user_id, bot_id}
        reacted = {reaction.user_id for reaction in post.reactions} - nobody
        answered = answerers.get(post.id, set()) - nobody
        says_something = len(post.message) >= _TELLING and len(post.message.split()) >= WORDS_MIN
        if says_something and len(reacted | answered) >= PEOPLE_MIN:
            found.append(Ranked(post, ANSWER * len(answered) + REACTION * len(reacted)))
    return sorted(found, key=lambda one: (-one.score, one.post.create_at, one.post.id))


PAGE, PAGES_MAX = 200, 50
BEST = 10
"""The most messages that are kept of one channel."""
LOOKED_AT = 50
"""How many of the best messages of a channel are considered: some of them may not be quoted."""


@dataclass(frozen=True, slots=True)
class ChannelMessages:
    """Messages of a public channel: the best ones, their authors, and all since ``since`` if that list ``is_whole``.
    Empty for a channel that is not public, or no longer."""

    channel: str
    is_public: bool = False
    best: Sequence[Ranked] = ()
    users: Mapping[str, ChatUser] = field(default_factory=dict)
    seen: Collection[str] = frozenset()
    since_ms: int = 0
    is_whole: bool = False


async def find_public_channels(chat: ChatReader) -> Sequence[str]:
    """Find the team’s channels in which the bot is and which everybody may read, by id."""
    return [channel.id for channel in await chat.own_channels() if channel.type == "O" and not channel.archived]


async def read_channel(chat: ChatReader, channel_id: str, since: datetime, until: datetime) -> ChannelMessages:
    """Read a channel’s messages, if it is public at this moment."""
    channel = await unless_refused(chat.channel(channel_id), None)
    is_public = channel is not None and channel.type == "O" and not channel.archived
    found = await unless_refused(_read_posts(chat, channel_id, to_milliseconds(since)), None) if is_public else None
    if found is None:
        return ChannelMessages(channel_id)
    posts, is_whole = found
    told = [post for post in posts if post.create_at < to_milliseconds(until)]
    best = rank_posts(told, (await chat.me()).id)[:LOOKED_AT]
    authors = list(dict.fromkeys(one.post.user_id for one in best))
    users = {user.id: user async for page in chat.users(authors) for user in page} if authors else {}
    return ChannelMessages(channel_id, True, best, users, {post.id for post in posts}, to_milliseconds(since), is_whole)


async def _read_posts(chat: ChatReader, channel_id: str, since_ms: int) -> tuple[Sequence[ChatPost], bool]:
    """Read the messages since an instant (ms); the flag says whether the list is complete."""
    found: dict[str, ChatPost] = {}
    for number in range(PAGES_MAX):
        page = await chat.newest_posts(channel_id, number, PAGE)
        found |= {post.id: post for post in page if post.create_at >= since_ms}
        if len(page) < PAGE or page[-1].create_at < since_ms:
            return list(found.values()), True
    return list(found.values()), False


async def keep_best(db: AsyncSession, heard: ChannelMessages, settings: Settings, now: datetime) -> None:
    """Store the best messages of a channel with their present text, and withdraw those that were deleted."""
    if not heard.is_public:
        await items.withdraw_quotes_in(db, heard.channel)
        return
    waits = await items.find_quoted(db, heard.channel)
    silent = await subscriptions.list_unquoted(db)
    register = await people.by_ids(db, heard.users)
    kept, unfit = list[Ranked](), set[str]()
    for one in heard.best:
        if len(kept) >= BEST and one.post.id not in waits:
            continue
        if _may_be_quoted(one, heard, register, silent, now):
            kept.append(one)
        else:
            unfit.add(one.post.id)
    own = {post_id for post_id, item in waits.items() if item.kind is not ItemKind.MESSAGE}
    found = [one for one in kept if one.post.id not in own]
    names = {one.post.id: _name_author(heard, register, one.post.user_id) for one in found}
    await items.save(db, [_make_message_item(one, names[one.post.id], settings, now) for one in found])
    await items.rescore(db, {waits[one.post.id].key: one.score for one in kept if one.post.id in own})
    gone = unfit | _find_deleted(heard, waits)
    await items.withdraw(db, [item.key for post_id, item in waits.items() if post_id in gone])


def _make_message_item(one: Ranked, author: str, settings: Settings, now: datetime) -> Item:
    about = {"kind": ItemKind.MESSAGE, "score": one.score, "found_at": now, "details": {"said_at": one.post.create_at}}
    return proposals.make_message_item(settings, one.post, author, **about)


def _may_be_quoted(
    one: Ranked, heard: ChannelMessages, register: Mapping[str, people.Person], silent: Collection[str], now: datetime
) -> bool:
    """Return whether a message may be quoted: its author is active, not hidden and did not object, and it holds nothing
    private."""
    author, row = heard.users.get(one.post.user_id), register.get(one.post.user_id)
    if author is None or author.deleted or author.id in silent or proposals.find_quote_fault(one.post.message):
        return False
    return row is None or not (row.is_hidden or row.has_left(row.today(now)))


def _find_deleted(heard: ChannelMessages, waits: Mapping[str, Item]) -> set[str]:
    """Find the waiting messages that no longer stand in their channel."""
    if not heard.is_whole:
        return set()
    since = heard.since_ms
    recent = {post_id for post_id, item in waits.items() if int(item.details.get("said_at", 0)) >= since}
    return recent - set(heard.seen)


def _name_author(heard: ChannelMessages, register: Mapping[str, people.Person], user_id: str) -> str:
    return register[user_id].full_name if user_id in register else f"@{heard.users[user_id].username}"


TEXT_MAX = 300
ANSWERS_MAX = 3
"""How many answers of a poll are told, the most chosen first."""
AHEAD = timedelta(days=21)
"""How long before it begins an event becomes news."""


def make_resource_item(resource: Resource, author: people.Person | None, settings: Settings) -> Item:
    """Make the item of a published resource, with its author."""
    credit = author.full_name if author else f"@{resource.auteur}" if resource.auteur else ""
    return Item(
        key=f"fiche:{resource.number}",
        kind=ItemKind.RESOURCE,
        section=NewsSection.RESOURCES,
        title=to_one_line(resource.titre, TITLE_MAX),
        text=to_one_line(strip_markdown(resource.description), TEXT_MAX),
        url=resource.url or (make_permalink(settings, resource.post_id) if resource.post_id else ""),
        credit=shorten(credit, CREDIT_MAX),
        author_id=resource.auteur_id,
        themes=resource.themes,
        found_at=resource.published_at or resource.created_at,
        details={"fiche": resource.number},
    )


def make_outage_item(incident: Incident) -> Item:
    """Make the item of an outage that is over, with what was told of it last."""
    told = to_one_line(strip_markdown(incident.news), TEXT_MAX)
    return Item(
        key=f"panne:{incident.number}",
        kind=ItemKind.INCIDENT,
        section=NewsSection.COMMUNITY,
        title=to_one_line(f"Panne terminée : {incident.subject}", TITLE_MAX),
        text="" if guard.find(told) else told,
        found_at=incident.ended_at or incident.opened_at,
    )


def make_poll_item(poll: sondage.Poll) -> Item:
    """Make the item of a poll that ended, with its most chosen answers."""
    results = poll.known
    assert results is not None, "only what is told goes into the news"
    chosen = sorted(zip(results.counts, poll.options, strict=True), key=lambda pair: -pair[0])[:ANSWERS_MAX]
    said = [f"{option} : {count * 100 / results.votes:.0f} %" for count, option in chosen if count]
    return Item(
        key=f"sondage:{poll.id}",
        kind=ItemKind.POLL,
        section=NewsSection.COMMUNITY,
        title=to_one_line(f"Vous avez répondu : {poll.question}", TITLE_MAX),
        text=to_one_line(f"{' ; '.join(said)} ({plural(results.votes, 'vote')}).", TEXT_MAX),
        found_at=poll.ended_at or poll.ends_at,
        details={"sondage": poll.id},
    )


def make_idea_item(idea: idees.Idea, at: datetime, votes: int, author: people.Person | None) -> Item:
    """Make the item of an idea that was carried out, dated at the end of its month. Its author is named only if they
    agreed."""
    return Item(
        key=f"idee:{idea.number}",
        kind=ItemKind.IDEA,
        section=NewsSection.COMMUNITY,
        title=to_one_line(f"Ce qui a changé : {idea.title}", TITLE_MAX),
        text=to_one_line(f"Une idée du réseau ({plural(votes, 'voix', 'voix')}). {idea.reason}", TEXT_MAX),
        credit=shorten(author.full_name, CREDIT_MAX) if author and idea.is_named else "",
        author_id=idea.author_id if idea.is_named else "",
        score=votes,
        found_at=at,
        details={"idee": idea.number},
    )


def make_event_item(event: agenda.AgendaEvent) -> Item:
    """Make the item of a coming event: it is news from its publication, or from when it is near."""
    start = event.starts_at.astimezone(PARIS)
    when = f"{say_weekday(start.date())} à {say_hour(start)}"
    near = event.starts_at - AHEAD
    return Item(
        key=f"evenement:{event.number}",
        kind=ItemKind.EVENT,
        section=NewsSection.AGENDA,
        title=to_one_line(f"{event.title}, {when}", TITLE_MAX),
        text=to_one_line(f"{event.place or 'À distance'}. /agenda {event.number} : en savoir plus, y venir.", TEXT_MAX),
        url=event.url,
        author_id=event.author_id,
        found_at=max(event.published_at or near, near),
        details={"evenement": event.number, "quand": event.starts_at.isoformat()},
    )


WEEK = timedelta(days=7)
MONTHS_DRAWN, THEMES_DRAWN = 6, 5
"""How many months and themes the chart of a digest shows."""
NAMED_MIN = 5
"""A département with fewer newcomers is not named, since one would know who they are."""


class Harvest(BaseModel):
    """Long work: search the messages of public channels from ``since`` until before ``until``."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class DigestPeriod:
    """The time of one digest: its edition’s key and its day by the rhythm are what its figures are filed under."""

    edition: str
    day: date
    since: datetime
    until: datetime
    monthly: bool


@feature.job("hour=0,4,8,12,16,20 minute=37", name="actus.gather")
async def gather(ctx: Context) -> Replies:
    """Start to search the messages of the last week again, since reactions have changed."""
    return Start(payload=Harvest(since=ctx.now - WEEK, until=ctx.now))


async def read_next_channel(ctx: ReadingContext, work: Harvest, so_far: Progress) -> ChannelMessages | Sequence[str]:
    """Ask Mattermost for the next channel; at first, which channels there are."""
    if so_far.cursor is None:
        return await find_public_channels(ctx.chat)
    channel, what = so_far.cursor[0], f"harvest {work.since} {work.until} {so_far.cursor[0]}"
    return await ctx.errands.fetch(what, lambda: read_channel(ctx.chat, channel, work.since, work.until))


@feature.chore(
    Harvest, name="actus.Harvest", title="Messages des actus", unit=("canal", "canaux"), asks=read_next_channel
)
async def harvest_channel(ctx: Context, _: Harvest, so_far: Progress, found: ChannelMessages | Sequence[str]) -> Step:
    """Store the best of the next channel; the first step withdraws items whose channel is gone."""
    if not isinstance(found, ChannelMessages):
        await items.withdraw_quotes_outside(ctx.db, found)
        return Step(cursor=list(found), total=len(found), finished=not found)
    await keep_best(ctx.db, found, ctx.settings, ctx.now)
    rest, done = so_far.cursor[1:], so_far.done + 1
    return Step(cursor=rest, done=done, total=so_far.total, finished=not rest)


async def harvest_messages(
    chat: ChatReader, database: Database, settings: Settings, since: datetime, until: datetime
) -> None:
    """Search all channels at once, for a caller who waits for it; ``until`` is now."""
    channels = await find_public_channels(chat)
    async with database.transaction() as db:
        await items.withdraw_quotes_outside(db, channels)
    for channel in channels:
        heard = await read_channel(chat, channel, since, until)
        async with database.transaction() as db:
            await keep_best(db, heard, settings, until)


async def harvest_tables(db: AsyncSession, since: datetime, until: datetime, settings: Settings) -> None:
    """Bring in what the bot’s other features know of that time: resources that came out, outages and polls that ended,
    ideas that were done, events to come."""
    came_out = await items.find_resources(db, since, until)
    authors = await people.by_ids(db, [one.auteur_id for one in came_out])
    await items.save(db, [make_resource_item(one, authors.get(one.auteur_id), settings) for one in came_out])
    await items.save(db, [make_outage_item(incident) for incident in await items.find_ended_outages(db, since, until)])
    await items.save(db, [make_poll_item(poll) for poll in await items.find_ended_polls(db, since, until)])
    await _harvest_ideas(db, since, until)
    coming = [make_event_item(event) for event in await agenda.list_coming(db, until, until + AHEAD)]
    await items.save(db, coming)
    await items.restore(db, [item.key for item in coming])
    await items.withdraw(db, await items.find_gone(db))


async def _harvest_ideas(db: AsyncSession, since: datetime, until: datetime) -> None:
    """Bring in the ideas that were done in a month that is over."""
    done = await items.find_done_ideas(db, since, until)
    named = await people.by_ids(db, [idea.author_id for idea, *_ in done if idea.is_named])
    authors = {ident: person for ident, person in named.items() if not person.is_hidden}
    found = [make_idea_item(idea, at, votes, authors.get(idea.author_id)) for idea, at, votes in done]
    await items.save(db, found)
    await items.restore(db, [item.key for item in found])


async def harvest_period(db: AsyncSession, period: DigestPeriod) -> None:
    """Add the newcomers and the figures of a period to the pool, for its digest."""
    for item in (await _make_newcomers_item(db, period), await _make_figures_item(db, period)):
        if item is not None:
            item.key = f"{item.kind.value}:{period.edition}:{period.day}"
            item.details = {**item.details, "edition": period.edition, "day": period.day.isoformat()}
            await items.save(db, [item])


async def _make_newcomers_item(db: AsyncSession, period: DigestPeriod) -> Item | None:
    places = await items.find_newcomers(db, period.since, period.until)
    if not places:
        return None
    named = [(code, n) for code, n in Counter(places).most_common() if n >= NAMED_MIN and code in DEPARTEMENTS]
    where = [f"{DEPARTEMENTS[code].nom} ({n})" for code, n in named]
    one, many = "nouvelle personne nous a rejoints", "nouvelles personnes nous ont rejoints"
    text = f"Notamment : {join(where)}." if where else ""
    return Item(
        key="", kind=ItemKind.NEWCOMERS, section=NewsSection.COMMUNITY, title=plural(len(places), one, many), text=text,
        found_at=period.since, details={"nouveaux": len(places)},
    )  # fmt: skip


async def _make_figures_item(db: AsyncSession, period: DigestPeriod) -> Item | None:
    """Make the item of the réseau’s monthly figures, with the same values and rounding as « /stats »."""
    today = period.until.astimezone(PARIS).date()
    first, told = today.replace(day=1), find_told_until(today)
    is_whole = period.monthly or told <= first
    start = (first - timedelta(days=1)).replace(day=1) if is_whole else first
    end = first if is_whole else (first + timedelta(days=31)).replace(day=1)
    before = _find_first_month(start)
    rounded = (await read_figures(db, NATION, MonthSpan(before, end, told))).round()
    figures = rounded.figures(start, end)
    if not figures.accompagnements:
        return None
    last = told - timedelta(days=1)
    when = MONTHS[start.month - 1] + ("" if is_whole else f", jusqu’au {WEEKDAYS[last.weekday()]} {say_day(last)}")
    counts = {"accompagnements": figures.accompagnements, "personnes": figures.personnes}
    # Grouped from a thousand on: it is read at a glance, and on paper.
    nouns = zip(counts.values(), ("accompagnement", "personne accompagnée"), strict=True)
    said = join([f"{group(n)} {noun(n, one)}" for n, one in nouns if n])
    image = _draw_figures(figures, rounded.figures(before, end).mois, first)
    title, text = f"En {when} : {said}", render("actus/figures_rounded")
    return Item(
        key="", kind=ItemKind.FIGURES, section=NewsSection.FIGURES, title=title, text=text,
        found_at=period.since, details={**counts, "image": image},
    )  # fmt: skip


def _find_first_month(start: date) -> date:
    """Find the first day of the first month of the picture."""
    months = start.year * 12 + start.month - MONTHS_DRAWN
    return date(months // 12, months % 12 + 1, 1)


def _draw_figures(
    figures: stats.Figures, months: Mapping[date, int], open_since: date
) -> dict[str, list[tuple[str, int]]]:
    """Return the labels and values of the chart (see commands/actus/formats.py); a star marks a month that is not
    over."""
    totals = [
        ("accompagnements", figures.accompagnements),
        ("personnes accompagnées", figures.personnes),
        ("ateliers", figures.ateliers),
    ]
    themes = sorted(((n, code) for code, n in figures.themes.items() if n), reverse=True)[:THEMES_DRAWN]
    names = {month: MONTHS_SHORT[month.month - 1] + "*" * (month >= open_since) for month in sorted(months)}
    return {
        "totals": [(label, value) for label, value in totals if value],
        "mois": [(name, months[month]) for month, name in names.items()],
        "themes": [(THEMES[code].court, n) for n, code in themes],
    }
