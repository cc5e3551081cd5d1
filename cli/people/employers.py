"""« coop-bot import structures »: the establishments that employ people, by SIRET."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from bot.clock import utc_now
from bot.french.words import NBSP, plural
from cli.noting import note
from cli.people.lines import read_structure
from cli.people.matching import Seen
from cli.politeness import take_turn
from cli.progress import ProgressBar
from cli.tables import BadLineError, Cells
from cli.taking import Complain, take_in
from storage.database import Database
from storage.journal import Act
from storage.people import Structure, structures

LINES_AT_ONCE = 500


@dataclass(slots=True)
class StructuresOutcome:
    """What became of the lines."""

    added: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0

    def __str__(self) -> str:
        told = [
            plural(self.added, "structure ajoutée"),
            plural(self.changed, "changée"),
            plural(self.same, "inchangée"),
            plural(self.refused, "refusée"),
        ]
        rest = "" if self.added or self.changed else " Rien à changer."
        return f"{', '.join(told).replace(NBSP, ' ')}.{rest}"


@dataclass(slots=True)
class StructuresImport:
    """One run."""

    database: Database
    complain: Complain
    outcome: StructuresOutcome = field(default_factory=StructuresOutcome)
    _seen: Seen = field(default_factory=Seen)

    async def run(self, lines: Iterable[tuple[int, Cells | BadLineError]], progress: ProgressBar) -> StructuresOutcome:
        """Take every line; the outcome grows meanwhile."""
        with closing(self._seen):
            await take_in(self, lines, LINES_AT_ONCE, progress)
        return self.outcome

    def read(self, number: int, line: Cells) -> Structure:
        """An establishment, once in a file."""
        structure = read_structure(line)
        if before := self._seen.note(structure.siret, number):
            raise BadLineError(f"siret : « {structure.siret} » est déjà à la ligne {before}")
        return structure

    def refuse(self, number: int, fault: BadLineError) -> None:
        """One more that can’t be taken."""
        self.outcome.refused += 1
        self.complain(number, str(fault))

    async def store(self, batch: Sequence[tuple[int, Structure]]) -> None:
        """Those that are new or say something new."""
        said = [structure for _, structure in batch]
        async with take_turn(self.database) as db:
            known = await structures.among(db, [structure.siret for structure in said])
            news = [s for s in said if s.siret not in known or s.model_dump() != known[s.siret].model_dump()]
            await structures.write_all(db, news)
            if news:
                await note(db, Act.IMPORT, "import:structures", utc_now(), sirets=[each.siret for each in news])
        self.outcome.added += sum(s.siret not in known for s in news)
        self.outcome.changed += sum(s.siret in known for s in news)
        self.outcome.same += len(said) - len(news)
