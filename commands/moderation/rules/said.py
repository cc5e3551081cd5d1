"""A message as the rules see it, and what is remembered of it."""

from dataclasses import dataclass
from zlib import crc32

from bot.mattermost import ChatPost
from config.folding import fold

MARKED_MIN = 12
"""Characters of a text that can be « the same »: thanks and greetings are repeated by everybody."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message: ``at`` in ms since 1970; ``mark`` stands for its text where that is long enough to be the same as
    another’s, and is 0 elsewhere."""

    post_id: str
    author_id: str
    text: str
    at: int
    mark: int
    has_file: bool = False

    @classmethod
    def of(cls, post: ChatPost) -> "Said":
        """A post as it stands."""
        return cls(
            post.id, post.user_id, post.message, post.create_at, mark_of(post.message), has_file=bool(post.file_ids)
        )


@dataclass(frozen=True, slots=True)
class Note:
    """What is remembered of a message."""

    post_id: str
    at: int
    mark: int


def mark_of(text: str) -> int:
    """What two messages of the same text have alike, whatever their capitals, accents and spaces."""
    folded = fold(text)
    return crc32(folded.encode()) or 1 if len(folded) >= MARKED_MIN else 0
