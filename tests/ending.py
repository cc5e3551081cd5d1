"""What is found after the end of a process: its files as they stood at that instant, and nobody holding them."""

import shutil
import tempfile
from pathlib import Path

from bot.spool import Spool, Submission


def after_the_end(folder: Path) -> list[Submission]:
    """What the next process would find if the one whose data folder this is ended now (a copy has no locks)."""
    with tempfile.TemporaryDirectory(prefix="coop-bot-") as copy:
        shutil.copytree(folder / "spool", Path(copy) / "spool")
        next_one = Spool(Path(copy))
        next_one.close()
        return next_one.submissions()
