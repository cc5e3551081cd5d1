"""Files of statistics: pictures, PDF, workbook and CSV. Each function writes files and runs in a thread."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Self

from bot import papers
from bot.french import Period
from bot.papers import FigurePage, FigureSection, LabelledValue, sheets, typeset
from config.themes import THEMES, from_bits
from storage.communes import get_commune
from storage.cra.report import AGES, STATUTS, SUITES

_TITLES = {
    "canaux": "Canaux d’accompagnements",
    "temps": "Temps en accompagnements",
    "evolution": "Évolution des comptes rendus d’activité",
}
# By the seed’s label in the plural and in the singular (commands/stats/queries.py); others stay as they are.
_GENERAL = {
    ("personnes accompagnées durant cette période", "personne accompagnée durant cette période"): (
        "Personnes totales accompagnées durant cette période"
    ),
    ("nouveaux usagers accompagnés", "nouvel usager accompagné"): "Nouveaux usagers accompagnés",
    ("accompagnements enregistrés", "accompagnement enregistré"): "Accompagnements enregistrés",
    ("ateliers réalisés", "atelier réalisé"): "Ateliers réalisés",
    ("participants au total", "participant au total"): "Total des participants aux ateliers",
    ("accompagnements individuels", "accompagnement individuel"): "Accompagnements individuels",
    ("demandes ponctuelles", "demande ponctuelle"): "Demandes ponctuelles",
    (
        "usagers ont bénéficié d’un accompagnement poursuivi",
        "usager a bénéficié d’un accompagnement poursuivi",
    ): "Accompagnements avec suivi",
    ("en accompagnement individuel",): "Suivis en accompagnement individuel",
    ("en atelier collectif",): "Suivis en atelier collectif",
    (
        "redirections vers une autre structure agréée",
        "redirection vers une autre structure agréée",
    ): "Redirections vers une autre structure agréée",
}
LABELS = {seed: label for seeds, label in _GENERAL.items() for seed in seeds}
# A cell that begins with a minus sign would have to be guarded.
_AGES = {"-12 ans": "Moins de 12 ans"}
_TIMES = {"Total": "Total d’heures", "Ateliers": "Collectifs"}
FOLLOWED = "Pourcentage du total des usagers accompagnés sur cette période"


def label_sections(sections: Sequence[FigureSection]) -> tuple[FigureSection, ...]:
    """Return the sections in the order and wording of the exports, which is always plural."""
    found = {section.key: section for section in sections}
    keys = [line for key in ("general", "suites") if key in found for line in _label_general(found[key].lines)]
    others = (_label_section(section) for section in sections if section.key not in {"general", "suites"})
    return (*((FigureSection("general", "Général", "", tuple(keys)),) if keys else ()), *others)


def _label_general(lines: Sequence[LabelledValue]) -> list[LabelledValue]:
    """Label general values; a share gets a line of its own, as it is a share of something else than the others."""
    told = []
    for line in lines:
        told.append(LabelledValue(LABELS.get(line.label, line.label), line.value))
        if line.percent is not None:
            told.append(LabelledValue(FOLLOWED, line.percent))
    return told


def _label_section(section: FigureSection) -> FigureSection:
    labels = {"temps": _TIMES, "ages": _AGES}.get(section.key, {})
    lines = tuple(LabelledValue(labels.get(line.label, line.label), line.value, line.percent) for line in section.lines)
    return replace(section, title=_TITLES.get(section.key, section.title), lines=lines)


# The order of the old platform’s exports (docs/domaine.md §3.4), our own sections where they belong.
_ORDER = ("general", "suites", "themes", "canaux", "temps", "durees", "ages", "statuts", "evolution", "communes")
# Enough for a picture and a page; sheets have them all.
_MONTHS, _COMMUNES = 24, 20
_RANKED = ("themes", "departements")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsPage(papers.FigurePage):
    """A page of statistics."""

    stem: str = "Mes_statistiques"

    @property
    def ordered(self) -> tuple[FigureSection, ...]:
        """Return the sections in the order of the sheets; unknown ones come last."""
        return tuple(sorted(self.sections, key=lambda s: _ORDER.index(s.key) if s.key in _ORDER else len(_ORDER)))

    @property
    def drawn(self) -> tuple[FigureSection, ...]:
        """Return the sections short enough to be drawn; those that compare places, largest first."""
        return tuple(replace(section, lines=_cut_lines(section)) for section in self.ordered)

    @property
    def sheets(self) -> tuple[FigureSection, ...]:
        """Return the sections in the wording of the former platform’s exports."""
        return label_sections(self.ordered)


def make_territory_page(
    name: str, period: Period, today: date, sections: Sequence[FigureSection], notes: Sequence[str]
) -> StatsPage:
    """Make the page of a territory, or of several together."""
    return StatsPage(
        title=f"Statistiques — {name}",
        period=period.label,
        start=period.start,
        last=period.last,
        today=today,
        sections=tuple(sections),
        notes=tuple(notes),
        stem=f"Statistiques_{name}",
    )


def _cut_lines(section: FigureSection) -> tuple[LabelledValue, ...]:
    lines = section.lines
    if section.key in _RANKED:
        return tuple(sorted(lines, key=lambda line: line.value, reverse=True))
    if section.key == "evolution" and len(lines) > _MONTHS:
        years = groupby(lines, key=lambda line: line.label.rpartition(" ")[2])
        return tuple(_sum_lines(year, tuple(months)) for year, months in years)
    rest = lines[_COMMUNES:]
    if section.key == "communes" and len(rest) > 1:
        return (*lines[:_COMMUNES], _sum_lines(f"{len(rest)} autres communes", rest))
    return lines


def _sum_lines(label: str, lines: Sequence[LabelledValue]) -> LabelledValue:
    """Add up the lines of a section."""
    return LabelledValue(label, sum(line.value for line in lines))


def draw_charts(page: FigurePage, folder: Path) -> list[Path]:
    """Draw two pictures of a page in ``folder``: the activities, and the people."""
    return typeset.draw_pictures(page, ("activite", "usagers"), folder)


def draw_carte(page: FigurePage, folder: Path) -> Path:
    """Draw a page’s first section as one bar a département, largest first."""
    return typeset.draw_picture(page, "carte", folder)


def write_pdf(page: FigurePage, path: Path) -> None:
    """Write a page as an A4 document for an employer."""
    typeset.draw_document(page, "recapitulatif", path)


_WIDTHS = (8, 30)


@dataclass(frozen=True, slots=True)
class TerritoryRow:
    """A territory and its values."""

    code: str
    nom: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TerritoryTable:
    """A table of territories; ``columns`` names the values that follow code and name."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[TerritoryRow, ...]
    notes: tuple[str, ...] = ()

    @property
    def head(self) -> tuple[str, ...]:
        """The names of all columns."""
        return ("Code", "Nom", *self.columns)


def write_table_csv(table: TerritoryTable, path: Path) -> None:
    """Write the head, the rows, then the notes, so that programs find the columns in the first line."""
    sheets.write_csv(path, _list_table_lines(table))


def _list_table_lines(table: TerritoryTable) -> Iterator[Sequence[sheets.Cell]]:
    yield list(table.head)
    for row in table.rows:
        yield [row.code, row.nom, *row.values]
    if table.notes:
        yield []
        yield from ([note] for note in table.notes)


def write_table_xlsx(table: TerritoryTable, path: Path) -> None:
    """Write a sheet with a frozen head and a filter, and the notes on a sheet of their own."""
    with sheets.open_book(path, table.title) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        number = book.add_format({"num_format": "#,##0"})
        sheet = book.add_worksheet("Territoires")
        for column in range(len(table.head)):
            sheet.set_column(column, column, _WIDTHS[column] if column < len(_WIDTHS) else 15)
        sheets.write_cells(sheet, 0, list(table.head), [head] * len(table.head))
        formats: list[Any] = [None, None, *[number] * len(table.columns)]
        for place, row in enumerate(table.rows, 1):
            sheets.write_cells(sheet, place, [row.code, row.nom, *row.values], formats)
        sheet.freeze_panes(1, 2)
        sheets.print_wide(sheet)
        sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.head) - 1)
        _write_notes(book, table)


def _write_notes(book: Any, table: TerritoryTable) -> None:
    sheet = book.add_worksheet("À lire")
    sheet.set_column(0, 0, 100, book.add_format({"text_wrap": True}))
    for place, note in enumerate((table.title, *table.notes)):
        sheet.write_string(place, 0, note)


_SOURCES = {"dialog": "Fenêtre", "line": "Ligne", "import": "Import"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``kind`` is the format of its cells (plain, date, moment, or text), ``width`` is in characters."""

    title: str
    says: Callable[[Mapping[str, Any]], Any]
    kind: str = "plain"
    width: int = 12


def _say_commune(row: Mapping[str, Any]) -> str:
    commune = get_commune(row["commune"])
    return commune.nom if commune else row["commune"]


def _say_themes(row: Mapping[str, Any]) -> str:
    return "; ".join(THEMES[code].court for code in from_bits(row["themes"]))


def _read_label(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: str(row[name].label)


def _count_columns(prefix: str, columns: Mapping[Any, str]) -> tuple[Column, ...]:
    return tuple(Column(f"{prefix} : {code.label}", itemgetter(name)) for code, name in columns.items())


SHEET_COLUMNS: tuple[Column, ...] = (
    Column("Numéro", itemgetter("id"), width=10),
    Column("Date", itemgetter("date"), "date"),
    Column("Canal", _read_label("canal"), "text", 20),
    Column("Commune", _say_commune, "text", 24),
    Column("Code postal", itemgetter("code_postal"), "text", 10),
    Column("Activité", _read_label("activite"), "text", 26),
    Column("Participants", itemgetter("participants")),
    Column("dont récurrents", itemgetter("recurrents")),
    *_count_columns("Âge", AGES),
    *_count_columns("Statut", STATUTS),
    Column("Thèmes", _say_themes, "text", 50),
    Column("Durée (minutes)", itemgetter("minutes")),
    *_count_columns("Suite", SUITES),
    Column("Source", lambda row: _SOURCES[str(row["source"])], "text"),
    Column("Enregistré le", itemgetter("created_at"), "moment", 17),
    Column("Étiquettes", lambda row: "; ".join(row.get("tags", ())), "text", 24),
)


def list_cells(row: Mapping[str, Any], zone: tzinfo) -> list[Any]:
    """Return a row’s cells in the order of SHEET_COLUMNS; moments are in the reader’s zone, as spreadsheets have no
    zones."""
    told = [column.says(row) for column in SHEET_COLUMNS]
    return [
        value.astimezone(zone).replace(tzinfo=None) if column.kind == "moment" else value
        for value, column in zip(told, SHEET_COLUMNS, strict=True)
    ]


# What a sheet holds in any spreadsheet, its head apart.
ROWS_MAX = 1_048_575


class Workbook:
    """A workbook at ``path``: the statistics of a page and, if ``raw``, a sheet of reports, to which mappings of the
    table’s columns are added in batches, by one thread at a time.

    The file exists once it is closed; until then its parts lie beside it.
    """

    def __init__(self, page: FigurePage, path: Path, *, raw: bool = True) -> None:
        self.rows = 0
        self._zone = page.zone
        self._book = sheets.begin_book(path, page.title)
        self._formats = sheets.CellFormats(self._book)
        sheets.write_sheet(self._book.add_worksheet("Statistiques"), page, self._formats)
        self._sheet = self._begin() if raw else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Write the file. Raises OSError."""
        self._end()
        sheets.finish_book(self._book)

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add some rows."""
        formats = [self._formats.of(column.kind) for column in SHEET_COLUMNS]
        for row in rows:
            if self.rows and self.rows % ROWS_MAX == 0:
                self._end()
                self._sheet = self._begin()
            sheets.write_cells(self._sheet, self.rows % ROWS_MAX + 1, list_cells(row, self._zone), formats)
            self.rows += 1

    def _begin(self) -> Any:
        """Begin the sheet of reports: widths and the frozen head must be set before the first row is written."""
        number = self.rows // ROWS_MAX + 1
        sheet = self._book.add_worksheet("CRA" if number == 1 else f"CRA {number}")
        for place, column in enumerate(SHEET_COLUMNS):
            sheet.set_column(place, place, column.width)
        sheet.freeze_panes(1, 1)
        sheets.print_wide(sheet)
        titles = [column.title for column in SHEET_COLUMNS]
        sheets.write_cells(sheet, 0, titles, [self._formats.head] * len(titles))
        return sheet

    def _end(self) -> None:
        if self._sheet is not None:
            written = self.rows - (self.rows - 1) // ROWS_MAX * ROWS_MAX if self.rows else 0
            self._sheet.autofilter(0, 0, max(written, 1), len(SHEET_COLUMNS) - 1)


def write_territory(page: StatsPage, path: Path) -> None:
    """Write a page as PDF, CSV or a workbook without reports, by the file’s suffix."""
    if path.suffix == ".xlsx":
        Workbook(page, path, raw=False).close()
    else:
        write_paper(page, path)


def write_paper(page: StatsPage, path: Path) -> None:
    """Write a page as PDF or CSV, by the file’s suffix."""
    (write_pdf if path.suffix == ".pdf" else sheets.write_csv_page)(page, path)
