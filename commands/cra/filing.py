"""How a report is stored once, with its author settled and its receipt written in the same transaction."""

from bot.context import Context
from bot.replies import Reply, Whisper
from bot.texts import render
from commands.cra.receipt import receipt, standing_card
from storage import people
from storage.cra import Report
from storage.cra.last_commune import note
from storage.cra.queries import Filing, file


async def record(ctx: Context, report: Report, how: Filing) -> list[Reply]:
    """Store a report and write its receipt; one stored before has its receipt, and gets no second."""
    author = await people.settle(ctx.db, ctx.user, report.departement)
    filed = await file(ctx.db, author, report, how)
    if not filed.is_new:
        return [Whisper(render("cra/saved", again=True))] if ctx.request.resumed else []
    await note(ctx.db, author.id, report)
    return [receipt(ctx, filed.number, standing_card(filed.number, report, "enregistré"))]
