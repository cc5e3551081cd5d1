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
    "a activite age ai aide ans au aux avec avons c ca canal ce cet cette chez commune cra d dame dames "
    "dans date de des dont du duree en environ est et etaient etait fait femme femmes h homme hommes il "
    "ils initiation j je l la le les leur leurs lieu lors ma madame mes mme mon monsieur mr n ne nos "
    "notre nous on ont ou par pendant perfectionnement permanence pour public qu que qui s sa se ses soit "
    "son sous statut sujet sujets sur theme themes un une vers y "
)
SMALL = frozenset(_SMALL.split())
"""Words of a sentence that tell nothing of the report."""

_ORDINARY = (
    "bar bois bus campagne contre cours fille grand jardin marche mer mere montagne pere place plan pont "
    "riviere rue salon ville vue "
)
ORDINARY = frozenset(_ORDINARY.split())
"""Words that are also communes: they name one only where typed with a capital, or beside a postcode."""

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
