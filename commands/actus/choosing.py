"""Which of the news are nearest to somebody, and why: by what they work on and where, and what they want less of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from config.departements import DEPARTEMENTS
from config.themes import THEMES
from storage.actus.items import Kind, Section
from storage.actus.personal import Candidate

MOST, LEAST = 7, 3
"""Items in a digest of one's own; fewer than the least are completed with what is for all."""
OFTEN = 0.2
"""Of somebody's comptes rendus, from which they work on a theme « often »."""
_SKILL = 0.5
"""What a theme that somebody says they know weighs, beside the part of their comptes rendus."""
_HERE, _TOP = 1.0, 0.6
KINDS: Mapping[Kind, str] = {
    Kind.MESSAGE: "les messages des canaux",
    Kind.FEED: "la presse",
    Kind.RESOURCE: "les ressources",
    Kind.EVENT: "les événements",
    Kind.POLL: "les résultats de sondages",
    Kind.PROPOSAL: "ce que proposent les collègues",
}
"""What one may want less of, beside themes."""


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom: the part of their work by theme (code), what they know, where they work, what they want less of
    (« theme:courriel », « genre:flux ») and what they got before."""

    practice: Mapping[str, float]
    skills: Collection[str]
    departements: Collection[str]
    less: frozenset[str]
    got: Collection[int]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Something for somebody, and why, as the end of « parce que … »."""

    news: Candidate
    why: str


def choose(news: Sequence[Candidate], reader: Reader) -> Sequence[Chosen]:
    """The nearest first; what somebody wants less of comes only on top of the news, and never what they got before."""
    there = [each for each in news if each.item not in reader.got and _is_for(each, reader)]
    wanted = [each for each in there if each.section is Section.TOP or not reader.less & grounds(each)]
    weighed = [(_weight(each, reader), each) for each in wanted]
    weighed.sort(key=lambda pair: (-pair[0], -pair[1].score, pair[1].item))
    near = [each for weight, each in weighed if weight][:MOST]
    rest = [each for weight, each in weighed if not weight][: max(0, LEAST - len(near))]
    return [Chosen(each, _why(each, reader)) for each in (*near, *rest)]


def grounds(news: Candidate) -> set[str]:
    """All that somebody may want less of, and would with it see less of this."""
    return {*(f"theme:{code}" for code in news.themes), f"genre:{news.kind}"}


def say_ground(ground: str) -> str:
    """What one wants less of, in words; "" for what is none any more."""
    kind, _, code = ground.partition(":")
    if kind == "theme":
        return f"« {THEMES[code].court} »" if code in THEMES else ""
    return KINDS[Kind(code)] if code in set(Kind) and Kind(code) in KINDS else ""


def _is_for(news: Candidate, reader: Reader) -> bool:
    """Figures and newcomers are read in the digest itself; what is of a département is for who works there."""
    if news.kind in {Kind.FIGURES, Kind.NEWCOMERS}:
        return False
    return not news.departement or news.departement in reader.departements


def _weight(news: Candidate, reader: Reader) -> float:
    themes = sum(max(reader.practice.get(code, 0), _SKILL * (code in reader.skills)) for code in news.themes)
    return themes + _HERE * bool(news.departement) + _TOP * (news.section is Section.TOP)


def _why(news: Candidate, reader: Reader) -> str:
    codes = sorted(news.themes, key=lambda code: -reader.practice.get(code, 0))
    if codes and (part := reader.practice.get(codes[0], 0)):
        return f"vous accompagnez {'souvent' if part >= OFTEN else 'parfois'} sur « {THEMES[codes[0]].court} »"
    if known := next((code for code in codes if code in reader.skills), None):
        return f"vous dites connaître « {THEMES[known].court} »"
    if news.departement in DEPARTEMENTS:
        return f"cela se passe dans votre département ({DEPARTEMENTS[news.departement].nom})"
    return "c’est à la une" if news.section is Section.TOP else "cela intéresse tout le réseau"
