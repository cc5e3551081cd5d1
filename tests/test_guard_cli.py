"""« coop-bot guard »: where a file holds personal data, for a program and to be read; nothing of it is shown."""

import io
import json
import sys
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli.command import Call
from cli.guard import guard
from tests.support.workplace import elsewhere, run_command

__all__ = ["elsewhere"]


Capture = pytest.CaptureFixture[str]
TEXT = "Bonjour,\nson mail 😀 est jean@exemple.fr\n\nné le 12/03/1984, 06 12 34 56 78\n"
ROWS = [
    {"line": 2, "kind": "courriel", "start": 15, "end": 30},
    {"line": 4, "kind": "naissance", "start": 6, "end": 16},
    {"line": 4, "kind": "telephone", "start": 18, "end": 32},
]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.rstrip().encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
    ],
)
def test_a_program_is_told_where(data: bytes, elsewhere: Path, capsys: Capture) -> None:
    (elsewhere / "t.txt").write_bytes(data)
    assert run_command("guard", "t.txt", "--json") == 0
    said = capsys.readouterr().out
    assert json.loads(said) == ROWS
    assert said.count("\n") == 1


def test_a_mark_before_the_first_line_counts_for_nothing(elsewhere: Path, capsys: Capture) -> None:
    (elsewhere / "t.txt").write_bytes(b"\xef\xbb\xbfjean@exemple.fr")
    assert run_command("guard", "t.txt", "--json") == 0
    assert json.loads(capsys.readouterr().out) == [{"line": 1, "kind": "courriel", "start": 0, "end": 15}]


def test_who_reads_is_told_in_words_and_shown_nothing_of_it(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(TEXT.encode())))
    assert run_command("guard", "-") == 0
    said = capsys.readouterr().out
    assert said.splitlines() == [
        "Ligne 2, caractères 16 à 30 : adresse électronique.",
        "Ligne 4, caractères 7 à 16 : date de naissance.",
        "Ligne 4, caractères 19 à 32 : numéro de téléphone.",
        "3 données personnelles.",
    ]


@pytest.mark.parametrize("data", [b"", b"\n\n", "Rien à signaler, rendez-vous le 12/03/2026.".encode()])
def test_nothing_found_is_said(data: bytes, elsewhere: Path, capsys: Capture) -> None:
    (elsewhere / "t.txt").write_bytes(data)
    assert run_command("guard", "t.txt", "--json") == 0
    assert capsys.readouterr().out == "[]\n"
    assert run_command("guard", "t.txt") == 0
    assert capsys.readouterr().out == "Aucune donnée personnelle.\n"


@pytest.mark.slow
def test_a_large_file_is_not_held_in_memory(elsewhere: Path, capsys: Capture) -> None:
    """What is found is, once, by the terminal that it is shown in: here there is little of it."""
    line = "Atelier du 12/03/2026, 8 participants, tout va bien à Vaulx-en-Velin.\n"
    (elsewhere / "t.txt").write_text(line + "06 12 34 56 78", "utf-8")
    guard(Call(), "t.txt", as_json=True)
    capsys.readouterr()
    (elsewhere / "t.txt").write_text(line * 20_000 + "06 12 34 56 78", "utf-8")
    peaks = []
    for _ in range(3):  # what else is kept in this process meanwhile is kept once
        tracemalloc.start()
        try:
            guard(Call(), "t.txt", as_json=True)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
        assert json.loads(capsys.readouterr().out) == [{"line": 20_001, "kind": "telephone", "start": 0, "end": 14}]
    assert min(peaks) < 400_000, "the file has 1.4 MB"
