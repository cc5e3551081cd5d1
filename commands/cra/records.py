"""Reports as they are stored, from a dialog or a line, each with its receipt."""

from dataclasses import dataclass

from bot.context import Context
from bot.replies import Direct
from commands.cra.cards import draw_standing_card, make_receipt
from storage import people
from storage.cra import Report
from storage.cra.queries import Filing, file_report, note_last_commune


@dataclass(frozen=True, slots=True)
class Recorded:
    """The number of a stored report, and its receipt; none where it was stored before."""

    number: int
    receipt: Direct | None


async def record_report(ctx: Context, report: Report, how: Filing) -> Recorded:
    """Store a report and write its receipt; one stored before has its receipt, and gets no second."""
    author = await people.settle_departement(ctx.db, ctx.user, report.departement)
    filed = await file_report(ctx.db, author, report, how)
    if not filed.is_new:
        return Recorded(filed.number, None)
    await note_last_commune(ctx.db, author.id, report)
    return Recorded(
        filed.number, make_receipt(ctx, filed.number, draw_standing_card(filed.number, report, "enregistré"))
    )
