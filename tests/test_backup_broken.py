"""A backup that is none, is cut short or was changed is refused, whatever was changed in it."""

import gzip
import json
import random
from pathlib import Path

import pytest

from storage import schema
from storage.backup import BackupError, check_backup
from tests.support.backups import create_full, read_lines, restore_backup, save_backup


@pytest.fixture(scope="module")
async def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A good backup."""
    folder = tmp_path_factory.mktemp("whole")
    async with create_full("sqlite", request, folder / "from") as database:
        await save_backup(database, folder / "b")
    return (folder / "b").read_bytes()


async def test_a_truncated_backup_is_refused(whole: bytes, tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    for length in sorted({*range(0, len(whole), max(1, len(whole) // 30)), len(whole) - 1, len(whole) - 9}):
        cut.write_bytes(whole[:length])
        with pytest.raises(BackupError, match=r"endommagée|n’est pas une sauvegarde"):
            check_backup(cut)


async def test_no_changed_byte_goes_unnoticed(whole: bytes, tmp_path: Path) -> None:
    """Refused; or what is read is what was written: some bytes of the compression mean nothing."""
    (tmp_path / "whole").write_bytes(whole)
    good, content = read_lines(tmp_path / "whole"), check_backup(tmp_path / "whole")
    file = tmp_path / "flipped"
    dice = random.Random(8)
    for place in dice.sample(range(len(whole)), 200):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << dice.randrange(8))]) + whole[place + 1 :])
        try:
            found = check_backup(file)
        except BackupError:
            continue
        assert (found, read_lines(file)) == (content, good), place


@pytest.mark.parametrize("change", ["row", "lost", "double", "swapped", "added", "count", "number", "json", "empty"])
async def test_a_backup_somebody_edited_is_refused(change: str, whole: bytes, tmp_path: Path) -> None:
    """Recompressed, so that only our own checksum tells."""
    text_lines = gzip.decompress(whole).splitlines(keepends=True)
    header = json.loads(text_lines[0])
    if change == "count":
        header["tables"]["cra"]["rows"] -= 1
        header["tables"]["draft"]["rows"] += 1
    if change == "number":
        header["numbers"]["cra"] = 1
    edited = [json.dumps(header).encode() + b"\n", *text_lines[1:]] if change in {"count", "number"} else text_lines
    match change:
        case "row":
            edited[1] = edited[1].replace(b"Europe", b"Eurape") if b"Europe" in edited[1] else edited[1][:-2] + b" ]\n"
        case "lost":
            del edited[2]
        case "double":
            edited.insert(2, edited[2])
        case "swapped":
            edited[1], edited[2] = edited[2], edited[1]
        case "added":
            edited.append(b"[]\n")
        case "json":
            edited[1] = b"[" * 100_000 + b"\n"
        case "empty":
            edited = edited[:1]
    (tmp_path / "edited").write_bytes(gzip.compress(b"".join(edited)))
    with pytest.raises(BackupError, match="endommagée"):
        await restore_backup(f"sqlite:///{tmp_path}/neuve.db", tmp_path / "edited")
    assert await schema.current(f"sqlite:///{tmp_path}/neuve.db") is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "n’est pas une sauvegarde"),
        (b"SQLite format 3\0" + b"x" * 9000, "n’est pas une sauvegarde"),
        (gzip.compress(b"du texte\n"), "n’est pas une sauvegarde"),
        (gzip.compress(b"[1]\n"), "n’est pas une sauvegarde"),
        (gzip.compress(b'{"kind": "coop-bot backup", "format": 2, "schema": "0001"}\n'), "plus récente"),
        (gzip.compress(b'{"kind": "coop-bot backup", "format": 1, "schema": "9999"}\n'), "plus récente"),
        (gzip.compress(b'{"kind": "coop-bot backup", "format": 1, "schema": "0036", "tables": 7}\n'), "endommagée"),
        (
            gzip.compress(b'{"kind": "coop-bot backup", "format": 1, "schema": "0035", "tables": {}}\n'),
            "code du bot d’avant",
        ),
    ],
    ids=("empty", "database", "text", "list", "later format", "later step", "no tables", "too old a step"),
)
def test_what_is_no_backup_is_said(data: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(data)
    with pytest.raises(BackupError, match=words):
        check_backup(tmp_path / "b")
