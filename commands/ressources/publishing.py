"""What is published is told in the ressourcerie’s channel: in one message a day, with the files under it."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.acts import DeletePost
from bot.context import Context
from bot.french.dates import say_date
from bot.french.periods import months_after
from bot.replies import Refresh, Reply, Say
from bot.texts import Markdown, quotation, render
from commands.ressources import places
from commands.ressources.noting import note_state
from config.ressources import KINDS
from storage import outbox
from storage.journal import Act
from storage.people import PARIS
from storage.ressources import freshness, review
from storage.ressources.resource import Resource, State, write

DAY, FILES, THREAD = "ressources.day:", "ressources.files:", "ressources.thread:"
"""How the topics begin of what stands in the channel: the message of a day, the files of a resource, its thread."""
SHOWN_MAX = 15
"""Resources in one message; the others are told by their number."""
SAID_FOR = 3
"""Days after which nothing is told any more as new."""
ZONE = ZoneInfo(PARIS)


async def publish(ctx: Context, resource: Resource, revision: int) -> Sequence[Reply]:
    """It is found from now on, and told of."""
    was, resource.state, resource.decided_by = resource.state, State.PUBLISHED, ctx.user.id
    resource.reason = resource.question = ""
    resource.published_at = resource.published_at or ctx.now
    resource.review_on = resource.review_on or months_after(ctx.today, freshness.YEAR)
    resource.changed_at = ctx.now
    await write(ctx.db, [resource], revision)
    note_state(ctx, Act.RESOURCE_PUBLISH, resource, was)
    return await retell(ctx, resource)


async def retell(ctx: Context, resource: Resource) -> Sequence[Reply]:
    """Whatever stands in the channel about it is true again."""
    replies: list[Reply] = []
    if resource.published_at is not None:
        replies += await tell_day(ctx, day_of(resource.published_at))
    replies += await show_files(ctx, resource)
    files = Refresh(said_of(resource, "files"), topic=files_topic(resource))
    return [*replies, files, Refresh(said_of(resource, "thread"), topic=f"{THREAD}{resource.number}")]


def day_of(instant: datetime) -> date:
    """Its day in Paris."""
    return instant.astimezone(ZONE).date()


async def tell_day(ctx: Context, day: date) -> Sequence[Reply]:
    """The message of that day, as it is now: said once, then rewritten. Who writes holds what is written, so that no
    two say it."""
    topic, place = f"{DAY}{day}", await places.channel(ctx)
    text = await _say_day(ctx, day)
    if await ctx.posts_about(topic):
        return [Refresh(text or render("ressources/day_empty", day=say_date(day)), topic=topic)]
    is_new = day_of(ctx.now) - day < timedelta(days=SAID_FOR)
    if not (place and text and is_new) or await outbox.reached(ctx.db, [topic]):
        return []
    return [Say(text, channel_id=place, topic=topic)]


async def _say_day(ctx: Context, day: date) -> Markdown:
    """What came out that day; empty where nothing did. What was imported is counted."""
    start, end = bounds(day)
    found = await review.published_between(ctx.db, start, end)
    imported = await review.count_imported(ctx.db, start, end)
    if not found and not imported:
        return Markdown("")
    lines = [_line(resource) for resource in found[:SHOWN_MAX]]
    more = max(0, len(found) - SHOWN_MAX)
    return render("ressources/day", day=say_date(day), lines=lines, more=more, imported=imported)


def bounds(day: date) -> tuple[datetime, datetime]:
    """When a day begins in Paris, and the next one does."""
    return datetime.combine(day, time(), ZONE), datetime.combine(day + timedelta(days=1), time(), ZONE)


def _line(resource: Resource) -> Markdown:
    return render(
        "ressources/day_line",
        resource=resource,
        title=places.title(resource),
        kind=_kind(resource),
        files=len(resource.files),
    )


def _kind(resource: Resource) -> str:
    known = KINDS.get(resource.type)
    return known.libelle.lower() if known else ""


def said_of(resource: Resource, what: str) -> Markdown:
    """What the post says that carries its files, or begins its thread."""
    return render(
        f"ressources/{what}",
        resource=resource,
        title=places.title(resource),
        kind=_kind(resource),
        about=quotation(resource.description, 300),
        there=resource.state is State.PUBLISHED,
    )


def files_topic(resource: Resource) -> str:
    """Of the post with its files; the one before had another."""
    return f"{FILES}{resource.number}:{resource.showing}"


def take_files_away(resource: Resource) -> Sequence[Reply]:
    """Its files stand in the channel no more; what people say of it stays."""
    if resource.post_id in {"", resource.thread_post}:
        return []
    post_id, channel_id = resource.post_id, resource.channel_id
    resource.post_id = ""
    resource.showing += 1
    return [DeletePost(post_id, channel_id=channel_id)]


async def show_files(ctx: Context, resource: Resource) -> Sequence[Reply]:
    """Its files stand in the channel, under the message of its day; once."""
    place = await places.channel(ctx)
    if not (place and resource.files and resource.published_at) or resource.post_id:
        return []
    topic, day = files_topic(resource), f"{DAY}{day_of(resource.published_at)}"
    if resource.state is not State.PUBLISHED or await outbox.reached(ctx.db, [topic]):
        return []
    roots = await ctx.posts_about(day)
    if not roots and await outbox.reached(ctx.db, [day]):
        # Once that message stands, its files come.
        return []
    is_first = not roots and day_of(ctx.now) - day_of(resource.published_at) < timedelta(days=SAID_FOR)
    if is_first:
        return []
    root = roots[0].post_id if roots else ""
    return [Say(said_of(resource, "files"), channel_id=place, root_id=root, topic=topic, files=list(resource.files))]
