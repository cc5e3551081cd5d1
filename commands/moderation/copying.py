"""A thread said again elsewhere, message by message, with names, hours and files; and what points to it."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.context import Context
from bot.french.moments import say_moment
from bot.linked import address_of
from bot.quoting import one_line
from bot.replies import Reply, Say
from bot.texts import Markdown, relay, render
from commands.moderation import words
from commands.moderation.places import title
from storage.moderation.measures import Measure
from storage.moderation.records import KeptPost, Record

ROOM = 15_000
"""Characters of somebody’s words in one message, beside who wrote them and when."""


class PutBack(BaseModel):
    """A moved thread is to be where it was; ``copy_id`` is the first message of the copy."""

    entry: int
    copy_id: str


def topic_of(entry: int, n: int, part: int = 0) -> str:
    """What the copy of the n-th message is about; what does not fit in it has parts of its own."""
    return f"moderation.copy:{entry}.{n}" + (f"+{part}" if part else "")


def pointer_topic(entry: int) -> str:
    """What stands where a thread was."""
    return f"moderation.pointer:{entry}"


def topics_of(entry: int, posts: Sequence[KeptPost]) -> Sequence[str]:
    """Those of all copies."""
    return [topic_of(entry, n, part) for n, post in enumerate(posts) for part in range(len(_parts(post.text)))]


async def copy_of(ctx: Context, entry: int) -> str:
    """The first message of a copy; "" while there is none."""
    found = await ctx.posts_about(topic_of(entry, 0))
    return found[0].post_id if found else ""


def is_half_way(record: Record) -> bool:
    """Whether all is copied, and Mattermost has not said yet that the thread is gone."""
    return bool(record.waits) and not record.looking


def said(zone: ZoneInfo, post: KeptPost) -> Markdown:
    """Somebody’s words under their name, with the hour at which they were written, in a channel’s time."""
    at = say_moment(post.at.astimezone(zone))
    first = _parts(post.text)[0]
    return render("moderation/copy", author=f"@{post.author}", at=at, text=relay(first))


def copies(zone: ZoneInfo, entry: int, n: int, post: KeptPost, place: tuple[str, str]) -> Sequence[Say]:
    """The n-th message said in a channel, under a message there ("" for the first): in parts where it is long."""
    channel_id, root_id = place
    first = Say(
        said(zone, post), channel_id=channel_id, root_id=root_id, topic=topic_of(entry, n), files=post.files[:10]
    )
    more = [
        Say(relay(text), channel_id=channel_id, root_id=root_id, topic=topic_of(entry, n, part))
        for part, text in enumerate(_parts(post.text))
        if part
    ]
    return [first, *more]


def _parts(text: str) -> Sequence[str]:
    return [text[at : at + ROOM] for at in range(0, len(text), ROOM)] or [""]


async def pointer(ctx: Context, measure: Measure, record: Record) -> Sequence[Reply]:
    """What stands where the thread was, once it is gone there."""
    copy_id = await copy_of(ctx, measure.entry)
    text = render(
        "moderation/pointer",
        told=await words.told(ctx, measure),
        author=f"@{record.posts[0].author}",
        start=one_line(record.posts[0].text, 80),
        place=await title(ctx, record.place),
        address=Markdown(address_of(ctx.settings, copy_id)),
    )
    return [Say(text, channel_id=record.posts[0].channel_id, topic=pointer_topic(measure.entry))]
