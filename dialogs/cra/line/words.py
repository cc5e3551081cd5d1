"""The words people use for what a compte rendu says (config/line.tsv); those of the themes are in config.themes."""

from functools import cache

from config.tables import read
from config.themes import THEMES, key

Meaning = tuple[str, str]
"""An element of the dialog and its value."""

WEAK = "weak"
"""The element of an activity’s words that hold only where no better one is: « un accompagnement ponctuel »."""
NO_SUITE = "aucune"
SOME, ALL = "some", "all"
"""Recurrents without a number."""

# Two meanings; which holds depends on what else the line says (weigh.py).
AMBIGUOUS: dict[str, tuple[Meaning, Meaning]] = {
    key("enfants"): (("age", "-12"), ("themes", "accompagner enfant")),
    key("téléphone"): (("canal", "distance"), ("themes", "smartphone")),
    key("visio"): (("canal", "distance"), ("themes", "echanger")),
    key("visioconférence"): (("canal", "distance"), ("themes", "echanger")),
}

_SMALL = (
    "a ai ans au aux avec avons c ca ce cet cette chez cra d dans de des dont du duree elle en et etaient "
    "etait environ est fait h il ils j je l la le les leur leurs lors ma mes mon n ne nos notre nous on "
    "ont ou par pendant pour qu que qui s sa se ses son soit sous sur un une vers y activite age canal "
    "commune date lieu public statut sujet sujets theme themes "
)
SMALL = frozenset(_SMALL.split())
"""Words of a sentence that tell nothing of the report."""

NOT_TYPOS = frozenset(("domicilie", "retrait", "salaire"))
"""One letter away from a word of the table, and no slip."""
SHORTEST_WITH_TYPO = 6


@cache
def meanings() -> dict[str, Meaning]:
    """Every text that means something besides themes, reduced by `key`."""
    return {key(word): (row["element"], row["valeur"]) for row in read("line.tsv") for word in row["mots"].split(", ")}


@cache
def comma_themes() -> frozenset[str]:
    """The theme labels that hold a comma, reduced by `key`: they are read across it."""
    return frozenset(key(text) for t in THEMES.values() for text in (t.libelle, t.court) if "," in text)


@cache
def single_words() -> tuple[str, ...]:
    """The single words of the table that are long enough for a slip to show."""
    return tuple(word for word in meanings() if len(word) >= SHORTEST_WITH_TYPO and " " not in word)
