"""The spool on a disk that fails, at every call and in every way: whole lines or none, and nothing raised for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.spool import EMPTIED_AT, JOURNAL_RETRY, RENEWED_AT, Spool, Submission
from tests.support.faults import BROKEN, FULL, WAYS, FaultyDisk, use_disk
from tests.support.workplace import list_left_submissions

MOVES = st.lists(st.tuples(st.sampled_from("ws"), st.sampled_from("abcd"), st.integers(0, 5000)), max_size=25)


class Seconds:
    """The time, which passes as the test says."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def submission(key: str, size: int) -> Submission:
    return Submission("cra.NewCra", key, "p" * 26, {"note": "é" * size}, {})


@contextmanager
def a_spool(seconds: Seconds) -> Iterator[tuple[Spool, Path]]:
    with TemporaryDirectory() as folder:
        spool = Spool(Path(folder), seconds)
        yield spool, Path(folder)
        spool.close()


@settings(max_examples=60, deadline=None)
@example(moves=[("w", "a", 0), ("w", "b", 0), ("w", "a", 0)], fails=set(), calls=FULL, way=WAYS[0], pauses=set())
@given(
    moves=MOVES,
    fails=st.sets(st.integers(0, 60)),
    calls=st.sampled_from([FULL, BROKEN]),
    way=st.sampled_from(WAYS),
    pauses=st.sets(st.integers(0, 25)),
)
def test_whatever_fails_memory_goes_on_and_the_journal_holds_whole_lines(
    moves: list[tuple[str, str, int]], fails: set[int], calls: tuple[str, ...], way: str, pauses: set[int]
) -> None:
    seconds, written, left = Seconds(), set[tuple[str, int]](), dict[str, int]()
    with a_spool(seconds) as (spool, folder):
        disk = FaultyDisk(fails.__contains__, calls, way)
        for number, (move, key, size) in enumerate(moves):
            with use_disk(disk):
                if move == "w":
                    spool.write(submission(key, size))
                else:
                    spool.strike(key)
            left = left | {key: size} if move == "w" else {k: s for k, s in left.items() if k != key}
            written |= left.items()
            seconds.now += JOURNAL_RETRY if number in pauses else 0.0
            assert spool.submissions() == [submission(*kept) for kept in _in_order(spool, left)]
            _only_what_was_written(folder, written, torn="ftruncate" in disk.failed)
        seconds.now += JOURNAL_RETRY
        spool.mend()
        assert list_left_submissions(folder) == spool.submissions(), "once there is room again, nothing is missing"


def _in_order(spool: Spool, left: dict[str, int]) -> list[tuple[str, int]]:
    order = [s.key for s in spool.submissions()]
    return sorted(left.items(), key=lambda kept: order.index(kept[0]))


def _only_what_was_written(folder: Path, written: set[tuple[str, int]], *, torn: bool) -> None:
    assert {(s.key, len(s.raw["note"])) for s in list_left_submissions(folder)} <= written
    assert torn or not list(folder.glob("spool/*.aside")), "no line is cut short unless the cut can’t be mended"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("calls", [FULL, BROKEN])
def test_after_a_failure_at_any_call_it_is_emptied_and_renewed_as_before(calls: tuple[str, ...], way: str) -> None:
    counted = FaultyDisk(calls=calls)
    with a_spool(Seconds()) as (spool, _), use_disk(counted):
        _a_day_s_work(spool)
    for number in range(counted.made):
        seconds = Seconds()
        with a_spool(seconds) as (spool, folder):
            with use_disk(FaultyDisk(lambda n, at=number: n == at, calls, way)):  # type: ignore[misc]
                _a_day_s_work(spool)
            seconds.now += JOURNAL_RETRY
            _a_day_s_work(spool)
            (journal,) = folder.glob("spool/*.jsonl")
            assert spool.submissions() == list_left_submissions(folder) == []
            assert journal.stat().st_size < EMPTIED_AT + 2000
        assert list(folder.glob("spool/*")) == []


def _a_day_s_work(spool: Spool) -> None:
    """Enough for the journal to be emptied, and written anew."""
    spool.write(submission("stays", 10))
    for key in "abc":
        spool.write(submission(key, RENEWED_AT // 12))
        spool.strike(key)
    spool.strike("stays")
    spool.write(submission("last", 10))
    spool.strike("last")


def test_a_full_disk_at_the_start_is_waited_for() -> None:
    seconds = Seconds()
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "spool").mkdir()
        with use_disk(FaultyDisk(lambda _: True)):
            spool = Spool(folder, seconds)
            spool.write(submission("a", 3))
            assert spool.submissions() == [submission("a", 3)]
        assert list(folder.glob("spool/*")) == []
        seconds.now += JOURNAL_RETRY
        spool.mend()
        assert list_left_submissions(folder) == [submission("a", 3)]
        spool.close()


def test_what_a_dead_process_left_is_not_dropped_before_it_is_written_again() -> None:
    seconds = Seconds()
    with TemporaryDirectory() as name:
        first = Spool(Path(name))
        first.write(submission("a", 3))
        first.close()
        with use_disk(FaultyDisk(lambda _: True, ("write",))):
            second = Spool(Path(name), seconds)
        assert second.submissions() == list_left_submissions(Path(name)) == [submission("a", 3)]
        seconds.now += JOURNAL_RETRY
        second.mend()
        assert list_left_submissions(Path(name)) == [submission("a", 3)]
        assert len(list(Path(name).glob("spool/*"))) == 1
        second.close()
