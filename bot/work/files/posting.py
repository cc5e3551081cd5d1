"""Bringing a parcel to Mattermost: its files uploaded, and posts that carry them, each made once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.errors import ChatError
from bot.mattermost import Chat, ChatPost, NewPost
from bot.outbox.search import posts_from
from bot.outbox.sender import MARK
from bot.refusals import Refusal
from bot.work.files.order import HeldOrder

FILES_PER_POST = 10
"""How many files a post carries: their ids must fit in 300 characters, on every version."""
REASONS = {Refusal.SWITCHED_OFF: "off", Refusal.TOO_LARGE: "large", Refusal.FORBIDDEN: "forbidden"}


class Dropped(ChatError):
    """Mattermost made the post without the files it was to carry."""

    def __init__(self) -> None:
        super().__init__(200, "files_dropped")


def parts(files: Sequence[Path]) -> list[Sequence[Path]]:
    """The files of each post; a parcel without files is one post too."""
    return [files[i : i + FILES_PER_POST] for i in range(0, len(files), FILES_PER_POST)] or [[]]


async def standing(chat: Chat, channel_id: str, held: HeldOrder) -> dict[int, str]:
    """The posts an earlier try made, by their place in the parcel; one that lost its files is taken away."""
    bot = await chat.me()
    found: dict[int, str] = {}
    places = {_mark(held, place): place for place in range(len(held.order.sizes or []))}
    broken: dict[str, ChatPost] = {}
    async for post in posts_from(chat, channel_id, held.row.created_at):
        place = places.get(str(post.props.get(MARK)))
        if place is None or post.user_id != bot.id:
            continue
        if _is_whole(post, held, place):
            found[place] = post.id
        else:
            broken[post.id] = post
    for post in broken.values():
        await _take_away(chat, held, post)
    return found


async def send(chat: Chat, channel_id: str, held: HeldOrder, part: "Part") -> str:
    """Upload the files of one post, and post it. Raises Dropped when it is not what was asked for, Lost, ChatError."""
    file_ids = [await chat.upload(channel_id, path) for path in part.files]
    await held.keep()
    mark = _mark(held, part.place)
    # A post taken away would be found again by its pending id.
    pending = f"{(await chat.me()).id}:{mark}:{held.order.dropped}"
    root = held.order.place.root_id if held.order.place else ""
    new = NewPost(channel_id, part.text, part.props | {MARK: mark}, pending, root, file_ids=file_ids)
    post = await chat.post_files(new)
    if not _is_whole(post, held, part.place):
        await _take_away(chat, held, post)
        raise Dropped
    return post.id


class Part:
    """One post of a parcel; the first has the words."""

    def __init__(self, place: int, files: Sequence[Path], content: dict[str, Any]) -> None:
        self.place = place
        self.files = files
        self.text: str = content["message"] if place == 0 else ""
        self.props: dict[str, Any] = content["props"] if place == 0 else {}


def reason(error: ChatError) -> str:
    """Why no file will come, in a word that the template knows."""
    return REASONS.get(error.refusal, "") if error.refusal else ""


async def _take_away(chat: Chat, held: HeldOrder, post: ChatPost) -> None:
    held.order.dropped += 1
    await chat.delete(post.id)


def _mark(held: HeldOrder, place: int) -> str:
    return f"{held.row.id}.{place}" if place else held.row.id


def _is_whole(post: ChatPost, held: HeldOrder, place: int) -> bool:
    sizes = held.order.sizes or []
    return place < len(sizes) and len(post.file_ids) == sizes[place]
