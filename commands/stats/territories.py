"""« /stats departement », « region », « national », « carte »: statistics of a territory, for those who may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from bot.context import Context, ReadingContext
from bot.destinations import PREPARING, READY, send_file
from bot.errors import UserError
from bot.french import Period, period_after, period_before
from bot.papers import FigureSection, LabelledValue, file_name
from bot.replies import Ask, Button, Parcel, Replies, SendFile
from bot.texts import Markdown, escape, render, require
from commands.stats import papers, queries
from commands.stats.conseiller import FiguresAnswer, draw_answer, say_difference, show_answer
from commands.stats.queries import ANIMATEURS, feature
from config.territories import DEPARTEMENTS, NATION, TerritoryKind, departement
from config.text import fold
from config.themes import THEMES
from dialogs.stats import Format, TakeTerritory
from storage.cra.months import CANAL_NAMES, DUREE_NAMES, THEME_BITS
from storage.cra.report import AGES, STATUTS, SUITES
from storage.cra.tags import find_shared_tags
from storage.stats import Figures, territories


async def answer_territory(ctx: ReadingContext, wanted: queries.TerritoryQuery) -> FiguresAnswer:
    """Answer with a territory’s statistics in words, compared with the months before."""
    there, tag = wanted.territory, await _find_tag(ctx, wanted)
    earlier = None if tag else _find_earlier_months(ctx, wanted)
    active = 0 if tag else await territories.count_conseillers(ctx.db, there, wanted.span(ctx))
    read = queries.Months(start=earlier.start if earlier else wanted.start, end=wanted.end)
    counted = await territories.read_figures(ctx.db, there, read.span(ctx), tag)
    figures, then = await ctx.compute(lambda: _round_figures(counted, wanted, earlier))
    page = make_page(ctx, wanted, wanted.name, queries.make_territory_sections(queries.Presentation(figures)))
    drawn = any(line.value for section in page.sections for line in section.lines)
    text = render(
        "stats/territory",
        place=wanted.name,
        tagged=f"#{wanted.tag}" if tag else "",
        page=page,
        widened=wanted.widened,
        begins=queries.say_beginning(ctx, wanted),
        to_come="" if wanted.days_told(ctx) else queries.say_to_come(wanted.start),
        conseillers=active,
        drawn=drawn,
        compared=_compare_months(ctx, wanted, figures, then) if drawn else "",
    )
    return FiguresAnswer(text, list_buttons(ctx, wanted), page, drawn)


TAGGING_MIN = 5
"""The fewest conseillers who must use a tag before its figures are shown."""


async def _find_tag(ctx: ReadingContext, wanted: queries.TerritoryQuery) -> territories.SharedTag | None:
    """Return the tag of the territory’s départements that is asked for; personal tags are never shared. Raises
    UserError if no département has it, or too few conseillers use it."""
    if not wanted.tag:
        return None
    tag = territories.SharedTag(await find_shared_tags(ctx.db, wanted.tag, wanted.territory.departements))
    if not tag.numbers:
        raise UserError(render("stats/no_such_tag", tag=wanted.tag))
    span = wanted.span(ctx)
    if await territories.count_tagging_conseillers(ctx.db, wanted.territory, span, tag) < TAGGING_MIN:
        raise UserError(render("stats/tag_too_rare", least=TAGGING_MIN, tag=wanted.tag))
    return tag


def _round_figures(
    counted: territories.CountedFigures, wanted: queries.Months, earlier: queries.Months | None
) -> tuple[Figures, Figures]:
    table = counted.round()
    then = table.figures(earlier.start, earlier.end) if earlier else Figures()
    return table.figures(wanted.start, wanted.end), then


def make_page(ctx: Context, months: queries.Months, name: str, sections: Sequence[FigureSection]) -> papers.StatsPage:
    """Make the page of one territory, or of all « départements »."""
    period = months.days_told(ctx) or Period(months.start, months.end)
    made = papers.make_territory_page(name, period, ctx.today, sections, [queries.say_rule(ctx, months)])
    return replace(made, zone=ctx.user.zone)


def _find_earlier_months(ctx: Context, wanted: queries.TerritoryQuery) -> queries.Months | None:
    """Return as many months before; None if there are none."""
    earlier = period_before(wanted.period(ctx.today), ctx.today)
    if earlier is None or earlier.end != wanted.start or earlier.start.day != 1:
        return None
    return queries.months_of(earlier, ctx.today)


def _compare_months(ctx: Context, wanted: queries.TerritoryQuery, now: Figures, then: Figures) -> str:
    """Describe the difference to the months before; while the months are in progress, only the counts of those
    before."""
    earlier, told = period_before(wanted.period(ctx.today), ctx.today), wanted.days_told(ctx)
    pairs = [
        (now.personnes, then.personnes, "personne", "personnes"),
        (now.accompagnements, then.accompagnements, "accompagnement", "accompagnements"),
    ]
    pairs = [pair for pair in pairs if pair[1]]
    if not pairs or earlier is None or told is None:
        return ""
    return render(
        "stats/territory_compared",
        earlier=earlier.label,
        over=told.end == wanted.end,
        differences=[say_difference(*pair) for pair in pairs],
        counts=[pair[1:] for pair in pairs],
    )


ACTIVE_CONSEILLERS = "Conseillers actifs"
TABLE_COLUMNS = {
    "personnes": "Personnes accompagnées",
    "nouveaux": "Nouveaux usagers",
    "accompagnements": "Accompagnements enregistrés",
    "ateliers": "Ateliers",
    "participants": "Participants aux ateliers",
    "individuels": "Accompagnements individuels",
    "ponctuelles": "Demandes ponctuelles",
    "poursuivis": "Accompagnements poursuivis",
    **{name: f"Suite : {suite.label}" for suite, name in SUITES.items()},
    "temps": "Temps (minutes)",
    **{name: f"Thème : {THEMES[code].court}" for code, name in THEME_BITS.items()},
    **{name: f"Lieu : {canal.label}" for canal, name in CANAL_NAMES.items()},
    **{name: f"Durée : {duree.label}" for duree, name in DUREE_NAMES.items()},
    **{name: f"Âge : {age.label}" for age, name in AGES.items()},
    **{name: f"Statut : {statut.label}" for statut, name in STATUTS.items()},
}
"""The columns of the table of départements, after the number of conseillers."""


def make_table(
    ctx: Context, months: queries.Months, counted: territories.CountedFigures, conseillers: Mapping[str, int]
) -> papers.TerritoryTable:
    """Make the table with a row for each département; those without reports have zeros."""
    told = counted.round()
    names = {code: d.nom for code, d in DEPARTEMENTS.items()}
    names |= {"": "Structure sans département"} if "" in conseillers else {}
    rows = []
    for code, nom in names.items():
        measures = told.measures(months.start, months.end, code)
        figures = (conseillers.get(code, 0), *map(measures.__getitem__, TABLE_COLUMNS))
        rows.append(papers.TerritoryRow(code, nom, figures))
    side_by_side = make_page(ctx, months, "départements", ())
    notes = (render("stats/days_by_structure", days=side_by_side.days), queries.say_rule(ctx, months))
    columns = (ACTIVE_CONSEILLERS, *TABLE_COLUMNS.values())
    return papers.TerritoryTable(f"Départements — {side_by_side.period}", columns, tuple(rows), notes)


def make_carte_page(ctx: Context, months: queries.Months, counted: territories.CountedFigures) -> papers.StatsPage:
    """Make the page of the accompaniments of all départements."""
    told = counted.round()
    counts = {code: told.measures(months.start, months.end, code)["accompagnements"] for code in DEPARTEMENTS}
    lines = tuple(LabelledValue(departement(code).name, count) for code, count in counts.items())
    section = FigureSection("departements", "Accompagnements par département", "comptes rendus", lines)
    return make_page(ctx, months, "départements", (section,))


TableFormat = Literal["csv", "xlsx"]
WRITERS = {"csv": papers.write_table_csv, "xlsx": papers.write_table_xlsx}


class TakeDepartements(queries.Months):
    """Button « Exporter »: orders the table of all départements."""


class Departements(queries.Months):
    """Order of the table of all départements as a file."""

    format: TableFormat = "xlsx"


class Carte(queries.Months):
    """Order of the picture of all départements."""


async def export_departements(ctx: ReadingContext, text: str) -> Replies:
    """Answer « /stats departement exporter »: order the table of all départements, in the format that was typed."""
    if not ctx.user.animates:
        raise UserError(render("stats/export_reserved"))
    word, _, rest = text.strip().partition(" ")
    formats: dict[str, TableFormat] = {"csv": "csv", "xlsx": "xlsx", "excel": "xlsx"}
    if fold(word) not in formats:
        raise UserError(render("stats/export_usage"))
    months = queries.months_of(queries.read_period_of(ctx, rest), ctx.today)
    return await _order_file(ctx, Departements(format=formats[fold(word)], start=months.start, end=months.end))


@feature.button(TakeDepartements, roles=ANIMATEURS, writes=False)
async def take_table(ctx: ReadingContext, click: TakeDepartements) -> Replies:
    """Order the table for Excel, for the months shown."""
    return await _order_file(ctx, Departements(start=click.start, end=click.end))


@feature.file(Departements, name="stats.Departements", roles=ANIMATEURS)
async def make_table_file(ctx: ReadingContext, order: Departements, folder: Path) -> Parcel:
    """Make the table, with the same values as every answer."""
    period, span = _require_days_told(ctx, order), order.span(ctx)
    counted = await territories.read_figures(ctx.db, NATION, span)
    conseillers = await territories.count_conseillers_of_each(ctx.db, span)
    path = folder / file_name("Departements", period.start, period.last, order.format)

    def written() -> papers.TerritoryTable:
        WRITERS[order.format](made := make_table(ctx, order, counted, conseillers), path)
        return made

    made = await ctx.compute(written)
    text = f"Voici les chiffres de tous les départements ({period.label}). {made.notes[-1]}"
    return Parcel(text, files=[path], done=READY)


@feature.command(
    "stats carte",
    help="Comparer les accompagnements des départements, en image",
    hint="[mois dernier | septembre | 2025]",
    roles=ANIMATEURS,
)
async def order_carte(ctx: ReadingContext, text: str) -> Replies:
    """Order the picture of all départements for a period."""
    months = queries.months_of(queries.read_period_of(ctx, text), ctx.today)
    return await _order_file(ctx, Carte(start=months.start, end=months.end))


@feature.file(Carte, name="stats.Carte", roles=ANIMATEURS)
async def make_carte_file(ctx: ReadingContext, order: Carte, folder: Path) -> Parcel:
    """Draw one bar a département, and name the first ones in words."""
    _require_days_told(ctx, order)
    counted = await territories.read_figures(ctx.db, NATION, order.span(ctx))
    page = await ctx.compute(lambda: make_carte_page(ctx, order, counted))
    ranked = require(page.sections[0].ranked or None, "stats/no_report", period=page.period)
    path = await ctx.compute(lambda: papers.draw_carte(page, folder))
    return Parcel(render("stats/territory_carte", page=page, ranked=ranked), files=[path], done=READY)


def _require_days_told(ctx: Context, months: queries.Months) -> Period:
    """Return the public days of these months. Raises UserError if there are none yet."""
    return require(months.days_told(ctx), "stats/days_to_come", answer=queries.say_to_come(months.start))


async def _order_file(ctx: ReadingContext, order: Departements | Carte) -> Replies:
    _require_days_told(ctx, order)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=order, waiting=PREPARING))


EXPORT_WORD = "exporter"
WAITING, DONE = "Préparation des chiffres…", "Voici les chiffres, juste en dessous."


class SeeTerritory(queries.TerritoryQuery):
    """Button « Voir octobre 2026 »: shows the territory in other months."""


class TerritoryPictures(queries.TerritoryQuery):
    """Order of the pictures, sent with the answer as a direct message."""


@feature.command(
    "stats departement",
    help="Voir les chiffres d’un département (le vôtre si vous n’en nommez pas)",
    hint="[69 | Rhône] [mois dernier | septembre | 2025] [#étiquette]",
    roles=queries.COMMUNITY,
)
async def show_departement(ctx: ReadingContext, text: str) -> Replies:
    """Show a département’s statistics; « exporter » orders the table of all of them."""
    word, _, rest = text.strip().partition(" ")
    if fold(word) == EXPORT_WORD:
        return await export_departements(ctx, rest)
    return await show_territory(ctx, queries.read_territory_query(ctx, TerritoryKind.DEPARTEMENT, text))


@feature.command(
    "stats region",
    help="Voir les chiffres d’une région (la vôtre si vous n’en nommez pas)",
    hint="[Bretagne] [mois dernier | septembre | 2025] [#étiquette]",
    roles=queries.COMMUNITY,
)
async def show_region(ctx: ReadingContext, text: str) -> Replies:
    """Show the figures of a région."""
    return await show_territory(ctx, queries.read_territory_query(ctx, TerritoryKind.REGION, text))


@feature.command(
    "stats national",
    help="Voir les chiffres de la France entière",
    hint="[mois dernier | septembre | 2025] [#étiquette]",
    roles=queries.COMMUNITY,
)
async def show_nation(ctx: ReadingContext, text: str) -> Replies:
    """Show the figures of the nation."""
    return await show_territory(ctx, queries.read_territory_query(ctx, TerritoryKind.NATIONAL, text))


@feature.button(SeeTerritory, roles=queries.COMMUNITY, writes=False)
async def show_other_months(ctx: ReadingContext, click: SeeTerritory) -> Replies:
    """Show the statistics of the months before or after."""
    return await show_territory(ctx, click)


async def show_territory(ctx: ReadingContext, wanted: queries.TerritoryQuery) -> Replies:
    """Show a territory’s statistics to those who may see them."""
    queries.must_be_seen_by(ctx.user, wanted.territory)
    return await show_answer(ctx, partial(answer_territory, ctx, wanted), TerritoryPictures(**wanted.same), WAITING)


@feature.file(TerritoryPictures, name="stats.TerritoryPictures", roles=queries.COMMUNITY)
async def draw_territory(ctx: ReadingContext, order: TerritoryPictures, folder: Path) -> Parcel:
    """Draw the statistics with their charts."""
    queries.must_be_seen_by(ctx.user, order.territory)
    return await draw_answer(ctx, await answer_territory(ctx, order), folder, DONE)


def list_buttons(ctx: Context, wanted: queries.TerritoryQuery) -> list[Button]:
    """Return the buttons to the months before and after and to the export; for animateurs, also the table of all
    départements."""
    period = wanted.period(ctx.today)
    beside = [period_before(period, ctx.today), period_after(period, ctx.today)]
    turn = [(queries.months_of(p, ctx.today), wanted.about(p, ctx.today)) for p in beside if p]
    found = [Button(f"Voir {Period(m.start, m.end).label}", SeeTerritory(**about)) for m, about in turn]
    found.append(Button("Exporter", TakeTerritoryFigures(**wanted.same)))
    if ctx.user.animates and not wanted.tag:
        found.append(Button("Voir tous les départements", TakeDepartements(start=wanted.start, end=wanted.end)))
    return found


class TakeTerritoryFigures(queries.TerritoryQuery):
    """Button « Exporter » of one territory: opens the window of a file’s format."""


class TerritoryFile(queries.TerritoryQuery):
    """Order of the statistics of one territory as a file."""

    format: Format


@feature.button(TakeTerritoryFigures, name="stats.TakeFigures", roles=queries.COMMUNITY, writes=False)
async def ask_form(ctx: Context, click: TakeTerritoryFigures) -> Replies:
    """Open the window of a file’s format."""
    _require_days_told(ctx, click)
    return Ask(TakeTerritory.draft(kind=click.kind, code=click.code, start=click.start, end=click.end, tag=click.tag))


@feature.submit(TakeTerritory, roles=queries.COMMUNITY, writes=False)
async def choose_form(ctx: ReadingContext, form: TakeTerritory) -> Replies:
    """Order the file in the chosen format."""
    asked = {name: getattr(form, name) for name in ("kind", "code", "start", "end", "tag", "format")}
    order = TerritoryFile(**asked)
    queries.must_be_seen_by(ctx.user, order.territory)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=order, waiting=PREPARING))


@feature.file(TerritoryFile, name="stats.FiguresFile", roles=queries.COMMUNITY)
async def make_figures_file(ctx: ReadingContext, order: TerritoryFile, folder: Path) -> Parcel:
    """Make the file, with the same values as the answer in words."""
    queries.must_be_seen_by(ctx.user, order.territory)
    page = (await answer_territory(ctx, order)).page
    path = folder / page.file(order.format.value)
    await ctx.compute(lambda: papers.write_territory(page, path))
    text = f"Voici les chiffres : {escape(order.name)}, {page.period}. {page.notes[-1]}"
    return Parcel(Markdown(text), files=[path], done=READY)
