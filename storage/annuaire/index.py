"""The directory in memory: which words find whom, and how well."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property, lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, or_, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from config.ressources import synonyms
from config.territories import DEPARTEMENTS, hub_of
from config.text import find_nearest, fold, make_theme_word
from config.text import split_words as split_all
from config.themes import THEMES, find_theme, vocabulary
from storage.annuaire.entries import AnyPerson, Contact, ContactState, ListedPerson, find_commune, may_see
from storage.communes import Commune, find_place_exactly
from storage.database import dialect, execute
from storage.people import SHOWN_TO, Audience, Awaited, Person, Role
from storage.search import PREFIX_MIN, InvertedIndex, Vocabulary, count_slips_allowed

SMALL = frozenset({"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "pour", "sur"})
"""Words that are ignored in a search, since every text has them."""
ROLES = {
    Role.CONSEILLER: ("conseiller", "conseillere", "cn", "cnfs"),
    Role.COORDINATEUR: ("coordinateur", "coordinatrice", "coordo"),
    Role.ANIMATEUR: ("animateur", "animatrice"),
    Role.INVITE: ("invite", "invitee"),
    Role.HOTLINE: ("hotline",),
    Role.ADMINISTRATEUR: ("administrateur", "administratrice"),
}
"""What people call each role, folded."""
ROLE_WORDS = frozenset(name for names in ROLES.values() for name in names)
WHOLE, PART = 100, 75
"""The weight of a word that is the whole of a value, and of one of several words of it."""
OWN_WORD, STRUCTURE, USERNAME, REGION, THEME = 90, 70, 80, 60, 60


REMEMBERED = 10_000
"""How many texts’ words are cached, since first names and structures recur."""


Word = tuple[str, int, str]
"""A word that finds an entry, how well (of 100), and the field that says it: empty for what everybody sees.

(There are hundreds of thousands: of plain tuples the garbage collector takes no notice.)
"""


@dataclass(frozen=True, slots=True, eq=False)
class DirectoryEntry:
    """A person, contact or institution that can be found; a person whose imported line still waits for an account has
    no id.

    ``open_fields`` are the fields that the whole réseau sees; ``order`` ranks entries that match equally well.
    """

    person: AnyPerson | None
    contact: Contact | None
    name: str
    departements: frozenset[str]
    words: tuple[Word, ...]
    open_fields: frozenset[str]
    order: tuple[bool, str, str]

    @classmethod
    def of_person(cls, person: AnyPerson) -> "DirectoryEntry":
        """Make the entry of a person with all words, whoever may see them."""
        name, places = fold(person.full_name), frozenset(person.departements)
        seen = frozenset(field for field in SHOWN_TO if person.audience(field) is Audience.RESEAU)
        return cls(person, None, name, places, tuple(_list_person_words(person)), seen, (False, name, person.username))

    @classmethod
    def of_contact(cls, contact: Contact) -> "DirectoryEntry":
        """Make the entry of a contact."""
        name, places = fold(contact.title), frozenset({contact.departement} - {""})
        return cls(None, contact, name, places, tuple(_list_contact_words(contact)), frozenset(), (True, name, ""))


@lru_cache(REMEMBERED)
def split_words(text: str) -> tuple[str, ...]:
    """Split a text into the words that are compared; without small words, unless there are no others."""
    every = split_all(text)
    return tuple(word for word in every if word not in SMALL) or tuple(every)


def _weigh(text: str, whole: int, part: int, field: str = "") -> Iterator[Word]:
    found = split_words(text)
    weight = whole if len(found) == 1 else part
    return ((word, weight, field) for word in found)


def _list_person_words(person: AnyPerson) -> Iterator[Word]:
    for name in (person.prenom, person.nom):
        yield from _weigh(name or "", WHOLE, WHOLE)
    yield from _weigh(person.username, USERNAME, USERNAME)
    if person.role is not None:
        yield from _list_role_words(person.role)
    for code in person.departements:
        yield from _list_departement_words(code)
    yield from _list_commune_words(find_commune(person))
    yield from _weigh(person.structure or "", STRUCTURE, STRUCTURE, "structure")
    for code in person.skills:
        yield from _list_theme_words(code)
    for word in person.skill_words:
        yield from _weigh(word, OWN_WORD, OWN_WORD, "skills")
        for other in _find_synonyms(fold(word)):
            yield from _weigh(other, THEME, THEME, "skills")
    for language in person.languages:
        yield from _weigh(language, USERNAME, USERNAME, "languages")


def _list_contact_words(contact: Contact) -> Iterator[Word]:
    yield from _weigh(contact.nom, WHOLE, WHOLE)
    yield from _weigh(contact.organisme, WHOLE, WHOLE)
    yield from _weigh(contact.fonction, STRUCTURE, STRUCTURE)
    if contact.departement:
        yield from _list_departement_words(contact.departement)


@cache
def _list_role_words(role: Role) -> tuple[Word, ...]:
    called = [(name, WHOLE, "") for name in ROLES[role]]
    return (*called, *((word, PART, "") for word in split_words(role.label) if word not in ROLES[role]))


@cache
def _list_departement_words(code: str) -> tuple[Word, ...]:
    found = DEPARTEMENTS.get(code)
    named = (*_weigh(found.nom, WHOLE, PART), *_weigh(found.region, REGION, REGION)) if found else ()
    hub = hub_of(code)
    # (« Hub » alone is no name: everybody has one.)
    of_hub = _weigh(hub.name.removeprefix("Hub "), REGION, REGION) if hub else ()
    return ((code.lower(), WHOLE, ""), *named, *of_hub)


@cache
def _list_commune_words(commune: Commune | None) -> tuple[Word, ...]:
    """List the words that find a commune: its name, its postcodes and its code."""
    if commune is None:
        return ()
    codes = {commune.code.lower(), *commune.codes_postaux}
    return (*_weigh(commune.nom, WHOLE, PART, "commune"), *((each, WHOLE, "commune") for each in sorted(codes)))


@cache
def _find_synonyms(word: str) -> Sequence[str]:
    """What a folded word or phrase is also called, by the table of the resources: « Excel » is a « tableur »."""
    return [other for group in synonyms() if word in map(fold, group) for other in group if fold(other) != word]


@cache
def _list_theme_words(code: str) -> tuple[Word, ...]:
    theme = THEMES.get(code)
    if theme is None:
        return ()
    labels = {*split_words(theme.court), *split_words(theme.libelle)}
    return (
        (make_theme_word(code), THEME, "skills"),
        *((word, THEME, "skills") for word in sorted(labels) if len(word) > 2),
    )


QUERY_MAX = 100
"""The most characters of a query that are read."""
TERMS_MAX = 8
BEGINS, SLIP = 0.85, 0.15
"""The factor for a match with the beginning of a word, and what each wrong letter takes off."""
LIKE_MIN = 60
"""The least similarity, of 100, of a word suggested in place of another."""
SUGGESTED_MAX = 3
NEAR_SKILLS = 2
"""How many of them are usual words for a skill: « tableur » for « tableaur »."""

Scores = dict[int, float]
"""The scores of entries, by their place in the index."""


@dataclass(frozen=True, slots=True)
class DirectoryHit:
    """An entry that was found, with its score (of 100)."""

    entry: DirectoryEntry
    score: int


class DirectoryIndex:
    """An index of entries by their places, and for each field the words that lead to them (field "" holds what
    everybody sees)."""

    def __init__(self, entries: Iterable[DirectoryEntry] = ()) -> None:
        self.entries: list[DirectoryEntry] = []
        self.fields: dict[str, InvertedIndex] = defaultdict(InvertedIndex)
        self._letters: dict[str, None] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: DirectoryEntry) -> None:
        """Add an entry at the next place; all must be added before the first search."""
        place = len(self.entries)
        self.entries.append(entry)
        for word, weight, name in entry.words:
            self.fields[name].add(word, place, weight)
        self._letters.update((word, None) for word, *_ in entry.words if word.isalpha())

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of all words made of letters."""
        return Vocabulary(self._letters)

    def search(self, viewer: Person, query: str) -> list[DirectoryHit]:
        """Find the entries that match every word of a query and that somebody may see, the best first.

        Among equal scores one’s own département comes first. A query without words finds everything, in that same
        order.
        """
        terms = read_terms(query)
        found = self._all(viewer) if not terms else self._by_terms(viewer, terms)
        here = frozenset(viewer.departements)
        hits = [DirectoryHit(self.entries[place], round(score)) for place, score in found.items()]
        return sorted(hits, key=lambda hit: (-hit.score, hit.entry.departements.isdisjoint(here), hit.entry.order))

    def skilled(self, viewer: Person, query: str) -> list[DirectoryHit]:
        """Find who declared the skill that a query names and may be asked about it; never the person who asks."""
        terms = read_terms(query)
        found = self._by_terms(viewer, terms, "skills") if terms else {}
        hits = [DirectoryHit(self.entries[place], round(score)) for place, score in found.items()]
        return [hit for hit in hits if (p := hit.entry.person) and p.helps and p.id not in {"", viewer.id}]

    def suggest(self, viewer: Person, query: str) -> list[str]:
        """Suggest other queries, close to one that finds nothing, that do find something."""
        terms = read_terms(query)
        proposed = [*_find_departements(query), *self._respelt(viewer, terms), *(terms if len(terms) > 1 else ())]
        worth = (other for other in dict.fromkeys(proposed) if self._by_terms(viewer, read_terms(other)))
        return [other for _, other in zip(range(SUGGESTED_MAX), worth, strict=False)]

    def suggest_skills(self, viewer: Person, query: str) -> list[str]:
        """Suggest other skills, close to one that nobody declared, of which somebody may be asked."""
        near = dict.fromkeys(self._respelt(viewer, read_terms(query), "skills"))
        worth = (other for other in near if self.skilled(viewer, other))
        return [other for _, other in zip(range(SUGGESTED_MAX), worth, strict=False)]

    def _all(self, viewer: Person) -> Scores:
        here = frozenset(viewer.departements)
        return {place: 50.0 if here.isdisjoint(e.departements) else 100.0 for place, e in enumerate(self.entries)}

    def _by_terms(self, viewer: Person, terms: Sequence[str], only: str = "") -> Scores:
        """Score the entries that every word finds, or that all words together find as a theme; ``only`` restricts that
        to one field."""
        phrase = find_theme(" ".join(terms)) if len(terms) > 1 else None
        by_theme = self._follow(viewer, {make_theme_word(phrase.code): 1.0}, only) if phrase else {}
        each = [self._follow(viewer, dict(self._spellings(term)), only) for term in terms]
        both = set(each[0]).intersection(*each[1:])
        found = {place: sum(scores[place] for scores in each) / len(each) for place in both}
        return by_theme | found

    def _spellings(self, term: str) -> Iterator[tuple[str, float]]:
        """Yield the known words that a term may mean, each with its worth; the last one yielded for a word counts.

        A role is meant literally: « ordinateur » is two letters away from « coordinateur ».
        """
        if term.isalpha() and term not in ROLE_WORDS:
            yield from ((word, 1 - SLIP * slips) for word, slips in self.vocabulary.find_near(term))
            if len(term) >= PREFIX_MIN:
                yield from ((word, BEGINS) for word in self.vocabulary.begin_with(term))
        theme = find_theme(term)
        if theme is not None:
            yield make_theme_word(theme.code), 1.0
        yield term, 1.0

    def _follow(self, viewer: Person, worths: Mapping[str, float], only: str = "") -> Scores:
        """Score the entries that words lead to, as far as the viewer may see the fields that contain them."""
        found: Scores = {}
        for name in [only] if only else self.fields:
            for place, score in self.fields[name].follow(worths):
                if score > found.get(place, 0.0) and self._shows(viewer, place, name):
                    found[place] = score
        return found

    def _shows(self, viewer: Person, place: int, name: str) -> bool:
        """Tell whether somebody may see a field of the entry at a place."""
        person, open_fields = self.entries[place].person, self.entries[place].open_fields
        return not name or name in open_fields or person is None or may_see(viewer, person, name)

    def _is_seen(self, viewer: Person, word: str) -> bool:
        """Tell whether a word stands in some field that somebody may see."""
        return any(
            self._shows(viewer, place, name) for name, index in self.fields.items() for place in index.list_places(word)
        )

    def _respelt(self, viewer: Person, terms: Sequence[str], only: str = "") -> Iterator[str]:
        """Yield the query again with one of its words that finds nobody replaced by a known word that is like it;
        ``only`` restricts where it is looked for to one field."""
        for number, term in enumerate(terms):
            if self._by_terms(viewer, [term], only):
                continue
            near = self.vocabulary.find_alike(term, LIKE_MIN)
            seen = (word for word, _ in near if self._is_seen(viewer, word))
            skills = find_nearest(term, list(vocabulary()), count_slips_allowed(term))[0]
            for word in (*skills[:NEAR_SKILLS], *islice(seen, SUGGESTED_MAX)):
                yield " ".join((*terms[:number], word, *terms[number + 1 :]))


def read_terms(query: str) -> list[str]:
    """Read the words of a query; « 1 » is the Ain’s « 01 »."""
    found = split_words(query[:QUERY_MAX])[:TERMS_MAX]
    return [term.zfill(2) if term.isdecimal() else term for term in found]


def _find_departements(query: str) -> Iterator[str]:
    """Find the département of a commune where nobody is."""
    found = find_place_exactly(query[:QUERY_MAX])
    for place in (found.place, *found.choices):
        if place is not None:
            yield place.commune.departement.lower()


AT_ONCE = 50
"""How many entries are indexed before the event loop gets a turn: the first time there may be thousands."""
BETWEEN = "\x1e"
"""The separator of rows: no JSON contains it."""


@dataclass(frozen=True, slots=True)
class _TableSource:
    """A table that the directory reads: its plain columns, and those that hold JSON; each row becomes one line of
    text."""

    table: type[Any]
    plain: tuple[str, ...]
    jsons: tuple[str, ...] = ()

    def line(self, kind: str) -> ColumnElement[str]:
        """Write a row as a JSON array, in the words of a kind of database."""
        plain = [col(getattr(self.table, name)) for name in self.plain]
        jsons = [col(getattr(self.table, name)) for name in self.jsons]
        if kind == "postgresql":
            return cast(func.json_build_array(*plain, *jsons), Text)
        return func.json_array(*plain, *(func.json(column) for column in jsons))

    def read(self, line: str) -> dict[str, Any]:
        """Read the columns of a line."""
        return dict(zip((*self.plain, *self.jsons), json.loads(line), strict=True))


_PEOPLE = _TableSource(
    Person,
    (
        *("id", "username", "helps", "role", "derived_role", "prenom", "nom"),
        *("email", "telephone", "structure", "code_commune"),
    ),
    ("departements", "skills", "skill_words", "languages", "shown_to"),
)
_LINES = _TableSource(
    Awaited, ("username", "role", "prenom", "nom", "email", "structure", "code_commune"), ("departements",)
)
_CONTACTS = _TableSource(
    Contact, ("id", "key", "nom", "organisme", "fonction", "email", "telephone", "site", "departement")
)


@dataclass(slots=True)
class _Memory:
    """The texts that were read last, and the index built of them."""

    texts: Sequence[str] = ()
    entries: dict[str, DirectoryEntry] = field(default_factory=dict)
    index: DirectoryIndex = field(default_factory=DirectoryIndex)


_memories: dict[bool, _Memory] = {}
"""With and without those who have no account yet: each is right, or made anew, whichever database is read."""


async def read_index(db: AsyncSession, today: date, *, awaited: bool = False) -> DirectoryIndex:
    """Read the directory: people neither hidden nor gone by that day, contacts and, if wanted, people announced."""
    seen = _is_there(Person, today) & col(Person.is_hidden).is_(False)
    texts = [
        await _read_text(db, _PEOPLE, seen),
        await _read_text(db, _CONTACTS, col(Contact.state) == ContactState.PUBLISHED),
        await _read_text(db, _LINES, _is_there(Awaited, today)) if awaited else "",
    ]
    known = _memories.get(awaited) or _Memory()
    if texts != known.texts:
        known = await _build_index(texts, known.entries)
        _memories[awaited] = known
    return known.index


async def _read_text(db: AsyncSession, source: _TableSource, wanted: Any) -> str:
    """Read all rows as one text: thousands of row objects would each be walked again by the garbage collector."""
    kind = dialect(db)
    rows = select(source.line(kind).label("line")).where(wanted).order_by(col(source.table.id)).subquery()
    joined = func.string_agg if kind == "postgresql" else func.group_concat
    return (await execute(db, select(joined(rows.c.line, BETWEEN)))).scalar() or ""


def _is_there(table: type[Person] | type[Awaited], today: date) -> ColumnElement[bool]:
    return or_(col(table.left_on).is_(None), col(table.left_on) >= today)


async def _build_index(texts: Sequence[str], known: dict[str, DirectoryEntry]) -> _Memory:
    """Build all entries and their index; unchanged lines are not parsed again, and other tasks get their turn
    meanwhile."""
    readers: tuple[Callable[[str], DirectoryEntry], ...] = (_read_person, _read_contact, _read_announced)
    entries: dict[str, DirectoryEntry] = {}
    for reader, text in zip(readers, texts, strict=True):
        for line in filter(None, text.split(BETWEEN)):
            entries[line] = known.get(line) or reader(line)
            if len(entries) % AT_ONCE == 0:
                await asyncio.sleep(0)
    made = _Memory(texts, entries)
    for entry in _drop_announced(entries):
        made.index.add(entry)
        if len(made.index.entries) % AT_ONCE == 0:
            await asyncio.sleep(0)
    return made


def _drop_announced(entries: dict[str, DirectoryEntry]) -> tuple[DirectoryEntry, ...]:
    """Remove the announced people who are already there under their user name."""
    present = {entry.person.username for entry in entries.values() if entry.person and entry.person.id}
    return tuple(e for e in entries.values() if not e.person or e.person.id or e.person.username not in present)


def _read_person(line: str) -> DirectoryEntry:
    """Read a person from a line; their role is the register’s, else the one that Mattermost last told."""
    said = _PEOPLE.read(line)
    given, derived = said.pop("role"), said.pop("derived_role")
    role = given or derived
    said |= {"role": Role(role) if role else None, "shown_to": said["shown_to"] or {}, "helps": bool(said["helps"])}
    return DirectoryEntry.of_person(ListedPerson(**said))


def _read_announced(line: str) -> DirectoryEntry:
    said = _LINES.read(line)
    role, username = said.pop("role"), said.pop("username") or ""
    return DirectoryEntry.of_person(ListedPerson(**said, id="", username=username, role=Role(role) if role else None))


def _read_contact(line: str) -> DirectoryEntry:
    return DirectoryEntry.of_contact(Contact(**_CONTACTS.read(line), state=ContactState.PUBLISHED))
