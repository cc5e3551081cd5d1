"""« search », « import » and « export resources » with a real database and the standard streams."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from io import BufferedReader
from typing import TextIO, cast

from cli.command import Call
from cli.environment import begin_reading, open_up_to_date
from cli.ressources.imports import Import, ResourcesOutcome
from cli.ressources.lines import COLUMNS, THEMES_JOINED_BY, Lines
from cli.tables import announce, complain, open_to_import
from cli.terminal import ProgressBar, align, begin_csv, count, open_standard_output
from cli.texts import open_file
from config.ressources import CATEGORIES, KINDS
from config.text import guard
from storage.database import Database
from storage.ressources import SearchPage, search
from storage.ressources.resources import Resource, ResourceState, iterate_pages

TITLE_SHOWN = 60
"""Letters of a title in a table."""


async def search_resources(call: Call, query: str, limit: int, as_json: bool) -> int:
    """Write what a query finds, the best first."""
    async with open_up_to_date(call.settings) as database, begin_reading(database) as db:
        found = await search(db, query, limit=limit, patience=None)
    for said in found.query.unknown:
        print(f"Filtre inconnu, ignoré : {said}.", file=sys.stderr)
    if as_json:
        hits = [{"id": hit.resource.id, "titre": hit.resource.titre, "score": hit.score} for hit in found.hits]
        print(json.dumps(hits, ensure_ascii=False))
    else:
        print("\n".join(_lines(found)))
    return 0


async def import_resources(call: Call, file: str, *, dry_run: bool = False) -> int:
    """Take a file in; 1 when a line was refused, 0 otherwise."""
    async with open_to_import(call.settings, dry_run=dry_run) as database:
        with open_file(file) as stream:
            lines = Lines(cast("BufferedReader", stream))
            outcome = ResourcesOutcome(announces=announce if dry_run else None)
            work = Import(database, call.clock(), complain, outcome)
            await work.run(lines, ProgressBar(sys.stderr, "ligne lue"))
    if lines.ignored:
        print(f"Colonnes inconnues, ignorées : {', '.join(sorted(lines.ignored))}.", file=sys.stderr)
    print(outcome)
    return 1 if outcome.refused else 0


async def export_resources(call: Call, kind: str) -> int:
    """Write what is published on the standard output."""
    async with open_up_to_date(call.settings) as database:
        await export(database, writer(open_standard_output(), kind), ProgressBar(sys.stderr, "fiche"))
    return 0


def _lines(found: SearchPage) -> Iterator[str]:
    """A table to be read."""
    rows = [("score", "nº", "titre", "type", "catégorie", "date")]
    for hit in found.hits:
        one = hit.resource
        kind = KINDS[one.type].libelle if one.type in KINDS else "—"
        categorie = CATEGORIES[one.categorie].libelle if one.categorie in CATEGORIES else "—"
        titre = one.titre if len(one.titre) <= TITLE_SHOWN else f"{one.titre[: TITLE_SHOWN - 1]}…"
        rows.append((str(hit.score), str(one.id), titre, kind, categorie, f"{one.date:%d/%m/%Y}"))
    if found.hits:
        yield from align(rows)
    told = count(found.total, "fiche")
    shown = len(found.hits)
    yield (
        f"{told}."
        if shown == found.total
        else f"{told}, dont voici {'la première' if shown == 1 else f'les {shown} premières'}."
    )


Said = Mapping[str, str | list[str]]


def writer(out: TextIO, kind: str) -> Callable[[Said], object]:
    """What writes one line in a format, « jsonl » or « csv »; the CSV’s first line is written at once."""
    if kind == "jsonl":
        return lambda said: print(json.dumps(said, ensure_ascii=False), file=out)
    write = begin_csv(out, COLUMNS)
    return lambda said: write([_cell(said[name]) for name in COLUMNS])


async def export(database: Database, write: Callable[[Said], object], progress: ProgressBar) -> int:
    """Write everything that is published, and say how much it was."""
    done = 0
    async with database.transaction(writes=False) as db:
        async for page in iterate_pages(db, ResourceState.PUBLISHED):
            for resource in page:
                write(_said(resource))
            done += len(page)
            progress.at(done)
    progress.end()
    return done


def _said(resource: Resource) -> Said:
    told: dict[str, str | list[str]] = {"themes": list(resource.theme_codes), "date": resource.date.isoformat()}
    return {name: told[name] if name in told else str(getattr(resource, name)) for name in COLUMNS}


def _cell(value: str | list[str]) -> str:
    return guard(value if isinstance(value, str) else THEMES_JOINED_BY.join(value))
