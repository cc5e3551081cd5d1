"""The spool: what a process was at when it ended is found by the next one, whole lines only."""

import json
import os
import time
from pathlib import Path

import pytest

from bot.spool import DAY, EMPTIED_AT, RENEWED_AT, SPOOL_MAX, Spool, Submission
from storage.drafts import DRAFTS_PER_PERSON
from tests.support.workplace import list_left_submissions


def submission(key: str, who: str = "p" * 26, **raw: object) -> Submission:
    return Submission("cra.NewCra", key, who, raw, {"kept": None})


def test_what_was_struck_is_gone_and_the_rest_is_left(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.write(submission("a", participants="8"))
    spool.write(submission("b"))
    spool.strike("b")
    assert list_left_submissions(tmp_path) == [submission("a", participants="8")]


def test_the_same_dialog_sent_again_replaces_what_it_said(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.write(submission("a", participants="8"))
    spool.write(submission("a", participants="9"))
    assert list_left_submissions(tmp_path) == [submission("a", participants="9")]


def test_the_journal_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    alive = Spool(tmp_path)
    alive.write(submission("a"))
    assert Spool(tmp_path).submissions() == []
    assert alive.submissions() == [submission("a")]


def test_a_renewed_journal_of_a_living_process_is_left_alone_too(tmp_path: Path) -> None:
    alive = Spool(tmp_path)
    alive.write(submission("a"))
    _many(alive, RENEWED_AT)
    assert Spool(tmp_path).submissions() == []
    assert list_left_submissions(tmp_path) == [submission("a")]


def test_what_was_taken_over_survives_another_end(tmp_path: Path) -> None:
    first = Spool(tmp_path)
    first.write(submission("a"))
    first.close()
    Spool(tmp_path).close()
    assert Spool(tmp_path).submissions() == [submission("a")]
    assert len(list((tmp_path / "spool").iterdir())) == 1


STRANGE = [
    b'{"form": "cra',
    b'{"autre": 1}\n',
    b"[]\n",
    b"\xff\xfe\n",
    b"7\n",
    b"[" * 100_000 + b"\n",
    json.dumps({"form": "x", "key": "k", "user_id": "u", "raw": {}, "hidden": {}, "version": 2}).encode() + b"\n",
    json.dumps({"form": "x", "key": "k", "user_id": "u", "raw": [], "hidden": {}}).encode() + b"\n",
    b'{"struck": ["a"]}\n',
]


@pytest.mark.parametrize("strange", STRANGE)
def test_what_is_not_understood_stops_nothing_and_is_laid_aside(tmp_path: Path, strange: bytes) -> None:
    folder = tmp_path / "spool"
    Spool(tmp_path).close()
    (folder / "0.jsonl").write_bytes(strange)  # another line follows, unless the strange one is cut short
    spool = Spool(tmp_path)
    spool.write(submission("a"))
    spool.close()
    (journal,) = folder.glob("*.jsonl")
    journal.write_bytes(strange.rstrip(b"\n") + b"\n" + journal.read_bytes())

    assert Spool(tmp_path).submissions() == [submission("a")]
    laid = {path: path.read_bytes() for path in folder.glob("*.aside")}
    assert set(laid.values()) == {strange.rstrip(b"\n") + b"\n"}
    assert {path.stem for path in laid} == {"0", journal.stem}
    assert all(path.stat().st_mode & 0o077 == 0 for path in laid)
    assert not (folder / "0.jsonl").exists()


def test_what_was_laid_aside_is_read_again_under_its_old_name(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.write(submission("a"))
    spool.set_aside("a")
    assert spool.submissions() == []
    (aside,) = (tmp_path / "spool").glob("*.aside")
    aside.rename(aside.with_name("0.jsonl"))
    assert Spool(tmp_path).submissions() == [submission("a")]


def test_what_was_laid_aside_waits_for_a_month_and_is_gone(tmp_path: Path) -> None:
    """What people typed is kept for nobody: at a start it goes, and once a day while the bot is at work."""
    now, folder = 0.0, tmp_path / "spool"
    spool = Spool(tmp_path, lambda: now)
    for name, days in (("old", 31), ("new", 29)):
        (folder / f"{name}.aside").write_text("{}\n")
        long_ago = time.time() - days * DAY
        os.utime(folder / f"{name}.aside", (long_ago, long_ago))
    spool.write(submission("a"))
    assert {path.stem for path in folder.glob("*.aside")} == {"old", "new"}, "it is not looked for each time"
    now += DAY + 1
    spool.write(submission("b"))
    assert {path.stem for path in folder.glob("*.aside")} == {"new"}
    long_ago = time.time() - 31 * DAY
    os.utime(folder / "new.aside", (long_ago, long_ago))
    Spool(tmp_path)
    assert list(folder.glob("*.aside")) == []


def test_it_is_emptied_while_nobody_is_at_work_and_private(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    (journal,) = (tmp_path / "spool").iterdir()
    _many(spool, 4 * EMPTIED_AT)
    assert journal.stat().st_size < EMPTIED_AT + 400
    assert journal.stat().st_mode & 0o077 == 0
    spool.close()
    assert list((tmp_path / "spool").iterdir()) == []


def test_it_is_written_anew_while_somebody_always_is_at_work(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.write(submission("a"))
    _many(spool, 3 * RENEWED_AT)
    (journal,) = (tmp_path / "spool").iterdir()
    assert journal.stat().st_size < RENEWED_AT + 2000
    assert list_left_submissions(tmp_path) == [submission("a")]


def test_of_one_person_the_newest_are_kept_and_others_lose_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.write(submission("other", who="q" * 26))
    for number in range(3 * DRAFTS_PER_PERSON):
        spool.write(submission(str(number)))
    kept = ["other", *map(str, range(2 * DRAFTS_PER_PERSON, 3 * DRAFTS_PER_PERSON))]
    assert [s.key for s in spool.submissions()] == kept
    assert [s.key for s in list_left_submissions(tmp_path)] == kept


def test_what_all_may_take_is_bounded_in_memory_and_on_the_disk(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    note = "x" * 400_000
    for number in range(60):
        spool.write(submission(str(number), who=f"{number:026}", note=note))
    held = spool.submissions()
    assert held[-1].key == "59"
    assert len(note) * len(held) < SPOOL_MAX
    (journal,) = (tmp_path / "spool").iterdir()
    assert journal.stat().st_size < 3 * SPOOL_MAX


def _many(spool: Spool, size: int) -> None:
    """Write and strike so many bytes."""
    for number in range(size // 400):
        spool.write(submission(str(number), note="x" * 400))
        spool.strike(str(number))
