"""Which messages of a channel many found useful: by who answered and who reacted, the author apart; nothing is read."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.mattermost import ChatPost
from bot.websocket.parse import by_a_person

PEOPLE_MIN = 2
"""People beside the author who answered or reacted, at least."""
WORDS_MIN = 4
ANSWER, REACTION = 3, 2
"""What somebody counts who answered, and who reacted."""
_TELLING = 10
"""Characters of a word list that say nothing less than that."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A message, and how useful it was found."""

    post: ChatPost
    score: int


def rank(posts: Iterable[ChatPost], bot_id: str) -> Sequence[Ranked]:
    """Those of people that others found useful, the best first, then the oldest; the posts are those of a channel."""
    written = [post for post in posts if by_a_person(post, bot_id) and not post.delete_at]
    answerers: dict[str, set[str]] = defaultdict(set)
    for post in written:
        if post.root_id:
            answerers[post.root_id].add(post.user_id)
    found = (_judge(post, answerers.get(post.id, set()), bot_id) for post in written if _says_something(post))
    return sorted((one for one in found if one), key=lambda one: (-one.score, one.post.create_at, one.post.id))


def _judge(post: ChatPost, answerers: set[str], bot_id: str) -> Ranked | None:
    nobody = {post.user_id, bot_id}
    reacted = {reaction.user_id for reaction in post.reactions} - nobody
    answered = answerers - nobody
    if len(reacted | answered) < PEOPLE_MIN:
        return None
    return Ranked(post, ANSWER * len(answered) + REACTION * len(reacted))


def _says_something(post: ChatPost) -> bool:
    return len(post.message) >= _TELLING and len(post.message.split()) >= WORDS_MIN
