"""What is told on several servers and both databases is told on each of them once, not in each pair."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tests.modes import MODES
from tests.support.databases import KINDS

TOLD_WITH: Mapping[str, str] = dict(
    zip(MODES, ("sqlite", "sqlite", "postgresql", "sqlite", "sqlite", "postgresql"), strict=True)
)
"""The database that goes with a server; the newest and the oldest have not the same."""
Story = tuple[str, Sequence[str]]
"""A test with its file, and the texts among its parameters."""


def superfluous(stories: Sequence[Story]) -> list[bool]:
    """Which of these tests are told elsewhere, too, with their server and with their database."""
    places: dict[Story, set[tuple[str, str]]] = defaultdict(set)
    found = [_place(words) for _, words in stories]
    families = [_family(story) for story in stories]
    for family, place in zip(families, found, strict=True):
        if place:
            places[family].add(place)
    crossed = {family for family, there in places.items() if _is_crossed(there)}
    return [
        place is not None and family in crossed and TOLD_WITH[place[0]] != place[1]
        for family, place in zip(families, found, strict=True)
    ]


def _place(words: Sequence[str]) -> tuple[str, str] | None:
    modes, kinds = [word for word in words if word in MODES], [word for word in words if word in KINDS]
    return (modes[0], kinds[0]) if len(modes) == len(kinds) == 1 else None


def _family(story: Story) -> Story:
    return story[0], tuple(word for word in story[1] if word not in {*MODES, *KINDS})


def _is_crossed(places: set[tuple[str, str]]) -> bool:
    return len({mode for mode, _ in places}) > 1 and len({kind for _, kind in places}) > 1
