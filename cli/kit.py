"""« coop-bot export kits » and « import kits »: orders of kits, for the supplier, and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.papers.sheets import write_table
from cli import tables
from cli.command import Call
from cli.environment import open_to_read
from cli.errors import OperatorError
from cli.journal import note
from cli.kits import check_batch
from cli.terminal import begin_csv, count, open_whole
from commands.kit.supplier import HEAD, WIDTHS, list_lines
from config.text import guard
from storage import kit
from storage.cra.files import BadLineError
from storage.database import Database
from storage.journal import AuditAct
from storage.kit import COLUMNS, NEEDED, TrackingLine
from storage.private_files import make_private_file


async def export_kits(call: Call, batch: int | None, kind: str, output: str) -> None:
    """Write the supplier’s file of a lot, or of all orders."""
    if kind == "xlsx" and output == "-":
        raise OperatorError("Un classeur va dans un fichier : ajoutez --output kits.xlsx.", code=2)
    async with open_to_read(call.settings) as db:
        await check_batch(db, batch)
        lines = await list_lines(db, batch)
    if kind == "xlsx":
        make_private_file(Path(output))
        write_table(Path(output), "Kits", [HEAD, *lines], WIDTHS)
        print(f"Écrit : {output}")
        return
    with open_whole(output) as told:
        write = begin_csv(told, HEAD)
        for line in lines:
            write([guard(cell) if isinstance(cell, str) else cell for cell in line])


async def import_kits(call: Call, file: str, *, dry_run: bool = False) -> int:
    """Import the supplier’s tracking numbers; return 1 if a line was refused, else 0."""
    async with tables.open_to_import(call.settings, dry_run=dry_run) as database:
        with tables.open_table(file, COLUMNS, NEEDED) as table:
            run = TrackingImport(
                database,
                call.clock(),
                tables.complain,
                tables.LineCounts(announces=tables.announce if dry_run else None),
            )
            outcome = await run.run(table, tables.show_progress())
    print(
        f"{count(outcome.changed, 'colis parti', 'colis partis')}, {count(outcome.same, 'inchangé')}, "
        f"{count(outcome.refused, 'ligne refusée', 'lignes refusées')}."
    )
    return 1 if outcome.refused else 0


@dataclass(slots=True)
class TrackingImport(tables.LineImport[TrackingLine, tables.LineCounts]):
    """An import of tracking numbers."""

    database: Database
    now: datetime
    complain: tables.Complain
    outcome: tables.LineCounts

    def read(self, number: int, line: tables.Cells) -> TrackingLine:
        """Read a line. Raises BadLineError."""
        return kit.read_tracking_line(line)

    async def store(self, batch: Sequence[tuple[int, TrackingLine]]) -> None:
        """Store each number; lines about unknown orders are refused."""
        sent = list[str]()
        async with tables.take_turn(self.database) as db:
            for number, line in batch:
                try:
                    is_new = await kit.note_tracking(db, line, self.now)
                except BadLineError as fault:
                    self.refuse(number, fault)
                    continue
                self.outcome.note(
                    number, "changed" if is_new else "same", f"commande {line.order}, colis {line.parcel}"
                )
                sent += [f"{line.order}:{line.parcel}"] if is_new else []
            if sent:
                await note(db, AuditAct.IMPORT, "import:kits", self.now, colis=sent)
