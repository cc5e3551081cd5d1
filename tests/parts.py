"""What « make test » tells, in minutes, and what is left to « make test-all »."""

from collections.abc import Set

from tests.modes import EDGES, MODES, NEWEST

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
