"""How a report is stored once, with its author settled and its receipt written in the same transaction."""

from bot.context import Context
from bot.drafts import topic_of
from bot.replies import Refresh, Reply, Whisper
from bot.texts import render
from commands.cra.receipt import receipt, standing_card
from config.departements import DEPARTEMENTS
from storage import people
from storage.cra import Report
from storage.cra.queries import Filing, file
from storage.people import PARIS, Person


async def record(ctx: Context, report: Report, how: Filing) -> list[Reply]:
    """Store a report and write its receipt; one stored before has its receipt, and gets no second."""
    author = await _settled(ctx, report)
    filed = await file(ctx.db, author, report, how)
    if not filed.is_new:
        return [Whisper(render("cra/saved", again=True))] if ctx.request.resumed else []
    told = receipt(ctx, filed.number, standing_card(filed.number, report, "enregistré"))
    return (
        [told, Refresh(render("brouillon/done"), topic=topic_of(how.key), here=True)] if ctx.request.resumed else [told]
    )


async def _settled(ctx: Context, report: Report) -> Person:
    """The author as the register now knows them: the last commune used, and a département from the first."""
    user = ctx.user
    if user.departements and (user.commune, user.code_postal) == (report.commune, report.code_postal):
        return user
    place: dict[str, object] = {"commune": report.commune, "code_postal": report.code_postal}
    if not user.departements:
        place |= {"departements": [report.departement], "timezone": _zone(user, report.departement)}
    author = Person(**(user.model_dump() | place))
    await people.settle(ctx.db, author)
    return author


def _zone(user: Person, departement: str) -> str:
    """Mattermost’s zone if it told one, else the département’s."""
    known = DEPARTEMENTS.get(departement)
    return known.fuseau if known and user.timezone == PARIS else user.timezone
