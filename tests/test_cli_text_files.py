"""Commands that read a text line by line say what they cannot read, and tell nothing half."""

from pathlib import Path

import pytest

from tests.support.workplace import elsewhere, run_command

__all__ = ["elsewhere"]

Capture = pytest.CaptureFixture[str]
TEXT = "Bonjour,\nson mail est jean@exemple.fr\n"


@pytest.mark.parametrize("command", ["guard", "understand"])
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (TEXT.encode() + b"caf\xe9\n", "Ligne 3 : ce n’est pas du texte UTF-8."),
        (TEXT.encode("utf-16"), "Ligne 1 : ce n’est pas du texte UTF-8."),
        (b"a\n" + b"1" * 1_000_001, "Ligne 2 : elle a plus d’un million d’octets."),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_half_told(
    command: str, data: bytes, says: str, elsewhere: Path, capsys: Capture
) -> None:
    (elsewhere / "t.txt").write_bytes(data)
    assert run_command(command, "t.txt", "--json") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert says in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("command", ["guard", "understand"])
def test_a_file_that_is_not_there_is_named(command: str, elsewhere: Path, capsys: Capture) -> None:
    for name in ("absent.txt", "."):
        assert run_command(command, name, "--json") == 1
        assert name in capsys.readouterr().err
