"""« coop-bot backup » and « coop-bot restore »: the whole database in one file, and back."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from bot.french.words import group
from cli.command import Call
from cli.errors import OperatorError
from cli.faults import place_fault
from cli.terminal import ProgressBar, count
from storage import schema
from storage.backup import BackupWriter, Content, save
from storage.backup import restore as restore_file
from storage.database import place


async def backup(call: Call, file: Path) -> int:
    """Write a new file with everything."""
    url = call.settings.database_url
    found = await schema.current(url)
    # An older one is backed up by the new version, before it migrates it.
    schema.check_known(url, found)
    if found is None and (fault := schema.mismatch(url, found)):
        raise OperatorError(fault)
    with _new(file) as raw:
        content = await save(url, BackupWriter(raw), call.clock(), _progress())
    print(f"Sauvegarde écrite : {file} ({_size(file)}, étape {content.step}).")
    _tell(content)
    return 0


async def restore(call: Call, file: Path) -> int:
    """Fill the empty database of the settings from a file."""
    url = call.settings.database_url
    _must_be_a_file(file)
    done = await restore_file(url, file, _progress())
    print(f"Base restaurée : {place(url)}, d’après la sauvegarde du {_day(done.content.made_at)}.")
    _tell(done.content)
    if done.step != done.content.step:
        print(f"Elle était à l’étape {done.content.step}, et a été mise au niveau de cette version ({done.step}).")
    return 0


def _must_be_a_file(path: Path) -> None:
    if not path.is_file():
        raise OperatorError(f"Le fichier {path} n’existe pas, ou n’est pas un fichier.")


def _size(path: Path) -> str:
    return f"{group(max(1, path.stat().st_size // 1000), least=1_000)} ko"


@contextmanager
def _new(path: Path) -> Iterator[BinaryIO]:
    """A file of that name, for its owner alone, once it is whole; however this ends, nothing else stays."""
    _must_be_new(path)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise OperatorError(place_fault(error, path)) from error
    try:
        with os.fdopen(descriptor, "wb") as raw:
            yield raw
            raw.flush()
            os.fsync(raw.fileno())
        _must_be_new(path)
        Path(name).rename(path)
    except OSError as error:
        if error.filename is None and error.errno is not None:
            raise OperatorError(place_fault(error, path)) from error
        raise
    finally:
        with suppress(OSError):
            Path(name).unlink()


def _must_be_new(path: Path) -> None:
    if os.path.lexists(path):
        raise OperatorError(f"« {path} » existe déjà : donnez un autre nom, ou déplacez ce qui s’y trouve.")


def _progress() -> Callable[[int, int], None]:
    shown: list[ProgressBar] = []

    def at(done: int, total: int) -> None:
        if not shown:
            shown.append(ProgressBar(sys.stderr, "ligne", total=total))
        shown[0].at(done)
        if done == total:
            shown[0].end()

    return at


def _tell(content: Content) -> None:
    """How many rows of each table, and of all."""
    for name, rows in content.counts.items():
        print(f"  {name} : {group(rows, least=1_000)}")
    print(f"{count(content.total, 'ligne')} en tout.")


def _day(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y à %H:%M} UTC"
