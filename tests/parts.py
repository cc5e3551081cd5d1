"""What « make test » tells, in minutes; what is left to « make test-all »; what is of one room."""

from collections.abc import Set
from pathlib import Path

from tests.modes import EDGES, MODES, NEWEST

TESTS = Path(__file__).parent

OLDEST = EDGES[1]
PARTS = ("quick", "rest")


def is_quick(words: Set[str], marks: Set[str], place: tuple[str, str] | None = None) -> bool:
    """Whether « make test » tells it: ``words`` are the texts among its parameters, ``place`` is the server and the
    database of its house.

    All is told on the newest server with SQLite; what is for every server also on the oldest with PostgreSQL; what
    databases are asked for with both; recorded traffic as each of its servers. What is marked ``slow`` (processes
    killed, memory that must not grow, a year of days, the bench) is for the rest.
    """
    if "slow" in marks:
        return False
    if place is not None:
        newest = place[0] == NEWEST and (place[1] == "sqlite" or "both_databases" in marks)
        return newest or (place == (OLDEST, "postgres") and "every_mode" in marks)
    modes, is_of_sqlite, is_of_postgresql = words & {*MODES, "11.0"}, "sqlite" in words, "postgresql" in words
    if "recorded" in marks or not modes:
        return True
    if is_of_sqlite or is_of_postgresql:
        return modes == ({NEWEST} if is_of_sqlite else {OLDEST})
    return modes <= set(EDGES)


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
