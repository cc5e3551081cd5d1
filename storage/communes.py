"""The communes of France (official table of the year given in storage/data/NOTICE.md) and how a text names one."""

import gzip
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from config import libraries
from config.text import find_near, fold
from storage.search import PREFIX_MIN, Vocabulary

_CEDEX = re.compile(r"\bcedex\b(?: [0-9]{1,2}\b)?")
_ARRONDISSEMENT = re.compile(r"\b0?([0-9]{1,2}) ?(?:er|ere|eme|e|nd|nde)?(?: arr(?:ondissement)?)?(?=\||$)")
_SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s": "sur"}
_LINKING = frozenset(["d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "saint", "sainte", "sous", "sur"])
_SHORT_WORD = re.compile(r"\b(st|ste|sts|stes|s)\b")


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today: INSEE code, name, postcodes (or none), département, inhabitants (0: unknown)."""

    code: str
    nom: str
    codes_postaux: tuple[str, ...]
    departement: str
    population: int


class TextLines(Mapping[str, str]):
    """A mapping of the lines of one text: what stands before the first tab is the key, the rest the value.

    The text is kept whole, sorted by key, and a line is found by halving it, in some 10 µs: a dict would take ten times
    the memory.
    """

    def __init__(self, text: bytes) -> None:
        self._text = text

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield the same as ``items``, without a search for each key."""
        start = 0
        while start < len(self._text):
            end = self._text.index(b"\n", start)
            key, _, value = self._text[start:end].decode().partition("\t")
            yield key, value
            start = end + 1

    def __getitem__(self, key: str) -> str:
        text, wanted = self._text, f"{key}\t".encode()
        low, high = 0, len(text)
        while low < high:
            middle = (low + high) // 2
            start, end = text.rfind(b"\n", low, middle) + 1 or low, text.index(b"\n", middle)
            line = text[start:end]
            if line.startswith(wanted):
                return line[len(wanted) :].decode()
            low, high = (end + 1, high) if line < wanted else (low, start)
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return (key for key, _ in self.rows())

    def __len__(self) -> int:
        return self._text.count(b"\n")


@dataclass(frozen=True, slots=True)
class CommuneIndex:
    """The tables of communes (lines by code) and their indexes (codes, separated by spaces, by name or postcode)."""

    lines: TextLines
    by_name: TextLines
    by_postcode: TextLines
    former: TextLines
    by_former_name: TextLines


@cache
def load_table() -> CommuneIndex:
    names = ("communes", "communes_by_name", "communes_by_postcode", "former_communes", "former_communes_by_name")
    return CommuneIndex(*map(_read_lines, names))


def _read_lines(name: str) -> TextLines:
    return TextLines(gzip.decompress((files("storage") / "data" / f"{name}.tsv.gz").read_bytes()))


@cache
def _list_names() -> Vocabulary:
    return Vocabulary(load_table().by_name)


def load_communes() -> None:
    """Load the tables of communes now: it takes longer than a request should."""
    load_table()


def reduce_name(text: str) -> str:
    """Reduce names (separated by | if several) to the form in which they are compared: St is Saint, s/ is sur, s/s is
    sous."""
    folded = _CEDEX.sub(" ", fold(text)).replace("s/s", " sous ")
    folded = " ".join(re.sub(r"[^a-z0-9|]+", " ", folded).split()).replace(" |", "|").replace("| ", "|")
    return _ARRONDISSEMENT.sub(r"\1", _SHORT_WORD.sub(lambda match: _SHORT[match[0]], folded))


@lru_cache(maxsize=512)
def get_commune(code: str) -> Commune | None:
    """Return the commune of today with this INSEE code; those asked for lately are kept, as people report where they
    reported before."""
    line = load_table().lines.get(code)
    return None if line is None else _read_commune(code, line)


def _read_commune(code: str, line: str) -> Commune:
    nom, population, codes_postaux, departement = line.split("\t")
    return Commune(code, nom, tuple(codes_postaux.split()), departement, int(population or 0))


def list_communes() -> Iterator[Commune]:
    """Yield all communes of today, in the order of their INSEE codes."""
    return (_read_commune(code, line) for code, line in load_table().lines.rows())


MOST_CHOICES = 12
LETTERS_MIN = 3
"""The least number of letters of a name to be typed after a postcode that several communes share."""
MOST_SUGGESTIONS = 5
_NEAR_CODES, _LIKE_NAMES = 5, 10
_LONGEST_TEXT = 120
# Likeness of names, out of 100: worth suggesting, and worth suggesting before the names that begin as typed.
_LEAST_LIKENESS, _GREAT_LIKENESS = 75, 90

_CODE = re.compile(r"[(\[]?\b([0-9][0-9AaBb][0-9]{3})\b[)\]]?")
_SPACED_POSTCODE = re.compile(r"^\s*([0-9]{2})\s([0-9]{3})\b")
_DEPARTEMENT = re.compile(r"^(.+) (2a|2b|[0-9]{2,3})$")


@dataclass(frozen=True, slots=True)
class CommunePlace:
    """A commune with the postcode to keep for it ("" where the commune has none)."""

    commune: Commune
    code_postal: str

    @property
    def label(self) -> str:
        """The text to show, which `find_place` reads back as exactly this place."""
        return make_label(self.commune, self.code_postal)


@dataclass(frozen=True, slots=True)
class Match:
    """The result of reading a text: one `place`; or several `choices` (and `more` unlisted); or none, with
    `suggestions`."""

    place: CommunePlace | None = None
    choices: tuple[CommunePlace, ...] = ()
    more: int = 0
    suggestions: tuple[CommunePlace, ...] = ()


def make_label(commune: Commune, code_postal: str) -> str:
    """Return « 69120 Vaulx-en-Velin », or « Archipel des Crozet (98413) » for a commune without postcode."""
    return f"{code_postal} {commune.nom}" if code_postal else f"{commune.nom} ({commune.code})"


def find_place(text: str, near: Sequence[str] = ()) -> Match:
    """Find the commune that a text names: postcode, name, both in any order, or INSEE code.

    Former communes and « Lyon 3e » lead to today's commune, « Saint-Denis 974 » to the one of that département.
    The start of a name is never taken for the name. Choices and suggestions come from the départements `near`
    first, then by population.
    """
    found = find_place_exactly(text, near)
    if found.place or found.choices:
        return found
    name, codes = _split_codes(text)
    return Match(suggestions=_suggest(name, codes, near))


def find_place_exactly(text: str, near: Sequence[str] = ()) -> Match:
    """Find the commune of a text as `find_place` does, but without suggestions, whose search takes a thousand times as
    long."""
    name, codes = _split_codes(text)
    places = _rank_places(_find_by_name(name, codes) if name else _find_by_code(codes), near)
    if len(places) == 1:
        return Match(place=places[0])
    return Match(choices=tuple(places[:MOST_CHOICES]), more=max(0, len(places) - MOST_CHOICES))


def find_spelt(text: str, near: Sequence[str] = ()) -> Match:
    """Find the commune of a text, one that is spelt just so rather than one with other accents: « Vire » is Vire
    Normandie, and not Viré. Without an accent, which many leave out, both are offered unless it is the larger one."""
    found, spelt = find_place_exactly(text, near), _spell(text)
    places = [found.place] if found.place else list(found.choices)
    same = [place for place in places if _spell(place.commune.nom) == spelt]
    others = [place for place in places if place not in same]
    same = same or ([*_list_former(spelt)] if others else [])
    if not same or not others or found.more:
        return found
    largest, other = (max(place.commune.population for place in each) for each in (same, others))
    is_near = any(place.commune.departement in near for place in others)
    kept = same if spelt != fold(spelt) or (largest > other and not is_near) else [*same, *others]
    return Match(place=kept[0]) if len(kept) == 1 else Match(choices=tuple(kept))


def _spell(name: str) -> str:
    return " ".join(re.split(r"[\s’'-]+", name.strip().lower()))


def _list_former(spelt: str) -> Iterator[CommunePlace]:
    """Yield the communes of today that were called so, and still begin with that name: « Vire Normandie »."""
    table = load_table()
    for code in table.by_former_name.get(reduce_name(spelt), "").split():
        place = _get_former(code)
        if _spell(table.former[code].split("\t")[0]) == spelt and _spell(place.commune.nom).startswith(f"{spelt} "):
            yield place


def find_begun_place(text: str) -> CommunePlace | None:
    """Find the only commune of a postcode whose name begins with the letters typed after it."""
    name, codes = _split_codes(text)
    here = load_table().by_postcode.get(codes[0], "").split() if len(codes) == 1 and name else ()
    places = (_get_place(code, codes) for code in here)
    begun = [place for place in places if reduce_name(place.commune.nom).startswith(name)]
    return begun[0] if len(begun) == 1 else None


def shorten_label(place: CommunePlace) -> str:
    """Return the shortest text that names just this place: its postcode, with as many letters as tell it from the
    others of this postcode (`find_place` and `find_begun_place` read it back)."""
    if find_place_exactly(place.code_postal).place == place:
        return place.code_postal
    nom = place.commune.nom
    begun = (f"{place.code_postal} {nom[:size]}" for size in range(LETTERS_MIN, len(nom)))
    return next((text for text in begun if text[-1].isalnum() and find_begun_place(text) == place), place.label)


def find_near_places(text: str, near: Sequence[str]) -> list[CommunePlace]:
    """Find the communes of these départements whose names hold these words, one of which begins the name, the most
    populated first."""
    words = [word for word in reduce_name(text).split() if word not in _LINKING]
    codes = [code for departement in near for code in _find_longer_names(words, departement)]
    return sorted((_get_place(code) for code in codes), key=lambda place: -place.commune.population)


def find_larger_places(text: str, place: CommunePlace) -> list[CommunePlace]:
    """Find the communes that a name may be short for rather than the one that it names, the most populated first:
    « Villefranche » was a village, and Villefranche-sur-Saône has forty thousand people."""
    longer = _list_by_names(_list_names().begin_with(f"{reduce_name(text)} "))
    least = place.commune.population * (1 if reduce_name(place.commune.nom) != reduce_name(text) else _LARGER)
    accented = _spell(text) if _spell(text) != fold(text) else ""  # « Viré » is no Vire Normandie
    larger = [p for p in longer if p.commune.population > least and _spell(p.commune.nom).startswith(accented)]
    return sorted(larger, key=lambda other: -other.commune.population)


def find_meant_places(text: str, place: CommunePlace, near: Sequence[str]) -> list[CommunePlace]:
    """Find the communes that a name without a code may be short for, rather than this place that bears it elsewhere:
    those of these départements, else larger ones; none where it is the whole name of a city that everybody knows."""
    is_city = place.commune.population >= _KNOWN_TO_ALL and reduce_name(place.commune.nom) == reduce_name(text)
    if is_city or place.commune.departement in near or _split_codes(text)[1]:
        return []
    return find_near_places(text, near) or find_larger_places(text, place)


_KNOWN_TO_ALL = 100_000
"""Inhabitants of a city that nobody says for a village: « Paris » is no Paris-l’Hôpital."""
_LARGER = 3
"""How many times as many people make another commune the one that is rather meant."""


def _find_longer_names(words: Sequence[str], departement: str) -> Iterator[str]:
    text = reduce_name(" ".join(words))
    for name, kept, code in _list_names_of(departement):
        if kept[:1] == tuple(words[:1]) and set(words) <= set(kept) and name != text:
            yield code


@lru_cache(maxsize=128)
def _list_names_of(departement: str) -> Sequence[tuple[str, tuple[str, ...], str]]:
    """List each name of a département, its words without those that link, and its code."""
    end = f"\t{departement}"
    lines = [(code, line) for code, line in load_table().lines.rows() if line.endswith(end)]
    names = reduce_name("|".join(line.split("\t", 1)[0] for _, line in lines)).split("|")
    kept = [tuple(word for word in name.split() if word not in _LINKING) for name in names]
    return [(name, words, code) for name, words, (code, _) in zip(names, kept, lines, strict=True)]


def _split_codes(text: str) -> tuple[str, list[str]]:
    """Split a text into the name, reduced by `key`, and the codes."""
    text = _SPACED_POSTCODE.sub(r"\1\2", text[:_LONGEST_TEXT])
    return reduce_name(_CODE.sub(" ", text)), [code.upper() for code in _CODE.findall(text)]


def _drop_doubles(places: Iterable[CommunePlace]) -> list[CommunePlace]:
    """Keep the first place of each commune."""
    unique: dict[str, CommunePlace] = {}
    for place in places:
        unique.setdefault(place.commune.code, place)
    return list(unique.values())


def _rank_places(places: Iterable[CommunePlace], near: Sequence[str]) -> list[CommunePlace]:
    """Sort places by nearness then population, one place for each commune."""
    return sorted(
        _drop_doubles(places),
        key=lambda place: (place.commune.departement not in near, -place.commune.population, place.commune.code),
    )


def _get_place(code: str, codes_postaux: Iterable[str] = ()) -> CommunePlace:
    """Return a commune with the first of the wanted postcodes that is its own, else with its first one."""
    commune = get_commune(code)
    assert commune, code  # the indexes only hold codes of the table
    own = [postcode for postcode in codes_postaux if postcode in commune.codes_postaux]
    return CommunePlace(commune, (own or [*commune.codes_postaux, ""])[0])


def _find_by_code(codes: Sequence[str]) -> Iterator[CommunePlace]:
    """Yield the communes of one postcode, else the one of an INSEE code, of today or of an arrondissement.

    Codes of former communes do not count: nobody types them, and they would swallow mistyped postcodes.
    """
    if len(codes) != 1:
        return
    communes, code = load_table(), codes[0]
    if code in communes.by_postcode:
        yield from (_get_place(insee, codes) for insee in communes.by_postcode[code].split())
    elif code in communes.lines:
        yield _get_place(code)
    elif code in communes.former and not communes.former[code].endswith("\t"):
        yield _get_former(code)


def _get_former(code: str) -> CommunePlace:
    _, today, code_postal = load_table().former[code].split("\t")
    return _get_place(today, [code_postal])


def _find_by_name(name: str, codes: Sequence[str]) -> list[CommunePlace]:
    """Return the communes of a name that agree with all codes; former names count where no current one agrees."""
    communes = load_table()
    today = (_get_place(code, codes) for code in communes.by_name.get(name, "").split())
    former = (_get_former(code) for code in communes.by_former_name.get(name, "").split())
    for places in (today, former):
        if agreeing := [agreed for place in places if (agreed := _agree(place, codes))]:
            return agreeing
    return _find_in_departement(name) if not codes else []


def _agree(place: CommunePlace, codes: Sequence[str]) -> CommunePlace | None:
    """Return the place with the typed postcode, or None where a code is neither its postcode nor its INSEE code."""
    commune = place.commune
    if any(code not in commune.codes_postaux and code != commune.code for code in codes):
        return None
    return _get_place(commune.code, [*codes, place.code_postal])


def _find_in_departement(name: str) -> list[CommunePlace]:
    match = _DEPARTEMENT.match(name)
    if not match:
        return []
    places = _find_by_name(match[1], ())
    return [place for place in places if place.commune.departement == match[2].upper()]


def _suggest(name: str, codes: Sequence[str], near: Sequence[str]) -> tuple[CommunePlace, ...]:
    """Return the places that may have been meant, the likeliest first, each group by nearness then population."""
    groups = _suggest_by_name(name, codes) if name else _suggest_by_code(codes)
    return tuple(_drop_doubles(place for group in groups for place in _rank_places(group, near))[:MOST_SUGGESTIONS])


def _suggest_by_name(name: str, codes: Sequence[str]) -> Iterator[Iterator[CommunePlace]]:
    """Yield the places of a typed postcode whose name resembles, then the name elsewhere, then names like it."""
    communes = load_table()
    here = (_get_place(code, codes) for cp in codes for code in communes.by_postcode.get(cp, "").split())
    yield (place for place in here if libraries.fuzz.WRatio(name, reduce_name(place.commune.nom)) >= _LEAST_LIKENESS)
    yield (place for place in _find_by_name(name, ()) if codes)
    known = _list_names()
    yield _list_by_names(known.begin_with(name + " "))
    names = known.find_alike(name, _LEAST_LIKENESS, _LIKE_NAMES)
    yield from (_list_by_names([other]) for other, likeness in names if likeness >= _GREAT_LIKENESS)
    yield _list_by_names(known.begin_with(name) if len(name) >= PREFIX_MIN else ())
    yield from (_list_by_names([other]) for other, _ in names)


def _list_by_names(names: Iterable[str]) -> Iterator[CommunePlace]:
    return (_get_place(code) for name in names for code in load_table().by_name[name].split())


def _suggest_by_code(codes: Sequence[str]) -> Iterator[Iterator[CommunePlace]]:
    """Yield the communes of the postcodes one digit away."""
    by_postcode = load_table().by_postcode
    near_codes = [cp for code in codes for cp, _ in find_near(code, by_postcode.keys(), 1, _NEAR_CODES)]
    yield (_get_place(code, [cp]) for cp in near_codes for code in by_postcode[cp].split())
