"""The spool: what a process was at when it ended is found by the next one, whole lines only."""

from pathlib import Path

import pytest

from bot.spool import EMPTIED_AT, Spool, Submission


def submission(key: str, **raw: object) -> Submission:
    return Submission("cra.NewCra", key, "p" * 26, raw, {"kept": None})


def crashed(spool: Spool) -> None:
    """The process ends: its lock goes, its journal stays."""
    import os

    os.close(spool._journal)


def test_what_was_struck_is_gone_and_the_rest_is_left(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.write(submission("a", participants="8"))
    spool.write(submission("b"))
    spool.strike("b")
    crashed(spool)
    assert Spool(tmp_path).left() == [submission("a", participants="8")]


def test_the_same_dialog_sent_again_replaces_what_it_said(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.write(submission("a", participants="8"))
    spool.write(submission("a", participants="9"))
    crashed(spool)
    assert Spool(tmp_path).left() == [submission("a", participants="9")]


def test_the_journal_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    alive = Spool(tmp_path)
    alive.write(submission("a"))
    assert Spool(tmp_path).left() == []
    assert alive.left() == [submission("a")]


def test_what_was_taken_over_survives_another_end(tmp_path: Path) -> None:
    first = Spool(tmp_path)
    first.write(submission("a"))
    crashed(first)
    crashed(Spool(tmp_path))
    assert Spool(tmp_path).left() == [submission("a")]
    assert len(list((tmp_path / "spool").iterdir())) == 1


@pytest.mark.parametrize("junk", [b'{"form": "cra', b'{"autre": 1}\n', b"[]\n", b"\xff\xfe\n", b"7\n"])
def test_a_line_cut_short_stops_nothing(tmp_path: Path, junk: bytes) -> None:
    spool = Spool(tmp_path)
    spool.write(submission("a"))
    crashed(spool)
    (journal,) = (tmp_path / "spool").iterdir()
    journal.write_bytes(journal.read_bytes() + junk)
    assert Spool(tmp_path).left() == [submission("a")]


def test_it_is_emptied_while_nobody_is_at_work_and_private(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    (journal,) = (tmp_path / "spool").iterdir()
    for number in range(200):
        spool.write(submission(str(number), note="x" * 100))
        spool.strike(str(number))
    assert journal.stat().st_size < EMPTIED_AT + 400
    assert journal.stat().st_mode & 0o077 == 0
    spool.close()
    assert list((tmp_path / "spool").iterdir()) == []
