"""« /rdv aujourd’hui », « /rdv semaine », « /rdv 12 »: the rdv of some days in pages, each to be changed by a click."""

from datetime import date, timedelta

from bot.command_lines import read_typed_number
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french.dates import say_date, say_days
from bot.french.periods import Period, read_coming_days, read_period
from bot.pages import cut_page
from bot.replies import Button, Replies, Whisper
from bot.texts import quote, render
from commands.rdv.cards import draw_lines, draw_rdv
from commands.rdv.feature import CONSEILLERS, New, Page, See, feature, get_own
from config.text import fold
from config.time import find_midnight
from storage.rdv import RdvState
from storage.rdv.appointments import find_reports, list_between

PAGE = 4
"""Cards on one page."""
SHOWN = (RdvState.PREVU, RdvState.PROPOSE, RdvState.HONORE, RdvState.ABSENT)
_WEEK, _DAY = timedelta(weeks=1), timedelta(days=1)
_ALL = frozenset({"liste", "a venir", "tout", "tous", "mes rendez vous", "mes rdv"})
COMING = timedelta(days=90)


async def read_list(ctx: ReadingContext, text: str) -> Replies | None:
    """List what a line asks for: some days, or a rdv by its number; None for a line that says something else."""
    if (number := read_typed_number(text)) is not None:
        return await see_rdv(ctx, See(rdv=number))
    period = _read_days(fold(text).strip(), ctx.today)
    return None if period is None else await list_page(ctx, Page(start=period.start, end=period.end))


def _read_days(said: str, today: date) -> Period | None:
    if said in _ALL:
        return Period(today, today + COMING)
    if said in {"semaine", "cette semaine", "la semaine"}:
        monday = today - timedelta(days=today.weekday())
        return Period(monday, monday + _WEEK)
    if said == "passes":
        return Period(today - _WEEK, today)
    return read_coming_days(said, today) or read_period(said, today)


@feature.command(
    "rdv semaine", help="Vos rendez-vous de la semaine", hint="[prochaine]", roles=CONSEILLERS, writes=False
)
async def list_week(ctx: ReadingContext, text: str) -> Replies:
    """List the rdv of a week."""
    return await _list_or_refuse(ctx, f"semaine {text}".strip())


@feature.command(
    "rdv liste",
    help="Vos rendez-vous de quelques jours",
    hint="[aujourd’hui | demain | mardi | du 1er au 15 décembre]",
    roles=CONSEILLERS,
    writes=False,
)
async def list_days(ctx: ReadingContext, text: str) -> Replies:
    """List the rdv of the days that are named, or all that come."""
    return await _list_or_refuse(ctx, text.strip() or "liste")


async def _list_or_refuse(ctx: ReadingContext, text: str) -> Replies:
    listed = await read_list(ctx, text)
    if listed is None:
        raise UserError(f"Je ne connais pas ces jours : « {quote(text)} ». Écrivez par exemple /rdv liste demain, "
                        "/rdv liste du 1er au 15 décembre.")  # fmt: skip
    return listed


@feature.button(Page, roles=CONSEILLERS, writes=False)
async def list_page(ctx: Context, at: Page) -> Replies:
    """Show a page of the rdv of some days, as they are now."""
    start, end = (find_midnight(day, ctx.zone) for day in (at.start, at.end))
    rdvs = await list_between(ctx.db, ctx.user.id, start, end, SHOWN)
    page = cut_page(rdvs, at.page, PAGE)
    last = at.end - _DAY
    is_day = at.start == last
    days = say_date(at.start, ctx.today) if is_day else say_days(at.start, last)
    following = page.draw_next(lambda number: Page(start=at.start, end=at.end, page=number), style="primary")
    later = [Button("Jours suivants", Page(start=at.end, end=at.end + (at.end - at.start)))] if not following else []
    text = render("rdv/list", days=days, is_day=is_day, total=page.total, page=page.number, pages=page.pages)
    return Whisper(text, [*following, *later, Button("Nouveau", New())], cards=await draw_lines(ctx, page.rows))


@feature.button(See, roles=CONSEILLERS, writes=False)
async def see_rdv(ctx: Context, click: See) -> Replies:
    """Show one rdv as it is now."""
    rdv = await get_own(ctx, click.rdv)
    drawn = await draw_rdv(ctx, rdv, (await find_reports(ctx.db, [rdv])).get(rdv.number))
    return Whisper(drawn.text, drawn.buttons)
