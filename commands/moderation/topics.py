"""What the acts of moderation are about, so that what became of each is known: a measure, and a post of it."""

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What an act is for: doing what was decided, bringing somebody back, taking away what is written against it, or
    handing it back first; saying again what was taken away; and keeping the files of what goes."""

    ACT = "moderation.act"
    RETURN = "moderation.return"
    AGAINST = "moderation.against"
    GIVEN = "moderation.given"
    BACK = "moderation.back"
    KEPT = "moderation.kept"


@dataclass(frozen=True, slots=True)
class About:
    """``target`` is the id of a post or channel."""

    part: Part
    entry: int
    target: str


def topic(part: Part, entry: int, target: str) -> str:
    """It as Mattermost’s answer brings it back."""
    return f"{part}:{entry}:{target}"


def read(text: str) -> About | None:
    """The same read again; None for other topics."""
    part, _, rest = text.partition(":")
    entry, _, target = rest.partition(":")
    return About(Part(part), int(entry), target) if part in {*Part} and entry.isdigit() and target else None


def notice(entry: int) -> str:
    """What the person reads of a measure."""
    return f"moderation.notice:{entry}"


def lock(channel_id: str) -> str:
    """What a channel reads of being locked, or open again."""
    return f"moderation.lock:{channel_id}"
