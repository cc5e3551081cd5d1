"""Where a search finds nothing, or not all that was asked was understood: what was not, and what is near."""

from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz

from bot.context import Context
from bot.french.words import join
from bot.replies import Button
from bot.texts import Markdown, quote, render
from commands.ressources.buttons import Listing, Page
from config.folding import fold
from config.ressources import CATEGORIES, LISTS, Choice
from storage.ressources import search
from storage.ressources.query import ANYTHING, QUERY_MAX, Query
from storage.ressources.words import words

ALIKE_MIN = 75
"""How alike, of 100, a word and one of a category are that is near to it."""
NEAR_MAX = 2


def say_unknown(unknown: Sequence[str]) -> Sequence[Markdown]:
    """What was not understood of the filters, each with what there is."""
    return [_say_unknown(*one.partition(":")[::2]) for one in unknown]


def _say_unknown(name: str, value: str) -> Markdown:
    known = [choice.libelle.lower() for choice in LISTS.get(name, {}).values()]
    return render("ressources/unknown", filter=name, value=quote(value), known=join(known, "ou"))


async def without_filters(ctx: Context, query: Query, text: str) -> Sequence[Button]:
    """« Sans les filtres », where the words alone find something."""
    bare = " ".join(group.said for group in query.groups)
    if query.filters is ANYTHING or not bare:
        return []
    found = await search(ctx.db, bare, limit=1)
    return [Button("Sans les filtres", Page(of=Listing.FOUND, text=bare[:QUERY_MAX]))] if found.total else []


def near_categories(text: str, counts: Mapping[str, int]) -> Sequence[Button]:
    """The categories with something in them that are called nearly as what was looked for, the nearest first."""
    said = words(text[:QUERY_MAX])
    alike = {code: _alike(said, category) for code, category in CATEGORIES.items() if counts.get(code)}
    near = sorted((code for code in alike if alike[code] >= ALIKE_MIN), key=lambda code: -alike[code])
    return [
        Button(CATEGORIES[code].libelle, Page(of=Listing.FOUND, text=f"categorie:{code}")) for code in near[:NEAR_MAX]
    ]


def _alike(said: Sequence[str], category: Choice) -> float:
    names = [word for name in (category.libelle, *category.mots) for word in words(fold(name))]
    return max((fuzz.ratio(word, name) for word in said for name in names), default=0.0)
