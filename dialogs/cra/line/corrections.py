"""A few words that put a previewed report right, or complete it: « en fait mardi », « 2h30 », « sans thème »."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from bot.forms import Clues
from bot.french import read_number
from config.text import fold, split_words
from dialogs.cra.line.complaints import find_name, list_places, read_complaint
from dialogs.cra.line.parser import choose_pieces, split_line
from dialogs.cra.line.readers import ALL, BARE_NUMBER, SOME, WEAK
from dialogs.cra.line.submission import gather_values
from dialogs.cra.line.values import LineValues
from storage.cra.habits import Usual
from storage.cra.tags import take_tags

SAID_MAX = 120
"""Characters: what is longer is a report of its own."""
_SAID = (
    r"non|nan|en fait|en r[ée]alit[ée]|enfin|finalement|plut[oô]t|erreur|correction|rectification|pardon|oups|mince|"
    r"zut|je voulais dire|je me suis tromp[ée]+|(?:c['’ ]?|ce )[ée]tai[ts]|c['’ ]?est|"
    r"(?:ils?|elles?|on) (?:(?:en )?[ée]tai(?:en)?t|est|sont)|"
    r"(?:ils?|elles?|cette dame|la dame|ce monsieur|le monsieur) (?:a|ont|avai(?:en)?t)"
    r"(?= (?:environ |à peu près |presque )?(?:plus|moins|entre|\d))|"
    r"nous [ée]tions|il y (?:en )?avait|y avait|(?:re)?mets?|"
    r"(?:(?:tu peux|vous pouvez|il faut|faut) )?(?:re)?mett(?:ez|re)|chang\w+|corrig\w+|modifi\w+|boug\w+|"
    r"d[ée]plac\w+|report(?:e|ez|er|ons)|remplac\w+|not(?:e|ez|er)"
)
_AROUND = r"ah|oh|mais|euh|et|bon|alors|ok|d[ée]sol[ée]e?"
_END = r"(?:-(?:l[ea]s?|en|moi)| (?:moi|ça|ca|cela))*(?:[\s,:;.!]+|$)"
_FRAME = re.compile(rf"^(?:(?:{_SAID}|{_AROUND}){_END})+", re.IGNORECASE)
"""What is said before a correction."""
_ANNOUNCING = re.compile(rf"\b(?:{_SAID})(?!\w)", re.IGNORECASE)
_NOT = re.compile(
    r"(?:^|[ ,])(?:et |mais )?(?:non )?(?:pas|au lieu d(?:e|u)|à la place d(?:e|u)|plut[oô]t que)\b ?"
    r"(?:à |a |en |de |d['’]|l[ea] )?([^,;.]+?)\s*(?:[,;]|\bmais\b|$)",
    re.IGNORECASE,
)
"""What it was not: « non pas Bron, Vaulx », « à Vaulx et pas Bron »."""
_TAKE_OUT = re.compile(
    r"^(?:enl[eè]v\w*|retir\w*|sans|suppr\w*|vir(?:e|ez|er)|[ôo]t(?:e|ez|er)|efface\w*|pas)\s+(?:d['’]|de )?(.+)$",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"(?:^|\s)(?:pas|enl[eè]v\w*|retir\w*|suppr\w*|vir(?:e|ez|er)|remplac\w*|au lieu d[eu]|à la place d[eu])\s+(.+)$",
    re.IGNORECASE,
)
"""What goes, and what comes instead: « pas word, excel », « remplace mail par caf »."""
_PRESENT = re.compile(
    r"\b(?:(?:ils|elles|on|nous) (?:en )?[ée]t(?:aient|ait|ions)|(?:y|on|j['’]) ?(?:en )?ava(?:it|is)) (\w+)"
    r"(?=$|,| et\b)",
    re.IGNORECASE,
)
"""How many were there: « ils étaient 12 »."""
_REFUSED = frozenset({"pas", "sans", "ni"})
_PUT_IN = re.compile(r"^(?:r?ajout\w*|aussi|en plus|plus|et|\+)\s+(?:aussi )?(.+)$", re.IGNORECASE)
_ALSO = re.compile(r"\b(?:aussi|[ed][en] plus|également|r?ajout\w*)\b", re.IGNORECASE)
_MORE = re.compile(r"\s(?:de|en) plus$", re.IGNORECASE)
_ADDING = re.compile(r"^(?:r?ajout\w*|et|aussi|plus|avec|l['’ ]?[ée]tiquette|le tag)*$", re.IGNORECASE)
_MINE = re.compile(r"mes\s", re.IGNORECASE)
"""What asks for one’s own reports."""
_FREE = frozenset({"themes", "etiquettes", "recurrents", "age", "statut", "duree", "suite"})
"""What is taken out without anything in its place."""
_ARTICLE = r"(?:(?:le|la|les|l|ce|cet|cette|dans|en|au|a|vers|c etait) )*"
_MOMENT = re.compile(
    rf"{_ARTICLE}(?:matin|matinee|apres midi|aprem|aprm|soir|soiree|midi)|"
    r"(?:c etait )?(?:a|vers|des) \d{1,2} ?h ?(?:\d\d)?"
)
_GENDER = re.compile(
    r"(?:(?:que|uniquement|seulement|rien que|tous|toutes|c etait|\d{1,3}) ){0,5}(?:des |de |les )?"
    r"(?:femmes?|hommes?|filles?|garcons?|dames?|messieurs)"
    r"(?: (?:et|ou) (?:\d{1,3} )?(?:femmes?|hommes?|filles?|garcons?))?"
)
_NAMED = re.compile(r"(?:(?:avec|c etait|pour) )?(?:m|mr|mme|mlle|madame|monsieur) [a-z]{3,}(?: [a-z]+)?")
_KEPT_OUT = (
    (_MOMENT, "Un compte rendu ne dit ni l’heure ni le moment de la journée : rien n’a changé."),
    (_GENDER, "Un compte rendu ne dit pas s’il s’agit de femmes ou d’hommes : rien n’a changé."),
    (_NAMED, "Un compte rendu ne contient jamais de nom : rien n’a changé."),
)
"""What no report contains, and how that is said."""
_SPREAD = (
    "Pour compter chaque âge et chaque statut, enregistrez d’abord : « Répartir » est sous le reçu. Rien n’a changé."
)


ANY = "tout"
"""What is asked for where something is said to be wrong, and not what."""
_MET = re.compile(
    r"\b(?:j ?ai|on a|nous avons) (?:recu|vu|aide|accompagne|rencontre|depanne|eu) (?:une?|1|mme|m|mr) |"
    r"^(?:(?:hier|ce matin|cet apres midi|aujourd hui) )?(?:une?|1) (?:vieux |vieille |jeune )?"
    r"(?:monsieur|dame|mamie|papi|papy|personne|homme|femme|couple|usagere?|retraitee?) "
)
"""That somebody was met: « j’ai reçu une dame »."""
MET_FROM = 4
"""Parts of a report from which it is told anew, where it begins with who was met."""
_NUMBERED = frozenset({"participants", "duree", "age"})
"""What a mere number may be."""


class Way(Enum):
    """What becomes of what is said: it stands in place of what was, comes in addition, or goes."""

    SET, ADD, REMOVE = range(3)


@dataclass(frozen=True)
class Correction:
    """What somebody said of a previewed report.

    ``found`` are the values said, ``gone`` the themes in whose place they stand; ``named`` is a part of the report that
    is only named: to be taken out or asked for; ``complains`` where something is said to be wrong, be it not said what.
    ``number`` counts without saying what; ``beside`` is what no report contains. ``place`` is which of several reports
    is meant, from 0. ``is_announced`` where a word says that it corrects, ``unread`` is what was not understood.
    ``meets`` where it says whom somebody has met.
    """

    found: LineValues = field(default_factory=LineValues)
    way: Way = Way.SET
    gone: Sequence[str] = ()
    named: str = ""
    complains: bool = False
    number: int | None = None
    beside: str = ""
    tags: Sequence[str] = ()
    unread: str = ""
    place: int | None = None
    is_announced: bool = False
    meets: bool = False

    @property
    def elements(self) -> set[str]:
        """The parts of the report of which it says something."""
        return _list_elements(self.found)

    @property
    def is_another(self) -> bool:
        """Whether it rather tells of another report: what was done, and more; or who was met, and much of it."""
        is_done = "activite" in self.elements and len(self.elements) > 1
        return not self.is_announced and (is_done or (self.meets and len(self.elements) >= MET_FROM))

    def answers(self, part: str) -> bool:
        """Whether it says what is right of a part that was asked for, or of any where that was not named (ANY)."""
        right = {e for e in self.elements if e not in self.found.mistakes or self.found.choices.get(e)}
        right |= {self.named} - {""} | ({"etiquettes"} if self.tags else set())
        right |= _NUMBERED if self.number is not None else set()
        return not self.complains and (part in right or (part == ANY and bool(right)))

    @property
    def leaves(self) -> bool:
        """Whether one of several reports is to go."""
        return self.way is Way.REMOVE and not self.named and not self.elements


def _list_elements(found: LineValues) -> set[str]:
    return {element for element, values in found.said.items() if values} | set(found.mistakes)


@dataclass(frozen=True)
class SpokenOf:
    """What is spoken of: ``count`` reports; where a ``part`` was asked for last, of the one at ``place``, or of all."""

    count: int = 1
    part: str = ""
    place: int | None = None


_ALONE = SpokenOf()


def read_correction(
    said: str, clues: Clues, usual: Usual | None = None, subject: SpokenOf = _ALONE
) -> Correction | None:
    """Read what is said after a preview; None where it is no correction of a report, but something else."""
    if len(said) > SAID_MAX or "?" in said or "\n" in said.strip() or _MINE.match(said.lstrip()):
        return None
    reader = _Reader(clues, usual or Usual(), subject.part)
    said = " ".join(said.split()).rstrip(" .!")
    for place, rest, leaves in list_places(said, subject.count):
        if leaves:
            return Correction(way=Way.REMOVE, place=place, is_announced=True)
        if found := reader.read(rest) if rest else Correction(complains=True):
            return replace(found, place=place, is_announced=True)
    found = reader.read(said)
    if found is None:
        return None
    is_asked = subject.part == ANY or subject.part in found.elements
    meets = bool(_MET.search(" ".join(split_words(said))))
    return replace(found, place=subject.place, is_announced=found.is_announced or is_asked, meets=meets)


_LEADS = {
    "date": "le {}",
    "commune": "à {}",
    "age": "{} ans",
    "participants": "{} personnes",
    "recurrents": "{} déjà venus",
}
"""What makes a value of a bare word, where that part was asked for."""
HOURS_MAX = 9
"""A bare number up to which a duration is in hours."""


def lead_to(part: str, word: str) -> str:
    """Say a bare word as the value of a part of a report: « 45 » is « 45 min » where the duration was asked for."""
    if part == "duree" and word.isdigit():
        return f"{word} h" if int(word) <= HOURS_MAX else f"{word} min"
    return _LEADS.get(part, "{}").format(word)


class _Reader:
    """Reads what is said of one report, of which a part may have been asked for."""

    def __init__(self, clues: Clues, usual: Usual, part: str) -> None:
        self._clues = clues
        self._usual = usual
        self._part = part

    def read(self, said: str) -> Correction | None:
        """Read a correction: what is wrong with or without what is right, values, or the mere name of a part."""
        complaint = read_complaint(said)
        if complaint is None:
            return self._read_right(said, self._part)
        if complaint.is_wrong and not complaint.rest:
            return Correction(named=complaint.part, complains=True, is_announced=True)
        right = self._read_right(said, self._part) or self._read_right(complaint.rest, complaint.part)
        if right:
            return replace(right, is_announced=right.is_announced or complaint.is_wrong)
        return None if complaint.rest else Correction(named=complaint.part, complains=True)

    def _read_right(self, said: str, part: str) -> Correction | None:
        """Read what is right; a bare word is the part that was asked for."""
        said, tags = take_tags(_PRESENT.sub(_count_people, said))
        rest = _MORE.sub("", _FRAME.sub("", said.strip())).rstrip(" .!")
        if tags and not _ADDING.sub("", rest):
            return Correction(tags=tags, is_announced=True)
        if instead := self._read_instead(said):
            return instead
        if _tells_spread(rest, self._clues):
            return Correction(beside=_SPREAD, is_announced=True)
        is_announced = bool(_ANNOUNCING.search(said))
        way = Way.ADD if _ALSO.search(said) else Way.SET
        whole = self._read_values(rest) or (self._read_values(lead_to(part, rest)) if part and rest else None)
        if whole:
            return Correction(whole, way, is_announced=is_announced)
        return self._read_beside(rest, way, is_announced=is_announced) or self._read_act(
            said, rest, is_announced=is_announced
        )

    def _read_beside(self, rest: str, way: Way, *, is_announced: bool) -> Correction | None:
        """Read what no report contains, or a number alone."""
        plain = " ".join(split_words(rest))
        if beside := next((told for pattern, told in _KEPT_OUT if pattern.fullmatch(plain)), ""):
            return Correction(beside=beside, is_announced=True)
        number = _read_count(re.sub("^(?:par|en) ", "", plain))
        return Correction(number=number, way=way, is_announced=is_announced) if number is not None else None

    def _read_act(self, said: str, rest: str, *, is_announced: bool) -> Correction | None:
        """Read « enlève le thème », « rajoute smartphone », « pas à Bron », or what is said to correct."""
        if match := _TAKE_OUT.match(rest):
            named = find_name(match[1])
            gone = None if named else self._read_values(match[1])
            if (named in _FREE) or (gone and set(gone.raw) == {"themes"}):
                return Correction(gone or LineValues(), Way.REMOVE, named=named, is_announced=True)
        match = _PUT_IN.match(rest) or _PUT_IN.match(said.strip())
        if more := self._read_values(match[1].rstrip(" .!")) if match else None:
            return Correction(more, Way.ADD, is_announced=True)
        match = _NOT.search(rest)
        gone = None
        if match and not _NOT.sub("", rest):
            gone = self._read_values(match[1]) or self._read_values(f"le {match[1]}")
        if gone and len(gone.raw) == 1:
            return Correction(named=next(iter(gone.raw)), complains=True, is_announced=True)
        return self._read_some(rest) if is_announced else None

    def _read_instead(self, said: str) -> Correction | None:
        """Read what was not so, with what was instead: « pas word, excel », « à Vaulx et pas à Bron »."""
        behind = _INSTEAD.search(said)
        words = behind[1].split() if behind else []
        pairs = ((" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words)))
        found = (self._read_pair(gone, right, is_parted=False) for gone, right in pairs)
        if instead := next(filter(None, found), None):
            return instead
        match = _NOT.search(said)
        return self._read_pair(match[1], _NOT.sub(" ", said), is_parted=True) if match else None

    def _read_pair(self, gone: str, right: str, *, is_parted: bool) -> Correction | None:
        """Read what goes, and what comes in its place: two of a kind, unless signs part them."""
        gone, right = gone.strip(" ,"), _FRAME.sub("", right).strip(" ,;.")
        before, after = self._read_values(gone), self._read_values(right)
        if _read_count(gone) is not None and (number := _read_count(right)) is not None:
            return Correction(number=number, is_announced=True)
        if after is None or not (
            is_parted or (before and not _list_elements(before).isdisjoint(_list_elements(after)))
        ):
            return None
        return Correction(after, gone=before.raw.get("themes", ()) if before else (), is_announced=True)

    def _read_some(self, rest: str) -> Correction | None:
        """Read what is announced as a correction, where at most a word of it was not understood."""
        found = self._gather(rest)
        if not found or len(found.unread) != 1:
            return None
        (piece,) = found.unread
        unread = split_line(rest).as_typed(piece.first, piece.end)
        return None if unread.lower() in _REFUSED else Correction(found, unread=unread, is_announced=True)

    def _read_values(self, text: str) -> LineValues | None:
        """Read a text as parts of a report and nothing else; None where some of it is not, or nothing is said."""
        found = self._gather(text)
        return found if found and not found.unread else None

    def _gather(self, text: str) -> LineValues | None:
        typed = split_line(text)
        pieces = choose_pieces(typed, self._clues)
        told = {piece.reading.element for piece in pieces if piece.reading} - {WEAK, BARE_NUMBER}
        found = gather_values(typed, pieces, self._clues, self._usual)
        found.notes = {}
        if "activite" not in told:
            found.said.pop("activite", None)
            found.raw.pop("activite", None)
        for piece in pieces:
            if piece.reading and piece.reading.value in (SOME, ALL):
                found.said["recurrents"], found.raw["recurrents"] = [piece.reading.value], piece.reading.value
                found.unread = [other for other in found.unread if other != piece]
        if "commune" in found.raw:
            found.said["commune"] = [found.raw["commune"]]
        has_values = found.mistakes or any(found.said.values())
        return found if has_values and typed.tokens and not typed.rest else None


def strip_frame(said: str) -> str:
    """Return what is said without what leads to it: « en fait c’était », « mets »."""
    return _FRAME.sub("", said.strip()).rstrip(" .!")


def announces(said: str) -> bool:
    """Return whether a word says that something is put right: « plutôt », « mets »."""
    return bool(_ANNOUNCING.search(said))


def find_taken_out(said: str) -> str:
    """Find what is to go: « la visio » for « enlève la visio »; "" where nothing is."""
    found = _TAKE_OUT.match(strip_frame(said))
    return found[1].strip() if found else ""


def find_put_in(said: str) -> str:
    """Find what comes in addition: « mail » for « ajoute mail »; "" where nothing does."""
    found = _PUT_IN.match(strip_frame(said)) or _PUT_IN.match(said.strip())
    return found[1].strip(" .!") if found else ""


def split_refused(said: str) -> tuple[str, str]:
    """Split what was not so from what is: « mardi » and « mercredi » for « mercredi pas mardi »; "" for neither."""
    found = _NOT.search(said)
    return (found[1].strip(), strip_frame(_NOT.sub(" ", said))) if found else ("", "")


def _count_people(match: re.Match[str]) -> str:
    """Say « 12 personnes » for « ils étaient 12 »; leave all else."""
    count = read_number(fold(match[1]))
    return match[0] if count is None else f"{count} personnes"


def _read_count(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) <= len("100") else None


def _tells_spread(said: str, clues: Clues) -> bool:
    """Return whether several groups are counted, and nothing else is said: « 3 retraités 5 en emploi »."""
    pieces = choose_pieces(split_line(said), clues)
    told = [piece.reading.element if piece.reading else "" for piece in pieces]
    counts, counted = told.count(BARE_NUMBER), told.count("age") + told.count("statut")
    return counts > 1 and counts + counted == len(told) and counted > 1
