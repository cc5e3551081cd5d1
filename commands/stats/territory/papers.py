"""What animateurs take away of all départements: a table, and their accompaniments in a picture."""

from pathlib import Path
from typing import Literal

from bot.context import Context
from bot.direct import send_file
from bot.errors import UserError
from bot.french.periods import Period
from bot.french.words import fold
from bot.replies import Parcel, Replies, SendFile
from bot.texts import render
from commands.stats.feature import ANIMATEURS, feature
from commands.stats.papers import TerritoryTable, carte, file_name, table_csv, table_xlsx
from commands.stats.territory.months import Months, months_of, to_come
from commands.stats.territory.places import period_in
from commands.stats.territory.together import carte_of, every, table_of

TableFormat = Literal["csv", "xlsx"]
WRITERS = {"csv": table_csv, "xlsx": table_xlsx}
PREPARING = "Préparation de votre fichier…"
PREPARED = "✅ Votre fichier est prêt, juste en dessous."


class TakeDepartements(Months):
    """« Exporter »: the table of all départements."""


class Departements(Months):
    """The table of all départements as a file."""

    format: TableFormat = "xlsx"


class Carte(Months):
    """The picture of all départements."""


async def export(ctx: Context, text: str) -> Replies:
    """« /stats departement exporter »: one row a département, in the form that the first word says."""
    if not ctx.user.animates:
        raise UserError("L’export des départements est réservé aux animateurs de communauté.")
    word, _, rest = text.strip().partition(" ")
    formats: dict[str, TableFormat] = {"csv": "csv", "xlsx": "xlsx", "excel": "xlsx"}
    if fold(word) not in formats:
        raise UserError("En quelle forme ? Tapez /stats departement exporter csv, ou xlsx, puis une période.")
    months = months_of(period_in(ctx, rest), ctx.today)
    return await _order(ctx, Departements(format=formats[fold(word)], start=months.start, end=months.end))


@feature.button(TakeDepartements, roles=ANIMATEURS, writes=False)
async def take(ctx: Context, click: TakeDepartements) -> Replies:
    """The table for Excel, of the months looked at."""
    return await _order(ctx, Departements(start=click.start, end=click.end))


@feature.file(Departements, name="stats.Departements", roles=ANIMATEURS)
async def departements(ctx: Context, order: Departements, folder: Path) -> Parcel:
    """The table, of the same figures as every answer."""
    period, read = _days_told(ctx, order), await every(ctx, order)
    path = folder / file_name("Departements", period.start, period.last, order.format)

    def written() -> TerritoryTable:
        WRITERS[order.format](made := table_of(ctx, order, read), path)
        return made

    made = await ctx.compute(written)
    text = f"Voici les chiffres de tous les départements ({period.label}). {made.notes[-1]}"
    return Parcel(text, files=[path], done=PREPARED)


@feature.command(
    "stats carte",
    help="Comparer les accompagnements des départements, en image",
    hint="[mois dernier | septembre | 2025]",
    roles=ANIMATEURS,
)
async def compare(ctx: Context, text: str) -> Replies:
    """The picture of a period."""
    months = months_of(period_in(ctx, text), ctx.today)
    return await _order(ctx, Carte(start=months.start, end=months.end))


@feature.file(Carte, name="stats.Carte", roles=ANIMATEURS)
async def picture(ctx: Context, order: Carte, folder: Path) -> Parcel:
    """One bar a département, and in words the first of them."""
    _days_told(ctx, order)
    read = await every(ctx, order)
    page = await ctx.compute(lambda: carte_of(ctx, order, read))
    ranked = page.sections[0].ranked
    if not ranked:
        raise UserError(f"Il n’y a aucun compte rendu à cette période ({page.period}).")
    path = await ctx.compute(lambda: carte(page, folder))
    return Parcel(render("stats/territory_carte", page=page, ranked=ranked), files=[path], done=PREPARED)


def _days_told(ctx: Context, months: Months) -> Period:
    """The days told of. Raises UserError when the first are still to come."""
    told = months.days_told(ctx)
    if told is None:
        raise UserError(f"{to_come(months.start)} D’ici là, demandez par exemple le mois dernier.")
    return told


async def _order(ctx: Context, order: Departements | Carte) -> Replies:
    _days_told(ctx, order)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=order, waiting=PREPARING))
