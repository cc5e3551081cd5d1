"""The windows of coordinateurs’ reports, one for each kind, and how a line is read as one:
« animation réunion 2h hier »."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from bot.errors import UserError
from bot.forms import Clues, Day, Form, Hidden, Many, ReadText, asks
from bot.french import digits, read_date, read_minutes, say_minutes
from bot.texts import quote
from config.programme import FIRST_DAY
from config.text import fold, make_plain
from dialogs.cra.line.complaints import read_complaint
from dialogs.cra.line.corrections import lead_to, strip_frame
from dialogs.cra.line.lexicon import SMALL
from dialogs.lines import line
from dialogs.personal_data import fault_of, fault_of_owner
from storage.cra import coordination
from storage.cra.report import find_problems as find_report_problems
from storage.database import Labelled

WHY = "les statistiques n’en ont pas besoin"
LINE_MAX = 400
"""Characters of a line that are read."""
PEOPLE = ("mediateurs", "structures", "autres")


def _read_length(text: str, _: Clues) -> int:
    minutes = read_minutes(text)
    if minutes is None or not 0 < minutes <= coordination.MINUTES_MAX:
        raise ValueError("Écrivez une durée comme 45 min, 2h ou 1h30.")
    return minutes


DURATION = ReadText(_read_length, show=say_minutes, placeholder="2h", missing_text="Indiquez une durée : 2h, 45 min…")


def _many(members: type[Labelled], singular: str, noun: str, leave_out: tuple[Labelled, ...] = ()) -> Many:
    options = {member.value: member.label for member in members if member not in leave_out}
    named = {fold(text): code for code, label in options.items() for text in (code, label)}
    more = f"Autres {noun}s"
    return Many(options, singular, noun, lambda word: named.get(fold(word)), more, "Facultatif, avec des virgules.")


class _Report(Form):
    """What the windows of all kinds have in common. ``numero`` and ``version`` are those of the report being changed; 0
    for a new one."""

    kind: ClassVar[coordination.CoordinationKind]
    title = "Coordination"
    submit_label = "Enregistrer"
    noun = ("compte rendu", "comptes rendus")

    date: Annotated[dt.date, Day(FIRST_DAY)] = asks("Date")
    sujet: Annotated[str, line(coordination.SUBJECT_MAX)] = asks(
        "Objet", "Facultatif, en quelques mots. Jamais de nom ni de donnée personnelle.", default=""
    )
    numero: Hidden[int] = 0
    version: Hidden[int] = 0

    def introduction(self) -> str:
        return f"Compte rendu de coordination n° {self.numero}" if getattr(self, "numero", 0) else ""

    @classmethod
    def summarize(cls, raw: Mapping[str, object], hidden: Mapping[str, object], today: dt.date) -> str:
        words = quote(str(raw.get("sujet") or ""))
        which = f"n° {hidden['numero']}, à modifier : " if hidden.get("numero") else ""
        return which + (f"{cls.title} : {words}" if words else cls.title)

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        found = find_report_problems({"date": values["date"]}, clues.today) if values.get("date") else {}
        said = str(values.get("sujet") or "")
        if fault := fault_of(said, WHY) or fault_of_owner(said, WHY):
            found["sujet"] = fault
        for name in (*PEOPLE, "participants"):
            if not 0 <= (values.get(name) or 0) <= coordination.PEOPLE_MAX:
                found[name] = f"Indiquez un nombre de 0 à {coordination.PEOPLE_MAX}."
        return found

    @classmethod
    def of(cls, row: coordination.CoordinationReport) -> Self:
        """Fill the form with a report as it is stored."""
        said = row.said
        known = said.columns | {
            "sujet": said.subject,
            "sort": coordination.SORTS[said.sort],
            "participants": said.autres,
        }
        known |= {"organisateurs": said.organisations, "partenaires": said.organisations, "themes": said.themes}
        shown = {name: known[name] for name in cls._questions if known[name]}
        return cls.draft(**shown, numero=row.number, version=row.version)

    @property
    def said(self) -> coordination.Coordination:
        """The report that the window says."""
        raise NotImplementedError

    def _make(self, **more: Any) -> coordination.Coordination:
        return coordination.Coordination(date=self.date, kind=self.kind, subject=self.sujet, **more)


class ReportAnimation(_Report):
    """The window of something that a coordinateur animated."""

    title = "Animation"
    kind = coordination.CoordinationKind.ANIMATION

    sort: coordination.AnimationSort = asks("Type", name="type")
    minutes: Annotated[int, DURATION] = asks("Durée", "45 min, 2h, 1h30…", name="duree")
    mediateurs: int | None = asks("Médiateurs", "Combien de conseillers ou médiateurs.", default=None)
    structures: int | None = asks("Structures", "Combien de structures.", default=None)
    autres: int | None = asks("Autres participants", "Combien d’autres personnes.", default=None)
    themes: Annotated[tuple[str, ...], _many(coordination.AnimationTheme, "theme", "thème")] = asks(
        "Thèmes", "Facultatif.", default=()
    )
    initiative: coordination.Initiative | None = asks("Initiative", "Facultatif.", default=None)

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        found = dict(super().problems(values, clues))
        if not any(values.get(name) for name in PEOPLE):
            found.setdefault("mediateurs", "Indiquez au moins un médiateur, une structure ou un autre participant.")
        return found

    @property
    def said(self) -> coordination.Coordination:
        people = {name: getattr(self, name) or 0 for name in PEOPLE}
        more = {"themes": self.themes, "initiative": self.initiative}
        return self._make(sort=self.sort.value, minutes=self.minutes, **people, **more)


class ReportEvent(_Report):
    """The window of an event that a coordinateur took part in."""

    title = "Événement"
    kind = coordination.CoordinationKind.EVENEMENT

    sort: coordination.EventSort = asks("Type", name="type")
    participants: int = asks("Participants", "Combien de personnes sont venues.")
    organisateurs: Annotated[tuple[str, ...], _many(coordination.Organisation, "organisateur", "organisateur")] = asks(
        "Organisateurs", "Un ou plusieurs."
    )
    minutes: Annotated[int | None, DURATION] = asks("Durée", "Facultatif : 2h.", name="duree", default=None)
    echelon: coordination.Echelon | None = asks("Échelon territorial", "Facultatif.", default=None)

    @property
    def said(self) -> coordination.Coordination:
        more = {"organisations": self.organisateurs, "echelon": self.echelon}
        return self._make(sort=self.sort.value, minutes=self.minutes, autres=self.participants, **more)


class ReportPartnership(_Report):
    """The window of something that a coordinateur did with partners."""

    title = "Partenariat"
    kind = coordination.CoordinationKind.PARTENARIAT

    sort: coordination.PartnershipSort = asks("Nature", name="type")
    partenaires: Annotated[
        tuple[str, ...],
        _many(coordination.Organisation, "partenaire", "partenaire", leave_out=(coordination.Organisation.MIENNE,)),
    ] = asks("Partenaires", "Facultatif.", default=())
    minutes: Annotated[int | None, DURATION] = asks("Durée", "Facultatif : 2h.", name="duree", default=None)
    participants: int | None = asks("Participants", "Facultatif : combien de personnes.", default=None)
    echelon: coordination.Echelon | None = asks("Échelon territorial", "Facultatif.", default=None)

    @property
    def said(self) -> coordination.Coordination:
        more = {"organisations": self.partenaires, "echelon": self.echelon}
        return self._make(sort=self.sort.value, minutes=self.minutes, autres=self.participants or 0, **more)


CoordinationForm = ReportAnimation | ReportEvent | ReportPartnership
FORMS: Mapping[coordination.CoordinationKind, type[CoordinationForm]] = {
    coordination.CoordinationKind.ANIMATION: ReportAnimation,
    coordination.CoordinationKind.EVENEMENT: ReportEvent,
    coordination.CoordinationKind.PARTENARIAT: ReportPartnership,
}


@dataclass
class CoordinationLine:
    """A line as it was read: the kind of report (None: unclear), ``raw`` as a submission of its window would send it,
    ``assumed`` for what was taken without being said."""

    kind: coordination.CoordinationKind | None = None
    raw: dict[str, Any] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class JudgedCoordination:
    """The report that a line makes, if it makes one, what is wrong, and the labels of what is missing."""

    said: coordination.Coordination | None
    mistakes: Mapping[str, str]
    blank: Mapping[str, str]


def judge_line(kind: coordination.CoordinationKind, raw: Mapping[str, Any], clues: Clues) -> JudgedCoordination:
    """Judge the report that a line makes; what is merely left out is no mistake."""
    form = FORMS[kind]
    blank = form.find_blank(raw, clues)
    try:
        return JudgedCoordination(form.parse(raw, {}, clues).said, {}, blank)
    except UserError as refusal:
        return JudgedCoordination(None, {e: text for e, text in refusal.fields.items() if e not in blank}, blank)


_KINDS = {
    **dict.fromkeys(("animation", "animations", "anime"), coordination.CoordinationKind.ANIMATION),
    **dict.fromkeys(("evenement", "evenements", "event"), coordination.CoordinationKind.EVENEMENT),
    **dict.fromkeys(
        ("partenariat", "partenariats", "partenaires", "partenaire", "partenariale", "partenarial"),
        coordination.CoordinationKind.PARTENARIAT,
    ),
}
_SORTS: Mapping[coordination.CoordinationKind, tuple[tuple[str, StrEnum], ...]] = {
    coordination.CoordinationKind.ANIMATION: (
        ("webinaire|visio", coordination.AnimationSort.WEBINAIRE),
        ("comite|copil|cotech", coordination.AnimationSort.COMITE),
        ("groupe de travail|gt", coordination.AnimationSort.GROUPE),
        (
            "assemblee|conseil municipal|conseil departemental|presentation officielle",
            coordination.AnimationSort.ASSEMBLEE,
        ),
        ("reunion|reunions|coordination", coordination.AnimationSort.REUNION),
        ("echange|echanges|aide|soutien|entretien", coordination.AnimationSort.ECHANGE),
    ),
    coordination.CoordinationKind.EVENEMENT: (
        ("nec local|nec", coordination.EventSort.NEC),
        ("anctour|national|nationale", coordination.EventSort.NATIONAL),
        ("journee|seminaire|rencontre|intervention", coordination.EventSort.INCLUSION),
        ("forum|salon|grand public|portes ouvertes|atelier|ateliers", coordination.EventSort.PUBLIC),
    ),
    coordination.CoordinationKind.PARTENARIAT: (
        ("subvention|subventions|financement|appel a projets", coordination.PartnershipSort.SUBVENTION),
        ("parcours", coordination.PartnershipSort.PARCOURS),
        ("journee|coordination", coordination.PartnershipSort.JOURNEE),
        ("elu|elue|elus|maire|depute|deputee|senateur|senatrice", coordination.PartnershipSort.ELU),
    ),
}
"""Words that tell the sort, the most distinctive first, without accents."""
_OTHERS = {
    coordination.CoordinationKind.ANIMATION: coordination.AnimationSort.AUTRE,
    coordination.CoordinationKind.EVENEMENT: coordination.EventSort.AUTRE,
    coordination.CoordinationKind.PARTENARIAT: coordination.PartnershipSort.AUTRE,
}
_ORGANISATIONS = (
    ("commune|mairie|ville", coordination.Organisation.COMMUNE),
    ("epci|agglomeration|agglo|metropole|communaute de communes", coordination.Organisation.EPCI),
    ("departement|conseil departemental", coordination.Organisation.DEPARTEMENT),
    ("region|conseil regional", coordination.Organisation.REGION),
    ("association|associations|asso", coordination.Organisation.ASSOCIATION),
    ("entreprise|entreprises", coordination.Organisation.ENTREPRISE),
    ("hub", coordination.Organisation.HUB),
    ("prefecture|etat|anct", coordination.Organisation.ETAT),
)
_PEOPLE_BEGIN = r"(?:part|pers|p\b|conseil|mediat|struct|cnfs|conum|invit|visit)"
_LENGTH = (
    rf"\d{{1,2}} ?h(?:eures?)?(?: ?[0-5]\d(?!\d| ?{_PEOPLE_BEGIN})| ?et demie?)?|"
    r"\d{1,3} ?(?:minutes?|min|mn)|une heure(?: et demie)?"
)
_TAKEN = re.compile(
    rf"(?<![\w,.])(?:pendant )?(?:(?P<duree>{_LENGTH})|"
    r"(?P<mediateurs>\d{1,5}) ?(?:conseill(?:er|ere)s?|mediateurs?|mediatrices?|cnfs|conums?)(?: numeriques?)?|"
    r"(?P<structures>\d{1,5}) ?structures?|"
    r"(?P<autres>\d{1,5}) ?(?:participants?|participantes?|personnes?|pers|p|invites?|visiteurs?))(?!\w)"
)
_DAY_WORDS = 5
_LIKE_A_DAY = re.compile(r"\d{1,2}/\d{1,2}(?:/\d{2,4})?")


def read_coordination_line(text: str, clues: Clues) -> CoordinationLine:
    """Read a line as one report, in whatever order its parts come; the words left over are its subject."""
    words = _write_counts(" ".join(text.split())[:LINE_MAX]).split()
    found = CoordinationLine(_take_kind(words))
    day = _take_day(words, clues)
    unread = "" if day else _take_unread_day(words)
    found.raw["date"] = unread or (day or clues.today).isoformat()
    found.assumed += [] if day or unread else ["aujourd’hui"]
    left = _take_amounts(found, " ".join(words))
    if left:
        found.raw["sujet"] = left
    if not found.kind:
        _guess_kind(found, fold(left))
    if found.kind:
        _guess_rest(found, found.kind, fold(left))
    return found


_SPELLED = re.compile(r"\b([a-zé-]{3,12}) (?=(?:heures?|minutes|participant|personne|conseill|médiat))", re.IGNORECASE)
_PAST_HOUR = re.compile(
    r"\b(\d{1,2}) ?(?:h|heures?) (?:et )?(quinze|vingt|trente|quarante(?:[ -]cinq)?|cinquante)\b", re.IGNORECASE
)
"""The minutes of hours, in letters: « 1 heure trente »."""
_END = r"(?= ?(?:[,.;!]|$))"
_FEW = "(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|vingt)"
_COUNTED = re.compile(
    rf"\b(?:on|nous|ils|elles) [ée]t(?:ait|ions|aient) (?:[àa] )?(\d{{1,3}}|{_FEW}){_END}|"
    rf"(?<=[\dhn] )[àa] (\d{{1,3}}){_END}",
    re.IGNORECASE,
)
"""How many took part: « on était 7 », « 1h30 à 6 »."""


def _write_counts(text: str) -> str:
    """Write in figures how long something took and how many took part: « trois heures, on était 7 »."""
    text = _SPELLED.sub(lambda found: f"{digits(found[1])} " if digits(found[1]).isdigit() else found[0], text)
    text = _PAST_HOUR.sub(lambda found: f"{found[1]}h{digits(found[2])}", text)
    return _COUNTED.sub(lambda found: f"{digits(found[1] or found[2])} participants", text)


def amend_line(
    kind: coordination.CoordinationKind, raw: Mapping[str, Any], said: str, clues: Clues, asked: str = ""
) -> dict[str, Any] | None:
    """Put a line right by what is said of it: another day, duration, number or sort; None where it is anything else.
    A bare word is of the part that was ``asked`` for."""
    complaint = read_complaint(said)
    told = complaint.rest if complaint and complaint.rest else said
    part = complaint.part if complaint and complaint.part else asked
    lines = dict.fromkeys((said, told, lead_to(part, told)))
    return next(filter(None, (_amend(kind, raw, line, clues) for line in lines)), None)


def _amend(
    kind: coordination.CoordinationKind, raw: Mapping[str, Any], said: str, clues: Clues
) -> dict[str, Any] | None:
    words = strip_frame(said).split()
    found = CoordinationLine(kind)
    if day := _take_day(words, clues):
        found.raw["date"] = day.isoformat()
    left = fold(_take_amounts(found, " ".join(words)))
    if sort := next((sort for names, sort in _SORTS[kind] if _names(names, left)), None):
        found.raw["type"] = sort.value
        left = re.sub(rf"(?<!\w)(?:{'|'.join(names for names, each in _SORTS[kind] if each is sort)})(?!\w)", " ", left)
    if kind is not coordination.CoordinationKind.ANIMATION:
        counts = [found.raw.pop(name) for name in PEOPLE if name in found.raw]
        found.raw |= {"participants": sum(counts)} if counts else {}
    unread = [word for word in re.findall(r"\w+", left) if word not in SMALL]
    return {**raw, **found.raw} if found.raw and not unread else None


def _take_kind(words: list[str]) -> coordination.CoordinationKind | None:
    """Take the word of the kind: the first one, else the first of the line that is one; behind an article it stays, as
    part of the subject."""
    named = [fold(word.strip(",:;.")).removeprefix("d ") for word in words]
    kinds = [at for at, name in enumerate(named) if name in _KINDS]
    # « j’ai animé une réunion de partenariat » says what was done, then what it was.
    at = next((at for at in kinds if named[at] != "anime"), kinds[0] if kinds else None)
    if at is None:
        return None
    kind = _KINDS[named[at]]
    if not at or fold(words[at - 1]) not in _ARTICLES:
        del words[at]
    elif at == 1:
        del words[0]
    return kind


_ARTICLES = frozenset(("un", "une", "des", "le", "la", "les", "ce", "cet", "cette", "mon", "notre"))
_TELLING: Mapping[coordination.CoordinationKind, str] = {
    coordination.CoordinationKind.ANIMATION: "webinaire|copil|cotech|comite|comites|groupe de travail|gt",
    coordination.CoordinationKind.EVENEMENT: "nec|forum|salon|seminaire|portes ouvertes",
    coordination.CoordinationKind.PARTENARIAT: "subvention|subventions|appel a projets|convention",
}
"""Words that tell the kind where it is not said."""


def _guess_kind(found: CoordinationLine, plain: str) -> None:
    """Take the kind that the words tell, as assumed; none where they tell several."""
    told = [kind for kind, names in _TELLING.items() if _names(names, plain)]
    if len(told) == 1:
        (found.kind,) = told
        found.assumed.append(told[0].label.lower())


def _take_day(words: list[str], clues: Clues) -> dt.date | None:
    """Take the longest run of words that is a day; a mere number is none."""
    for size in range(min(_DAY_WORDS, len(words)), 0, -1):
        for first in range(len(words) - size + 1):
            said = re.sub(r"^d['’]", "", " ".join(words[first : first + size]).strip(",;:. "))
            day = None if said.isdigit() else read_date(said, clues.today)
            if day:
                del words[first : first + size]
                return day
    return None


def _take_unread_day(words: list[str]) -> str:
    """Take a word that looks like a day and is none (« 32/13 »), to be told as a mistake; "" for no such word."""
    at = next((at for at, word in enumerate(words) if _LIKE_A_DAY.fullmatch(word.strip(",;."))), None)
    return words.pop(at).strip(",;.") if at is not None else ""


def _take_amounts(found: CoordinationLine, text: str) -> str:
    """Take the duration and the participants, each once, and return the words that are left."""
    plain = make_plain(text)
    spans = []
    for match in _TAKEN.finditer(plain):
        name = str(match.lastgroup)
        if name not in found.raw:
            found.raw[name] = match[name] if name == "duree" else int(match[name])
            spans.append(match.span())
    for start, end in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return " ".join(_trim(text))


def _trim(text: str) -> Iterator[str]:
    words = [word for word in text.split() if word.strip(",;:.-")]
    while words and fold(words[-1]) in ("avec", "et", "de", "pour", "le", "pendant"):
        words.pop()
    return (word.strip(",;") for word in words)


def _guess_rest(found: CoordinationLine, kind: coordination.CoordinationKind, plain: str) -> None:
    """Guess the sort, and the organisers or partners, by the words of the subject; put the counts where they are
    asked."""
    sort = next((sort for names, sort in _SORTS[kind] if _names(names, plain)), _OTHERS[kind])
    found.raw["type"] = sort.value
    if kind is coordination.CoordinationKind.ANIMATION:
        return
    counts = [found.raw.pop(name) for name in PEOPLE if name in found.raw]
    if counts:
        found.raw["participants"] = sum(counts)
    named = [code.value for names, code in _ORGANISATIONS if _names(names, plain)]
    if kind is coordination.CoordinationKind.EVENEMENT and not named:
        named = [coordination.Organisation.MIENNE.value]
        found.assumed.append("organisé par votre structure")
    if named:
        found.raw["organisateurs" if kind is coordination.CoordinationKind.EVENEMENT else "partenaires"] = named


def _names(names: str, plain: str) -> bool:
    return re.search(rf"(?<!\w)(?:{names})(?!\w)", plain) is not None
