"""Plain words and the bot’s answers to them, as they stand in Mattermost: an edit and a deletion find them again."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.context import ReadingContext
from bot.drafts import topic_of_answer
from bot.errors import ChatError
from bot.events import Addressed, DirectMessage, Edited, Spoken, fingerprint
from bot.mattermost import ChatPost
from bot.replies import Answering, Direct, Perform, Redirect, Reply
from config.text import mention


async def sum_up(ctx: ReadingContext, message: Spoken | Edited) -> str:
    """Return the fingerprint of what counts in a message: its files and words, without the bot’s name, case and blank
    space."""
    words = re.sub(mention((await ctx.chat.me()).username), " ", message.text, flags=re.IGNORECASE)
    return fingerprint(" ".join(words.casefold().split()), *sorted(message.file_ids))


async def read_answers(ctx: ReadingContext, said: str) -> list[ChatPost]:
    """Read the bot’s answers to what was first said in a post, oldest first, those that still stand."""
    standing = []
    for sent in reversed(await ctx.posts_about(topic_of_answer(said))):
        try:
            standing.append(await ctx.chat.read_post(sent.post_id))
        except ChatError as error:
            if error.is_temporary:
                raise
    return standing


def mark_answers(replies: Sequence[Reply], said: str) -> list[Reply]:
    """Mark the answers to what was first said in a post, so that they are found again."""
    return [_mark(reply, said) for reply in replies]


def _mark(reply: Reply, said: str) -> Reply:
    match reply:
        case Direct(topic=None):
            return replace(reply, topic=topic_of_answer(said))
        case Perform(answering=None) | Redirect(answering=None):
            return replace(reply, answering=Answering(said))
        case _:
            return reply


def be_spoken(edited: Edited) -> Spoken:
    """Return what an edited message says now, as if it had been written so at its time. Outside a thread of the bot’s,
    it had named the bot before."""
    said = edited.model_dump(exclude={"edit_at", "is_direct"}) | {"is_again": True}
    if edited.is_direct:
        return DirectMessage.model_validate(said)
    return Addressed.model_validate(said | {"by_name": said.get("by_name") or not edited.root_id})


def list_cards(post: ChatPost) -> Sequence[dict[str, Any]]:
    """List the cards of a post, as Mattermost has them."""
    attachments = post.props.get("attachments")
    return [card for card in attachments if isinstance(card, dict)] if isinstance(attachments, list) else []


def list_labels(post: ChatPost) -> Sequence[str]:
    """Return the labels of a post’s buttons and menus, in order."""
    return [str(action.get("name")) for card in list_cards(post) for action in card.get("actions") or ()]
