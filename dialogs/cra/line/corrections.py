"""A few words that put a previewed report right, or complete it: « en fait mardi », « 2h30 », « sans thème »."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from bot.forms import Clues
from bot.french import NBSP, join, say_date, say_minutes
from bot.texts import quote
from config.text import split_words
from config.themes import THEMES
from dialogs.cra import NewCra
from dialogs.cra.line import Line
from dialogs.cra.line.parser import choose_pieces, split_line
from dialogs.cra.line.readers import ALL, BARE_NUMBER, NO_SUITE, SOME, WEAK
from dialogs.cra.line.submission import gather_values
from dialogs.cra.line.values import LineValues
from storage.cra.habits import Usual
from storage.cra.report import Activite, Statut
from storage.cra.tags import take_tags

SAID_MAX = 80
"""Characters: what is longer is a report of its own."""
_SAID = (
    r"non|nan|en fait|en r[ée]alit[ée]|enfin|finalement|plut[oô]t|erreur|correction|rectification|pardon|oups|mince|"
    r"zut|je voulais dire|je me suis tromp[ée]+|(?:c['’ ]?|ce )[ée]tai[ts]|c['’ ]?est|"
    r"(?:ils?|elles?|on) [ée]tai(?:en)?t|nous [ée]tions|il y (?:en )?avait|y avait|mets?|mettez|mettre|chang\w+|"
    r"corrig\w+|modifi\w+|boug\w+|d[ée]plac\w+|remplac\w+|not(?:e|ez|er)"
)
_AROUND = r"ah|oh|mais|euh|et|bon|alors|ok|d[ée]sol[ée]e?"
_END = r"(?:[ -](?:l[ea]s?|moi|ça|ca|cela|par|en))*(?:[\s,:;.!]+|$)"
_FRAME = re.compile(rf"^(?:(?:{_SAID}|{_AROUND}){_END})+", re.IGNORECASE)
"""What is said before a correction."""
_ANNOUNCING = re.compile(rf"\b(?:{_SAID})(?!\w)", re.IGNORECASE)
_NOT = re.compile(
    r"(?:^|[ ,])(?:et |mais )?(?:non )?(?:pas|au lieu d(?:e|u)|à la place d(?:e|u))\b ?(?:à |a |en |de |d['’]|l[ea] )?"
    r"([^,;.]+?)\s*(?:[,;]|\bmais\b|$)",
    re.IGNORECASE,
)
"""What it was not: « non pas Bron, Vaulx », « à Vaulx et pas Bron »."""
_TAKE_OUT = re.compile(
    r"^(?:enl[eè]v\w*|retir\w*|sans|suppr\w*|vir(?:e|ez|er)|[ôo]t(?:e|ez|er)|efface\w*|pas)\s+(?:d['’]|de )?(.+)$",
    re.IGNORECASE,
)
_PUT_IN = re.compile(r"^(?:r?ajout\w*|aussi|en plus|plus|et|\+)\s+(?:aussi )?(.+)$", re.IGNORECASE)
_ALSO = re.compile(r"\b(?:aussi|[ed][en] plus|également|r?ajout\w*)\b", re.IGNORECASE)
_MORE = re.compile(r"\s(?:de|en) plus$", re.IGNORECASE)
_ADDING = re.compile(r"^(?:r?ajout\w*|et|aussi|plus|avec|l['’ ]?[ée]tiquette|le tag)*$", re.IGNORECASE)
_MINE = re.compile(r"mes\s", re.IGNORECASE)
"""What asks for one’s own reports."""
_NAMES = {
    **dict.fromkeys(("theme", "themes", "sujet"), "themes"),
    **dict.fromkeys(("etiquette", "etiquettes", "tag", "tags"), "etiquettes"),
    **dict.fromkeys(("recurrents", "deja venus", "habitues"), "recurrents"),
    **dict.fromkeys(("age", "ages", "tranche d age"), "age"),
    **dict.fromkeys(("statut", "statuts"), "statut"),
    **dict.fromkeys(("commune", "ville", "lieu", "endroit"), "commune"),
    **dict.fromkeys(("date", "jour"), "date"),
    **dict.fromkeys(("duree", "temps", "heure", "heures"), "duree"),
    **dict.fromkeys(("participants", "nombre", "nombre de participants", "nombre de personnes"), "participants"),
    "suite": "suite",
    "canal": "canal",
    "activite": "activite",
}
"""What the parts of a report are called."""
_FREE = frozenset({"themes", "etiquettes", "recurrents", "age", "statut", "duree", "suite"})
"""What is taken out without anything in its place."""
_CORRECTED = {
    "date": "Date corrigée",
    "canal": "Canal corrigé",
    "commune": "Commune corrigée",
    "activite": "Activité corrigée",
    "participants": "Nombre de participants corrigé",
    "age": "Âge corrigé",
    "statut": "Statut corrigé",
    "themes": "Thèmes corrigés",
    "etiquettes": "Étiquettes corrigées",
    "duree": "Durée corrigée",
    "suite": "Suite corrigée",
    "recurrents": "Nombre de personnes déjà venues corrigé",
}
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


T = TypeVar("T")


class Way(Enum):
    """What becomes of what is said: it stands in place of what was, comes in addition, or goes."""

    SET, ADD, REMOVE = range(3)


@dataclass(frozen=True)
class Correction:
    """What somebody said of a previewed report.

    ``found`` are the values said; ``named`` is a part of the report that is only named: to be taken out or asked for;
    ``number`` counts without saying what; ``beside`` is what no report contains. ``is_announced`` where a word says
    that it corrects, ``unread`` is what was not understood.
    """

    found: LineValues = field(default_factory=LineValues)
    way: Way = Way.SET
    named: str = ""
    number: int | None = None
    beside: str = ""
    tags: Sequence[str] = ()
    unread: str = ""
    is_announced: bool = False

    @property
    def elements(self) -> set[str]:
        """The parts of the report of which it says something."""
        return {element for element, values in self.found.said.items() if values} | set(self.found.mistakes)

    @property
    def is_another(self) -> bool:
        """Whether it rather tells of another report: what was done, and more."""
        return not self.is_announced and "activite" in self.elements and len(self.elements) > 1


def read_correction(said: str, clues: Clues, usual: Usual | None = None) -> Correction | None:
    """Read what is said after a preview; None where it is no correction of a report, but something else."""
    if len(said) > SAID_MAX or "?" in said or "\n" in said.strip() or _MINE.match(said.lstrip()):
        return None
    said, tags = take_tags(said)
    rest = _MORE.sub("", _FRAME.sub("", said.strip())).rstrip(" .!")
    if tags and not _ADDING.sub("", rest):
        return Correction(tags=tags, is_announced=True)
    is_announced = bool(_ANNOUNCING.search(said))
    if whole := _read_values(rest, clues, usual):
        return Correction(whole, Way.ADD if _ALSO.search(said) else Way.SET, is_announced=is_announced)
    return _read_beside(rest, clues, is_announced=is_announced) or _read_act(said, rest, clues, usual, is_announced)


def _read_beside(rest: str, clues: Clues, *, is_announced: bool) -> Correction | None:
    """Read what no report contains, the name of a part of it alone, or a number alone."""
    plain = " ".join(split_words(rest))
    if beside := _find_beside(plain, rest, clues):
        return Correction(beside=beside, is_announced=True)
    if is_announced and (named := _find_name(rest)):
        return Correction(named=named, is_announced=True)
    is_count = plain.isdigit() and len(plain) <= len("100")
    return Correction(number=int(plain), is_announced=is_announced) if is_count else None


def _find_beside(plain: str, rest: str, clues: Clues) -> str:
    """What is told of what a previewed report does not contain; "" where it may be something else."""
    if beside := next((told for pattern, told in _KEPT_OUT if pattern.fullmatch(plain)), ""):
        return beside
    pieces = choose_pieces(split_line(rest), clues)
    told = [piece.reading.element if piece.reading else "" for piece in pieces]
    counts, counted = told.count(BARE_NUMBER), told.count("age") + told.count("statut")
    return _SPREAD if counts > 1 and counts + counted == len(told) and counted > 1 else ""


def _read_values(text: str, clues: Clues, usual: Usual | None) -> LineValues | None:
    """Read a text as parts of a report and nothing else; None where some of it is not, or nothing is said."""
    found = _gather(text, clues, usual)
    return found if found and not found.unread else None


def _gather(text: str, clues: Clues, usual: Usual | None) -> LineValues | None:
    typed = split_line(text)
    pieces = choose_pieces(typed, clues)
    told = {piece.reading.element for piece in pieces if piece.reading} - {WEAK, BARE_NUMBER}
    found = gather_values(typed, pieces, clues, usual or Usual())
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


def _find_name(text: str) -> str:
    words = split_words(text)
    while words and words[0] in ("le", "la", "les", "l", "de", "du", "mon", "mes", "d"):
        words = words[1:]
    return _NAMES.get(" ".join(words), "")


def _read_act(said: str, rest: str, clues: Clues, usual: Usual | None, is_announced: bool) -> Correction | None:
    """Read « enlève le thème », « rajoute smartphone », « pas Bron, Vaulx », or what is announced as a correction."""
    if match := _TAKE_OUT.match(rest):
        named = _find_name(match[1])
        gone = None if named else _read_values(match[1], clues, usual)
        if (named in _FREE) or (gone and set(gone.raw) == {"themes"}):
            return Correction(gone or LineValues(), Way.REMOVE, named, is_announced=True)
    match = _PUT_IN.match(rest) or _PUT_IN.match(said.strip())
    if more := _read_values(match[1].rstrip(" .!"), clues, usual) if match else None:
        return Correction(more, Way.ADD, is_announced=True)
    left = _NOT.sub(" ", rest).strip(" ,;.")
    if right := _read_values(left, clues, usual) if left and left != rest else None:
        return Correction(right, is_announced=True)
    return _read_some(rest, clues, usual) if is_announced else None


def _read_some(rest: str, clues: Clues, usual: Usual | None) -> Correction | None:
    """Read what is announced as a correction, where at most a word of it was not understood."""
    found = _gather(rest, clues, usual)
    if not found or len(found.unread) != 1:
        return None
    (piece,) = found.unread
    return Correction(found, unread=split_line(rest).as_typed(piece.first, piece.end), is_announced=True)


def apply_correction(correction: Correction, line: Line, clues: Clues) -> tuple[Line, list[str]]:
    """Return the line as it is put right, and what is told of that, in sentences."""
    if correction.beside:
        return line, [correction.beside]
    if correction.way is Way.REMOVE:
        return _take_out(correction, line)
    if correction.named:
        name = next(iter(NewCra.labels([correction.named])), correction.named)
        return line, [f"{name}{NBSP}: que faut-il mettre{NBSP}? Dites-le en un mot."]
    if correction.tags:
        names = tuple(dict.fromkeys((*line.raw.get("etiquettes", ()), *correction.tags)))
        return line.tag(names, line.known_tags), [f"{_say_act('etiquettes', 'not')}{NBSP}: {join(list(names))}."]
    corrected = _Corrected(line, clues)
    corrected.take(_count_number(correction, line))
    return corrected.line, corrected.told


def _count_number(correction: Correction, line: Line) -> Correction:
    """Take a number alone as that of the participants."""
    if correction.number is None:
        return correction
    number = correction.number
    return replace(correction, found=LineValues({"participants": [str(number)]}, {"participants": number}))


def _take_out(correction: Correction, line: Line) -> tuple[Line, list[str]]:
    if correction.named:
        if not line.raw.get(correction.named) and correction.named not in line.mistakes:
            return line, ["Il n’y en avait pas : rien n’a changé."]
        return _forget(line, correction.named), [f"{_say_act(correction.named, 'retir')}."]
    gone = [code for code in correction.found.raw["themes"] if code in line.raw.get("themes", ())]
    left = [code for code in line.raw.get("themes", ()) if code not in gone]
    if not gone:
        return line, ["Ce thème n’y était pas : rien n’a changé."]
    kept = replace(line, raw=line.raw | {"themes": left}) if left else _forget(line, "themes")
    return kept, [f"{'Thèmes retirés' if len(gone) > 1 else 'Thème retiré'}{NBSP}: {_name_themes(gone)}."]


def _forget(line: Line, element: str) -> Line:
    """Return the line without what it says of an element."""

    def leave(values: dict[str, T]) -> dict[str, T]:
        return {name: value for name, value in values.items() if name != element}

    raw, assumed = leave(line.raw), leave(line.assumed)
    if element == "statut":
        raw, assumed = raw | {"statut": Statut.HETEROGENE.value}, assumed | {"statut": "statut non renseigné"}
    mistakes, choices, notes = leave(line.mistakes), leave(line.choices), leave(line.notes)
    return replace(line, raw=raw, assumed=assumed, mistakes=mistakes, choices=choices, notes=notes)


def _name_themes(codes: Sequence[str]) -> str:
    return join([THEMES[code].court for code in codes])


class _Corrected:
    """A line while it is being put right, and what is told of that."""

    def __init__(self, line: Line, clues: Clues) -> None:
        self.line = line
        self.told: list[str] = []
        self._clues = clues

    def take(self, correction: Correction) -> None:
        """Take each value that was said; one that cannot be leaves what was."""
        before = self.line
        for element in sorted(correction.elements, key=list(_CORRECTED).index):
            self._take_one(element, correction)
        self._settle_people(before, correction)
        if correction.unread:
            self.told.append(f"Je n’ai pas compris « {quote(correction.unread)} ».")
        if not self.told and self.line == before:
            self.told.append("C’était déjà compris ainsi.")

    def _take_one(self, element: str, correction: Correction) -> None:
        found = correction.found
        if element in found.mistakes and not found.choices.get(element):
            self.told.append(f"{found.mistakes[element]} Je garde ce qui était compris.")
            return
        if element in found.mistakes:
            self._doubt(element, found)
            return
        value = found.raw.get(element)
        if element == "suite" and found.values("suite") == [NO_SUITE]:
            self.line = _forget(self.line, "suite")
            self.told.append("Suite retirée.")
        elif element == "themes" and value:
            self._take_themes(value, correction)
        elif value in (SOME, ALL):
            self._count_known(value)
        elif value is not None:
            self._set(element, self._add(element, value) if correction.way is Way.ADD else value)

    def _doubt(self, element: str, found: LineValues) -> None:
        """Ask what is meant where it is unsure."""
        line = _forget(self.line, element)
        raw = line.raw | ({element: found.raw[element]} if element in found.raw else {})
        if element == "themes":
            raw["themes"] = list(self.line.raw.get("themes", ()))
        mistakes = line.mistakes | {element: found.mistakes[element]}
        self.line = replace(line, raw=raw, mistakes=mistakes, choices=line.choices | {element: found.choices[element]})

    def _count_known(self, amount: str) -> None:
        """Count who came before: all, or the one person there is."""
        people = int(self.line.raw.get("participants", 1))
        if amount == ALL or people == 1:
            self._set("recurrents", people)
        else:
            self.told.append("Combien étaient déjà venus ? Dites-le en chiffres : « 3 déjà venus ».")

    def _add(self, element: str, value: Any) -> Any:
        """Add people, or minutes, to those that were."""
        if element in ("participants", "recurrents"):
            return int(self.line.raw.get(element, 0)) + int(value)
        return str(int(self.line.raw.get("duree", 0)) + int(value)) if element == "duree" else value

    def _take_themes(self, codes: Sequence[str], correction: Correction) -> None:
        had = list(self.line.raw.get("themes", ()))
        is_more = correction.way is Way.ADD or not correction.is_announced
        new = [code for code in codes if code not in had] if is_more else list(codes)
        if not new or new == had:
            return
        self.line = replace(
            _forget(self.line, "themes"), raw=self.line.raw | {"themes": [*had, *new] if is_more else new}
        )
        verb = "ajouté" if is_more and had else "noté" if not had else "corrigé"
        name, s = ("Thèmes", "s") if len(new) > 1 else ("Thème", "")
        self.told.append(f"{name} {verb}{s}{NBSP}: {_name_themes(new)}.")

    def _set(self, element: str, value: Any) -> None:
        """Set a value, unless the report cannot have it."""
        before = self.line
        if before.raw.get(element) == value and element not in before.assumed:
            return
        after = _forget(before, element)
        after = replace(after, raw=after.raw | {element: value})
        if element == "participants" and int(value) > 1:
            after = replace(after, raw=after.raw | {"activite": Activite.COLLECTIF.value})
        wrong = after.judge(self._clues).mistakes.get(element)
        if wrong and element not in before.judge(self._clues).mistakes:
            self.told.append(f"{wrong} Je garde ce qui était compris.")
            return
        self.line = after
        said = _say_value(element, value, self._clues)
        verb = "corrig" if element in before.raw else "not"
        self.told.append(f"{_say_act(element, verb)}{NBSP}: {said}.")

    def _settle_people(self, before: Line, correction: Correction) -> None:
        """One person has no number; a workshop of which the number is not known lacks it."""
        raw = self.line.raw
        if raw.get("activite") == Activite.COLLECTIF.value:
            if before.raw.get("activite") != Activite.COLLECTIF.value and "activite" not in correction.elements:
                self.told.append(f"C’est donc un {Activite.COLLECTIF.label.lower()}.")
            return
        dropped = {"participants", "recurrents"} if int(raw.get("participants", 1)) > 1 else {"participants"}
        self.line = replace(self.line, raw={name: value for name, value in raw.items() if name not in dropped})


def _say_act(element: str, verb: str) -> str:
    """Say what became of an element: « Âge retiré », « Durée notée »."""
    return _CORRECTED[element].replace("corrig", verb)


def _say_value(element: str, value: Any, clues: Clues) -> str:
    if element == "date":
        return say_date(date.fromisoformat(str(value)), clues.today)
    if element == "duree":
        return say_minutes(int(value))
    said = next(iter(NewCra.tell({element: value}).values()), str(value))
    return said if element in ("commune", "participants", "recurrents") else said[:1].lower() + said[1:]
