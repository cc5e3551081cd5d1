"""« search », « import » and « export resources » with a real database and the standard streams."""

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from io import BufferedReader
from typing import TextIO, cast

from bot.french.words import NBSP, plural
from cli.columns import align
from cli.opening import begin_reading, open_database, open_file, open_up_to_date
from cli.politeness import POLITENESS
from cli.progress import ProgressBar
from cli.ressources.exporting import export, writer
from cli.ressources.importing import Import
from cli.ressources.lines import Lines
from config.ressources import CATEGORIES, KINDS
from config.settings import Settings
from storage import migrate
from storage.ressources import Found, search

TITLE_SHOWN = 60
"""Letters of a title in a table."""


async def search_resources(settings: Settings, options: Namespace) -> int:
    """Write what a query finds, the best first."""
    async with open_up_to_date(settings) as database, begin_reading(database) as db:
        found = await search(db, options.query, limit=options.limit)
    for said in found.query.unknown:
        print(f"Filtre inconnu, ignoré : {said}.", file=sys.stderr)
    if options.json:
        hits = [{"id": hit.resource.id, "titre": hit.resource.titre, "score": hit.score} for hit in found.hits]
        print(json.dumps(hits, ensure_ascii=False))
    else:
        print("\n".join(_lines(found)))
    return 0


async def import_resources(settings: Settings, name: str, now: datetime) -> int:
    """Take a file in; 1 when a line was refused, 0 otherwise."""
    os.nice(POLITENESS)
    await migrate.prepare(settings.database_url)
    async with open_database(settings) as database:
        with open_file(name) as stream:
            lines = Lines(cast("BufferedReader", stream))
            outcome = await Import(database, now, _complain).run(lines, ProgressBar(sys.stderr, "ligne lue"))
    if lines.ignored:
        print(f"Colonnes inconnues, ignorées : {', '.join(sorted(lines.ignored))}.", file=sys.stderr)
    print(outcome)
    return 1 if outcome.refused else 0


async def export_resources(settings: Settings, kind: str) -> int:
    """Write what is published on the standard output."""
    cast("TextIO", sys.stdout).reconfigure(encoding="utf-8", newline="")  # type: ignore[attr-defined]
    async with open_up_to_date(settings) as database:
        await export(database, writer(sys.stdout, kind), ProgressBar(sys.stderr, "fiche"))
    return 0


def _complain(number: int, reason: str) -> None:
    print(f"ligne {number} : {reason}", file=sys.stderr)


def _lines(found: Found) -> Iterator[str]:
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
    told = plural(found.total, "fiche").replace(NBSP, " ")
    shown = len(found.hits)
    yield (
        f"{told}."
        if shown == found.total
        else f"{told}, dont voici {'la première' if shown == 1 else f'les {shown} premières'}."
    )
