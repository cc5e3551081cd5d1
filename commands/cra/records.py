"""Reports as they are stored, from a dialog or a line, each with its receipt."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.context import Context
from bot.errors import UserError
from bot.replies import Direct, Start
from bot.texts import render
from commands.cra.cards import draw_standing_card, make_receipt
from dialogs.cra import NewCra
from dialogs.rdv import Redraw
from storage import people
from storage.cra import Cra, CraRow, Report, Source
from storage.cra.practice import PracticeCra, is_training
from storage.cra.queries import Filing, file_report, note_last_commune
from storage.cra.search import Sheet
from storage.cra.tags import FullListError, find_any_tag, read_known_names, tag_report
from storage.rdv.reports import find_reported, link_report


@dataclass(frozen=True, slots=True)
class Recorded:
    """The number of a stored report, and its receipt; none where it was stored before. ``rdv`` is the number of the
    rdv that it is of, where it is of one."""

    number: int
    receipt: Direct | None
    rdv: int | None = None


async def record_form(ctx: Context, form: NewCra, key: str, source: Source) -> Recorded:
    """Store what a window or a line says, with its tags, and write its receipt; one stored before has its receipt, and
    gets no second."""
    how = Filing(key, source, ctx.now, form.practice)
    return await _record(ctx, form.report(), how, form.chosen_tags or ())


async def _record(ctx: Context, report: Report, how: Filing, tags: Sequence[str]) -> Recorded:
    if how.practice:
        return await _record_practice(ctx, report, how)
    author = await people.settle_departement(ctx.db, ctx.user, report.departement)
    filed = await file_report(ctx.db, author, report, how)
    if not filed.is_new:
        return Recorded(filed.number, None)
    await note_last_commune(ctx.db, author.id, report)
    rdv = await link_report(ctx.db, author.id, how.key, filed.number)
    if tags:
        await set_tags(ctx, filed.number, tags)
    card = draw_standing_card(filed.number, report, "enregistré", tags=tags)
    return Recorded(filed.number, make_receipt(ctx, filed.number, card), rdv)


async def set_tags(ctx: Context, number: int, tags: Sequence[str]) -> None:
    """Give a report just these tags; the next window offers those that are new. Raises UserError where they are too
    many in all."""
    try:
        await tag_report(ctx.db, ctx.user, number, tags, ctx.now)
    except FullListError:
        raise UserError(render("etiquettes/full", shared=False)) from None
    ctx.touched.add(ctx.user.id)


async def find_known_tags(ctx: Context) -> tuple[str, ...]:
    """Find the names of the tags that somebody may use; where nobody has one nothing is asked of the database."""
    if not await ctx.is_among(find_any_tag, ""):
        return ()
    return await ctx.recall(read_known_names)


async def _record_practice(ctx: Context, report: Report, how: Filing) -> Recorded:
    """The same on the practice sheet, of which the register and the next window learn nothing."""
    if not await is_training(ctx.db, ctx.user.id):
        raise UserError(render("cra/practice_over"))
    filed = await file_report(ctx.db, ctx.user, report, how)
    card = draw_standing_card(filed.number, report, "enregistré", practice=True)
    return Recorded(filed.number, make_receipt(ctx, filed.number, card, practice=True) if filed.is_new else None)


async def redraw_rdv(ctx: Context, cra: CraRow) -> Sequence[Start]:
    """Let the card of the rdv that a report is of say what became of that report; nothing where it is of none."""
    rdv = await find_reported(ctx.db, cra.number) if isinstance(cra, Cra) else None
    return redraw_card(rdv.number if rdv else None)


def redraw_card(rdv: int | None) -> Sequence[Start]:
    """Let the card of that rdv be drawn again, where there is one."""
    return [Start(payload=Redraw(rdv=rdv), quiet=True)] if rdv else []


async def read_sheet(ctx: Context) -> Sheet:
    """Read on which sheet somebody’s commands act: the practice sheet of who is training."""
    return open_sheet(ctx, practice=await is_training(ctx.db, ctx.user.id))


def open_sheet(ctx: Context, *, practice: bool) -> Sheet:
    """Make the sheet of that kind of who acts."""
    return Sheet(ctx.user.id, PracticeCra if practice else Cra)
