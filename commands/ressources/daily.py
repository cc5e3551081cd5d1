"""What the channel of the ressourcerie says is brought up to what there is: as messages arrive, and each hour."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bot.acts import DeletePost
from bot.context import Context
from bot.errors import ChatError
from bot.events import Delivered
from bot.replies import Replies, Reply
from commands.ressources import commenting, proposals, publishing, reporting
from commands.ressources.feature import feature
from commands.ressources.proposals import REVIEW
from commands.ressources.publishing import DAY, FILES, THREAD
from commands.ressources.reporting import REPORT
from storage import outbox
from storage.ressources import review
from storage.ressources.resource import State, begin_writing, get, write

AT_ONCE = 20
"""Resources whose files are shown in one go."""
LAST_HOUR = 20
"""After which the message of a day is counted over once more: nobody tells of what was imported."""


@feature.event(Delivered, name="ressources.arrived.Delivered")
async def arrived(ctx: Context, event: Delivered) -> Replies:
    """It is known where something stands, and what comes next is said there."""
    rest = event.topic.partition(":")[2]
    if event.topic.startswith(DAY):
        return await _day_stands(ctx, date.fromisoformat(rest))
    if not event.topic.startswith((REPORT, REVIEW, FILES, THREAD)):
        return None
    number = int(rest.partition(":")[0])
    if event.topic.startswith(REPORT):
        return await reporting.card_stands(ctx, number)
    if event.topic.startswith(REVIEW):
        return await _card_stands(ctx, number, await copies(ctx, event.post_id))
    if event.topic.startswith(FILES):
        return await _files_stand(ctx, number, event, await copies(ctx, event.post_id))
    return await commenting.thread_stands(ctx, number, event)


async def copies(ctx: Context, post_id: str) -> Mapping[str, str]:
    """The files that the bot’s post carries, name by id; none of a post that is gone."""
    try:
        ids = (await ctx.chat.read_post(post_id)).file_ids
        return {ident: (await ctx.chat.file(ident)).name for ident in ids}
    except ChatError as error:
        if error.may_pass or error.status == 401:
            raise
        return {}


async def _day_stands(ctx: Context, day: date) -> Sequence[Reply]:
    """What came out while it was on its way is told, and files come under it."""
    await begin_writing(ctx.db)
    replies = list(await publishing.tell_day(ctx, day))
    for resource in await review.published_between(ctx.db, *publishing.bounds(day)):
        replies += await publishing.show_files(ctx, resource)
    return replies


async def _card_stands(ctx: Context, number: int, found: Mapping[str, str]) -> Sequence[Reply]:
    """The copies that it carries stay, whatever becomes of those that were given. What is withdrawn has left the
    channel then."""
    revision = await begin_writing(ctx.db)
    resource = await get(ctx.db, number)
    if resource is None:
        return []
    replies: list[Reply] = []
    if found and not (resource.state is State.PUBLISHED and resource.post_id):
        resource.files = dict(found)
    if resource.state is State.WITHDRAWN:
        replies += publishing.take_files_away(resource)
    await write(ctx.db, [resource], revision)
    if resource.state is not State.PROPOSED or resource.question:
        replies += await proposals.refresh(ctx, resource)
    return replies


async def _files_stand(ctx: Context, number: int, event: Delivered, found: Mapping[str, str]) -> Sequence[Reply]:
    """From now on its files are those of the channel."""
    revision = await begin_writing(ctx.db)
    resource = await get(ctx.db, number)
    if resource is None or event.topic != publishing.files_topic(resource):
        return [DeletePost(event.post_id, channel_id=event.channel_id)]
    resource.post_id, resource.channel_id = event.post_id, event.channel_id
    resource.files = dict(found) or resource.files
    away = [] if resource.state is State.PUBLISHED else publishing.take_files_away(resource)
    await write(ctx.db, [resource], revision)
    return away


@feature.job("hour=7-20 minute=10", name="ressources.catch_up", writes=True)
async def catch_up(ctx: Context) -> Replies:
    """What could not be told when it came out is told: no channel was known, or it was imported."""
    await begin_writing(ctx.db)
    today = publishing.day_of(ctx.now)
    days = [today - timedelta(days=back) for back in range(publishing.SAID_FOR - 1, -1, -1)]
    reached = {day for day in days if await outbox.reached(ctx.db, [f"{DAY}{day}"])}
    is_late = ctx.now.astimezone(publishing.ZONE).hour >= LAST_HOUR
    due = [day for day in days if day not in reached or (day == today and is_late)]
    replies: list[Reply] = []
    for day in due:
        replies += await publishing.tell_day(ctx, day)
    for resource in await review.without_place(ctx.db, AT_ONCE):
        replies += await publishing.show_files(ctx, resource)
    return replies
