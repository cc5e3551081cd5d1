"""What an examination finds, said line by line: what is well, what is worth knowing, what is to be mended."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cli.terminal import count
from config.time import PARIS


def say_moment(moment: datetime) -> str:
    """Write an instant, in Paris, to the minute."""
    return f"{moment.astimezone(PARIS):%d/%m/%Y à %H h %M}"


@dataclass(slots=True)
class CheckFindings:
    """``faults`` counts what has to be mended, ``notes`` what is good to know;
    ``has_database`` says whether the database can be asked."""

    say: Callable[[str], None]
    faults: int = 0
    notes: int = 0
    has_database: bool = False

    def well(self, text: str) -> None:
        """Say of something that it is well."""
        self.say(f"✓ {text}")

    def note(self, text: str) -> None:
        """Say what is no fault, but good to know."""
        self.notes += 1
        self.say(f"! {text}")

    def fault(self, text: str) -> None:
        """Say what is to be mended; the text says how."""
        self.faults += 1
        self.say(f"✗ {text}")

    def summary(self) -> str:
        """Say in a line what all of it comes to."""
        if self.faults:
            return f"À réparer : {self.faults}."
        if self.notes:
            return f"Rien à réparer ; à lire ci-dessus : {count(self.notes, 'ligne')} « ! »."
        return "Tout va bien."
