"""What « make test » tells, in minutes; what is left to « make test-all »; which tests are of one room; and that what
several servers and both databases concern is told on each of them once, not in each pair."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

from tests.modes import EDGES, MODES, NEWEST
from tests.support.databases import KINDS

TESTS = Path(__file__).parent

OLDEST = EDGES[1]
PARTS = ("quick", "rest")


def is_quick(words: Set[str], marks: Set[str], place: tuple[str, str] | None = None) -> bool:
    """Whether « make test » tells it: ``words`` are the texts among its parameters, ``place`` is the server and the
    database of its house.

    All is told on the newest server with SQLite; what is for every server also on the oldest with PostgreSQL; contracts
    of storage, locks and races (``postgres_too``) with PostgreSQL too, and what only replicas do (``replicas``) with it
    instead, since nobody has replicas on SQLite; recorded traffic as each of its servers. What is
    marked ``slow`` (processes killed, memory that must not grow, a year of days, the bench) or told in a ``browser`` is
    for the rest.
    """
    if marks & {"slow", "browser"}:
        return False
    if place is not None:
        kinds = {"postgres"} if "replicas" in marks else {"sqlite", *(["postgres"] if "postgres_too" in marks else [])}
        newest = place[0] == NEWEST and place[1] in kinds
        return newest or (place == (OLDEST, "postgres") and "every_mode" in marks)
    modes = words & {*MODES, "11.0"}
    if "postgresql" in words:
        return bool(marks & {"postgres_too", "replicas"}) and modes <= set(EDGES)
    if "sqlite" in words and "replicas" in marks:
        return False
    if "recorded" in marks or not modes:
        return True
    return modes == {NEWEST} if "sqlite" in words else modes <= set(EDGES)


def is_of(room: str, file: Path) -> bool:
    """Whether a file of tests has that word in its name."""
    return room in _words(file)


def rooms() -> list[str]:
    """The words that files begin with."""
    return sorted({_words(path)[0] for path in TESTS.rglob("test_*.py")})


def files_of(room: str) -> list[Path]:
    """The files of a room, in the browser too."""
    return [path for path in sorted(TESTS.rglob("test_*.py")) if is_of(room, path)]


def _words(file: Path) -> list[str]:
    return file.stem.split("_")[1:]


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
