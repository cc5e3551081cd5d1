"""« search », « import » and « export resources », with the configured database and the standard streams."""

import sys
from collections.abc import Callable, Mapping
from io import BufferedReader
from typing import cast

from cli.command import Call
from cli.environment import open_to_read, open_up_to_date
from cli.ressources.imports import ResourcesImport, ResourcesOutcome
from cli.ressources.lines import COLUMNS, THEMES_JOINED_BY, ResourceLines
from cli.tables import announce, complain, open_to_import, show_progress, tell_ignored
from cli.terminal import ProgressBar, count, make_table, open_lines, open_standard_output, write
from cli.texts import open_file
from config.ressources import CATEGORIES, KINDS
from config.text import cut, guard
from storage.database import Database
from storage.ressources.catalogue import ResourceHit, SearchPage, search
from storage.ressources.resources import Resource, ResourceState, iterate_pages

HEADINGS = ("score", "nº", "titre", "type", "catégorie", "date")
TITLE_SHOWN = 60
"""The most characters of a title in a table."""


async def search_resources(call: Call, query: str, limit: int, as_json: bool) -> None:
    """Print the results of a search, best first."""
    async with open_to_read(call.settings) as db:
        found = await search(db, query, limit=limit, patience=None)
    for said in found.query.unknown:
        print(f"Filtre inconnu, ignoré : {said}.", file=sys.stderr)
    hits = [{"id": hit.resource.id, "titre": hit.resource.titre, "score": hit.score} for hit in found.hits]
    table = make_table(HEADINGS, [_as_row(hit) for hit in found.hits], _sum_up(found))
    write(hits, table, as_json=as_json)


async def import_resources(call: Call, file: str, *, dry_run: bool = False) -> int:
    """Import a file; return 1 if a line was refused, else 0."""
    async with open_to_import(call.settings, dry_run=dry_run) as database:
        with open_file(file) as stream:
            lines = ResourceLines(cast("BufferedReader", stream))
            outcome = ResourcesOutcome(announces=announce if dry_run else None)
            work = ResourcesImport(database, call.clock(), complain, outcome)
            await work.run(lines, show_progress())
    tell_ignored(lines.ignored)
    print(outcome)
    return 1 if outcome.refused else 0


async def export_resources(call: Call, kind: str) -> None:
    """Write the published resources to the standard output."""
    async with open_up_to_date(call.settings) as database:
        write_line = open_lines(open_standard_output(), kind, COLUMNS, _write_cells)
        await export(database, write_line, ProgressBar(sys.stderr, "fiche"))


def _as_row(hit: ResourceHit) -> tuple[str, ...]:
    one = hit.resource
    kind = KINDS[one.type].libelle if one.type in KINDS else "—"
    categorie = CATEGORIES[one.categorie].libelle if one.categorie in CATEGORIES else "—"
    return str(hit.score), str(one.id), cut(one.titre, TITLE_SHOWN), kind, categorie, f"{one.date:%d/%m/%Y}"


def _sum_up(found: SearchPage) -> str:
    """Say how many results there are, and how many are shown."""
    told, shown = count(found.total, "fiche"), len(found.hits)
    if shown == found.total:
        return f"{told}."
    return f"{told}, dont voici {'la première' if shown == 1 else f'les {shown} premières'}."


Said = Mapping[str, str | list[str]]


async def export(database: Database, write_line: Callable[[Said], object], progress: ProgressBar) -> None:
    """Write each published resource."""
    done = 0
    async with database.transaction(writes=False) as db:
        async for page in iterate_pages(db, ResourceState.PUBLISHED):
            for resource in page:
                write_line(_said(resource))
            done += len(page)
            progress.at(done)
    progress.end()


def _said(resource: Resource) -> Said:
    told: dict[str, str | list[str]] = {"themes": list(resource.theme_codes), "date": resource.date.isoformat()}
    return {name: told[name] if name in told else str(getattr(resource, name)) for name in COLUMNS}


def _write_cells(said: Said) -> list[str]:
    values = [said[name] for name in COLUMNS]
    return [guard(value if isinstance(value, str) else THEMES_JOINED_BY.join(value)) for value in values]
