"""A few words that put a previewed rdv right, or complete it: « non plutôt 15h », « sans visio », « mercredi pas
mardi »."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.forms import Clues
from bot.french import NBSP, join, read_minutes, say_date, say_hour, say_minutes
from config.text import fold, split_words
from config.themes import THEMES
from config.time import WEEKDAYS
from dialogs.cra.line import corrections
from dialogs.cra.line.complaints import find_name, read_complaint, spell
from dialogs.rdv.line import read_parts
from dialogs.rdv.parts import RdvLine, UsualRdv
from dialogs.rdv.windows import Spot

_PLACE = ("ou", "lieu", "commune")
_CORRECTED = {
    "ou": "Lieu corrigé",
    "lieu": "Lieu corrigé",
    "commune": "Commune corrigée",
    "themes": "Thème corrigé",
    "duree": "Durée corrigée",
    "places": "Nombre de places corrigé",
    "repere": "Repère corrigé",
    "repetition": "Répétition corrigée",
}
"""What is told of a part that was put right; of when it is, in words of its own."""
_ASKED = {
    "jour": "Quel est le bon jour",
    "heure": "Quelle est la bonne heure",
    "duree": "Quelle est la bonne durée",
    "ou": "Où est-ce",
    "themes": "Quel est le bon thème",
    "places": "Combien de places",
    "tout": "Qu’est-ce qui n’est pas juste",
}
_PARTS = {
    "date": "jour",
    "duree": "duree",
    "commune": "ou",
    "canal": "ou",
    "themes": "themes",
    "participants": "places",
}
"""The parts of a rdv, by those of a report that are called the same."""
_HOUR_WORDS = frozenset({"heure", "heures", "horaire", "horaires"})
_LEFT = (
    ("ou", "visio|telephone|tel|distance|domicile|lieu|adresse"),
    ("themes", "theme|themes|sujet"),
    ("repere", "repere|initiales|nom"),
    ("places", "places?|atelier|groupe"),
    ("repetition", "repetition|recurrence"),
)
"""What can be taken out, by the words that name it."""
_RDV = r"(?:rdv|rendez vous)"
_NOTE = r"(?:note|ajout|cre|met|pos|cal|plan|fix|inscri|enregistr|prev|program|pren|reserv)\w{0,6}"
_OF_OTHERS = re.compile(
    rf"(?:mes|mon|ma|quels?|quelles?|montre|voir|affiche|liste|{_RDV}|annule|"
    rf"(?:(?:tu )?(?:peux|pourrais)(?: tu)? )?(?:me )?(?:{_NOTE}|j ai)(?: moi)?(?: aussi)? (?:un|1|deux|2)"
    rf"(?: autres?| nouveaux?)? {_RDV}|(?:et |encore )?(?:un |l )?(?:autre|nouveau) {_RDV})(?!\w)"
)
"""How is begun what is asked or noted of other rdv."""
_ONE_PERSON = re.compile(r"(?:un |en )?individuel(?:le)?|(?:(?:pour |avec )?(?:une|1) (?:seule )?)(?:personne|place)")
_LAST_INITIAL = re.compile(r"(?<=[A-Z][. ] |.[A-Z]\.)([A-Z])$")
_LENGTH = r"(?:\d{1,3} ?(?:minutes?|min|mn)|\d ?h(?:eures?)?(?: ?[0-5]\d)?|(?:une )?demi heure|une heure(?: et demie)?)"
_SHIFT = re.compile(
    rf"(?:(?:decal|repouss|recul|avanc)\w* )?(?:le |la )?(?:de |d )?({_LENGTH}) plus (tard|tot)|"
    rf"(decal|repouss|recul|avanc)\w* (?:le |la )?(?:de |d )({_LENGTH})"
)
"""By how much it is later, or earlier."""
_WEEKDAY = re.compile(rf"(?<!\w)({'|'.join(WEEKDAYS)})(?! (?:\d|prochain|en huit|pro\b))")
"""A day of the week of which nothing more is said."""


@dataclass(frozen=True)
class AmendedRdv:
    """A previewed rdv as it is put right: the ``line``, what is ``told`` of that, and the part that is ``asked`` for
    where something was said to be wrong, "" for none."""

    line: RdvLine
    told: list[str] = field(default_factory=list)
    asked: str = ""


def amend_rdv(shown: RdvLine, said: str, clues: Clues, usual: UsualRdv, asked: str = "") -> AmendedRdv | None:
    """Put a previewed rdv right by what is said of it; None where that is said of anything else. ``asked`` is the part
    that was asked for last."""
    said = " ".join(said.split()).rstrip(" .!")
    if not said or len(said) > corrections.SAID_MAX or "?" in said or "@" in said or _OF_OTHERS.match(fold(said)):
        return None
    complaint = read_complaint(said)
    if complaint and not complaint.rest and (complaint.is_wrong or complaint.part):
        part = _find_part(said, complaint.part)
        return AmendedRdv(shown, [ask_for(part)], part)
    if complaint and complaint.rest and (complaint.is_wrong or complaint.part):
        part = _find_part(said, complaint.part)
        if amended := _Amendment(shown, clues, usual, part, is_announced=True).read(complaint.rest):
            return amended
    return _Amendment(shown, clues, usual, asked, is_announced=corrections.announces(said) or bool(asked)).read(said)


def ask_for(part: str) -> str:
    """Ask for the right value of a part, or what is wrong (« tout »)."""
    return f"{_ASKED[part]}{NBSP}? Dites-le ici."


def _find_part(said: str, part: str) -> str:
    """The part of a rdv that a complaint names: « l’heure » is when it is, not how long."""
    is_hour = any(not _HOUR_WORDS.isdisjoint(spell(word).split()) for word in split_words(said))
    return "heure" if is_hour and part == "duree" else _PARTS.get(part, "tout")


class _Amendment:
    """What is said of a previewed rdv, while it is read."""

    def __init__(self, shown: RdvLine, clues: Clues, usual: UsualRdv, part: str, *, is_announced: bool) -> None:
        self._shown = shown
        self._clues = clues
        self._usual = usual
        self._part = part
        self._is_announced = is_announced

    def read(self, said: str) -> AmendedRdv | None:
        """Read what is right, what goes, or by how much it is later."""
        plain = fold(corrections.strip_frame(said))
        if shifted := self._shift(fold(said)) or self._shift(plain):
            return shifted
        if _ONE_PERSON.fullmatch(plain):
            return self._leave("places", {})
        if (gone := corrections.find_taken_out(said)) and (left := self._take_out(gone)):
            return left
        refused, right = corrections.split_refused(said)
        if right and (found := self._read_right(right)):
            return self._apply(found)
        if refused and not right and (found := self._read_second(refused)):
            return self._apply(found)
        more = corrections.find_put_in(said)
        found = self._read_right(more or corrections.strip_frame(said))
        return self._apply(found, is_more=bool(more)) if found else None

    def _read_second(self, refused: str) -> RdvLine | None:
        """Read what stands behind what was not so: « pas mardi mercredi »."""
        words = refused.split()
        pairs = ((" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words)))
        return next(
            (found for gone, right in pairs if self._read_right(gone) and (found := self._read_right(right))), None
        )

    def _read_right(self, said: str) -> RdvLine | None:
        """Read a text as parts of a rdv and nothing else; a bare word is the part that was asked for."""
        said = _LAST_INITIAL.sub(r"\1.", said)
        for text in (said, self._lead(said)):
            found = read_parts(text, self._clues, UsualRdv(cra=self._usual.cra)) if text else RdvLine()
            if (_list_said(found) or "quand" in found.mistakes) and not found.unread:
                found.day = self._keep_week(fold(text), found.day)
                return None if self._is_another(found) else found
        return None

    def _keep_week(self, plain: str, day: date | None) -> date | None:
        """Take « mercredi » as that of the week of which is spoken."""
        was = self._shown.day
        if not (day and was and _WEEKDAY.search(plain)):
            return day
        near = was + timedelta(days=day.weekday() - was.weekday())
        return near if near >= self._clues.today else day

    def _lead(self, said: str) -> str:
        is_bare = said.isdigit() and len(said) < 3
        match self._part:
            case "heure":
                return f"{said}h" if is_bare else ""
            case "jour":
                return f"le {said}"
            case "places":
                return f"{said} places" if is_bare else ""
            case "ou":
                return f"à {said}"
        return corrections.lead_to(self._part, said) if self._part else ""

    def _is_another(self, found: RdvLine) -> bool:
        """Whether it rather tells of another rdv, or of what was done on a day that is over: when, and what it is."""
        is_timed = (found.day is not None and found.hour is not None) or "quand" in found.mistakes
        is_whole = is_timed and len(_list_said(found)) > 2
        return is_whole and not self._is_announced

    def _take_out(self, gone: str) -> AmendedRdv | None:
        """Take out what is named, or a theme: « sans visio », « enlève mail »."""
        words = {spell(word) for word in split_words(gone)}
        named = next((part for part, names in _LEFT if any(re.fullmatch(names, word) for word in words)), "")
        named = named or {"themes": "themes", "commune": "ou"}.get(find_name(gone), "")
        if not named or len(words) > 3:
            found = read_parts(gone, self._clues, UsualRdv())
            if set(found.raw) != {"themes"} or found.unread or found.mistakes:
                return None
            left = [code for code in self._shown.raw.get("themes", ()) if code not in found.raw["themes"]]
            return self._leave("themes", {"themes": left} if left else {})
        if named == "ou" and self._shown.raw.get("ou") in (Spot.RATTACHEMENT, Spot.AUTRE):
            return AmendedRdv(self._shown, [ask_for("ou")], "ou")
        return self._leave(named, {})

    def _leave(self, part: str, kept: Mapping[str, Any]) -> AmendedRdv:
        gone = _PLACE if part == "ou" else (part,)
        if not any(name in self._shown.raw for name in gone):
            return AmendedRdv(self._shown, ["Il n’y en avait pas : rien n’a changé."])
        line = _without(self._shown, gone)
        line.raw |= {"ou": Spot.RATTACHEMENT.value} if part == "ou" else kept
        line.settle(self._usual)
        return AmendedRdv(line, [_tell(part, line)])

    def _shift(self, plain: str) -> AmendedRdv | None:
        """Move it by so many minutes: « une heure plus tard »."""
        found = _SHIFT.fullmatch(plain)
        minutes = read_minutes(found[1] or found[4]) if found else None
        if not (found and minutes and self._shown.day and self._shown.hour):
            return None
        is_earlier = (found[2] or found[3]) in ("tot", "avanc")
        change = timedelta(minutes=-minutes if is_earlier else minutes)
        when = datetime.combine(self._shown.day, self._shown.hour) + change
        return self._apply(RdvLine(day=when.date(), hour=when.time()))

    def _apply(self, found: RdvLine, *, is_more: bool = False) -> AmendedRdv:
        """Put what was said in the place of what was."""
        if "quand" in found.mistakes:
            told = [f"{found.mistakes['quand']} Je garde ce qui était compris."]
            return AmendedRdv(self._shown, [*told, *([ask_for(self._part)] if self._part else [])], self._part)
        parts = _list_said(found) - {"jour", "heure"}
        if is_more and "themes" in found.raw:
            found.raw["themes"] = [*dict.fromkeys([*self._shown.raw.get("themes", ()), *found.raw["themes"]])]
        line = _without(self._shown, parts)
        line = replace(
            line,
            raw=line.raw | found.raw,
            mistakes=line.mistakes | found.mistakes,
            choices=line.choices | found.choices,
            notes=found.notes,
        )
        line = self._move(_settle_place(line, parts), found)
        line.settle(self._usual)
        told = self._list_told(line, parts)
        return AmendedRdv(line, told or ([] if found.mistakes else ["C’était déjà compris ainsi."]))

    def _move(self, line: RdvLine, found: RdvLine) -> RdvLine:
        """Set the day and the hour that were said, each beside the other that was."""
        if not (found.day or found.hour):
            return line
        line = replace(_without(line, {"quand"}), day=found.day or line.day, hour=found.hour or line.hour)
        if found.day and "repetition" in line.raw and "repetition" not in found.raw:
            every = re.sub("|".join(WEEKDAYS), WEEKDAYS[found.day.weekday()], str(line.raw["repetition"]))
            line.raw["repetition"] = every
        line.require_moment(self._clues.user.zone)
        return line

    def _list_told(self, line: RdvLine, parts: Collection[str]) -> list[str]:
        before, told = self._shown, []
        if line.day and line.day != before.day:
            told.append(f"Jour corrigé{NBSP}: {say_date(line.day, self._clues.today)}.")
        if line.hour and line.hour != before.hour:
            told.append(f"Heure corrigée{NBSP}: {say_hour(datetime.combine(self._clues.today, line.hour))}.")
        parts = {*parts} - {*line.mistakes} - ({"ou"} if "lieu" in parts else set())
        return told + [_tell(part, line) for part in sorted(parts) if line.raw.get(part) != before.raw.get(part)]


def _list_said(found: RdvLine) -> set[str]:
    """The parts of a rdv of which something is said."""
    when = {"jour"} if found.day else set()
    return {*found.raw, *found.mistakes, *when, *({"heure"} if found.hour else ())} - {"quand"}


def _without(line: RdvLine, parts: Collection[str]) -> RdvLine:
    """Return the line without what it says of these parts."""
    known = {
        "duree": say_minutes(int(line.raw["duree"])) if str(line.raw.get("duree", "")).isdigit() else "",
        "ou": next((spot.label.lower() for spot in Spot if spot == line.raw.get("ou")), ""),
        "lieu": line.raw.get("lieu", ""),
        "commune": line.raw.get("commune", ""),
    }
    gone = {str(known[part]) for part in parts if part in known}
    return replace(
        line,
        raw={name: value for name, value in line.raw.items() if name not in parts},
        mistakes={name: text for name, text in line.mistakes.items() if name not in parts},
        choices={name: offered for name, offered in line.choices.items() if name not in parts},
        assumed=[text for text in line.assumed if text not in gone and text.lower() not in gone],
    )


def _settle_place(line: RdvLine, parts: Collection[str]) -> RdvLine:
    """A call has no place; a place that is named is not a call’s."""
    is_call = line.raw.get("ou") in (Spot.VISIO, Spot.TELEPHONE)
    if is_call and "ou" in parts:
        return _without(line, {"lieu", "commune"} - {*parts})
    if is_call and not {"lieu", "commune"}.isdisjoint(parts):
        line = _without(line, {"ou"})
        line.raw["ou"] = Spot.RATTACHEMENT.value
    return _without(line, {"lieu"}) if "commune" in parts and line.raw.get("lieu") in line.assumed else line


def _tell(part: str, line: RdvLine) -> str:
    """Tell what became of a part."""
    if part not in line.raw:
        return f"{_CORRECTED[part].replace('corrig', 'retir')}."
    value = line.raw[part]
    match part:
        case "duree":
            said = say_minutes(int(value))
        case "themes":
            said = join([THEMES[code].court for code in value])
        case "ou":
            said = next(spot.label.lower() for spot in Spot if spot == value)
        case _:
            said = str(value)
    return f"{_CORRECTED[part]}{NBSP}: {said.rstrip('.')}."
