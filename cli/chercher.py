"""« coop-bot search tout »: what somebody would find with « /chercher », from a terminal."""

import sys

from bot.search import Hit, Search, SearchKind, search_all
from cli.annuaire import find_viewer
from cli.checks import choose_features
from cli.command import Call
from cli.environment import open_to_read
from cli.terminal import count, make_table, write
from commands import FEATURES
from storage.ressources import catalogue

HITS_MAX = 50
"""The most results of each kind, best first."""


async def search_everything(call: Call, query: str, username: str, as_json: bool) -> int:
    """Print what somebody would find, of every kind, best first; return 1 if some source failed."""
    sources = [source for feature in choose_features(FEATURES, call.settings) for source in feature.sources]
    async with open_to_read(call.settings) as db:
        viewer = await find_viewer(db, username)
        await catalogue.warm_up(db)  # here nobody is in a hurry
        search = Search(query, viewer, call.clock(), db, call.settings, HITS_MAX, awaited=True)
        found = await search_all(sources, search)
    ranked = sorted(((one.kind, hit) for one in found for hit in one.found.hits), key=lambda pair: -pair[1].score)
    rows = [(str(hit.score), kind.name, str(hit.ident), hit.title) for kind, hit in ranked]
    table = make_table(("score", "sorte", "id", "titre"), rows, f"{count(len(rows), 'résultat')}.")
    write([_as_object(kind, hit) for kind, hit in ranked], table, as_json=as_json)
    failed = [one.kind.several.lower() for one in found if one.failed]
    if failed:
        print(f"Rien n’a pu être cherché parmi : {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def _as_object(kind: SearchKind, hit: Hit) -> dict[str, object]:
    """Describe a result as in docs/wire.md."""
    return {"sorte": kind.name, "id": hit.ident, "titre": hit.title, "score": hit.score}
