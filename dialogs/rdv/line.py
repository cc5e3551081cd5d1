"""A rdv in one line: « mardi 10h 45 min impôts à Bron », as it is read; where something is doubtful, the bot asks and
does not guess."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import islice
from typing import Any

from bot import guard
from bot.errors import UserError
from bot.forms import Clues
from bot.french import NBSP, read_date, read_minutes, read_named_day, say_minutes
from bot.guard import DataKind
from bot.texts import quote
from config.text import make_plain
from config.themes import find_theme
from config.time import WEEKDAYS
from dialogs.cra.line import make_line
from dialogs.cra.line.parser import choose_pieces, split_line
from dialogs.cra.line.people import COUPLE
from dialogs.cra.line.submission import gather_values
from dialogs.personal_data import fault_of_memo, fault_of_subject
from dialogs.rdv import days
from dialogs.rdv.clock import (
    CORRECTED_HOUR,
    ENDING,
    HOURS,
    MET,
    MORNING,
    NO_HOUR,
    SECOND_HOUR,
    begin_of,
    hour_of,
    is_late,
    minutes_between,
)
from dialogs.rdv.exceptions import find_exceptions
from dialogs.rdv.parts import RdvLine, UsualRdv
from dialogs.rdv.recurrence import find_rule
from dialogs.rdv.spoken import write_spoken
from dialogs.rdv.windows import Spot
from storage.cra.habits import Usual
from storage.rdv.appointments import SUBJECT_MAX

_NUMBER = re.compile(r"(?:(?:de|d|des|entre|pour|sur) )?[\d\s]+(?:er)?")
"""A bare number is no day without « le »: « atelier de 8 »."""
_DAY_WORDS = 6
"""Words of the longest day: « mardi 1er décembre 2026 »."""
_SEARCHED_WORDS = 100
"""The words of a line among which a day is looked for; nobody types as many before it."""
_AMOUNT = re.compile(
    r"(?<![\w/])(?:[13]/[24] ?(?:d )?h(?:eures?)?|(?:\d{1,2}[/-])?\d{1,2} ?ans|"
    r"\d{1,3} ?(?:minutes?|min|mn|places?|p|pers|personnes?))(?!\w)"
)
"""Numbers that are of no day, though they stand beside one: « le 15 décembre 45 min »."""
_PLACES = re.compile(
    r"(?<!\w)(?:(\d{1,3}) ?(?:a|ou|-) ?)?(\d{1,3}) ?"
    r"(?:places(?!\w)(?! de (?:parking|stationnement))|place(?!\w)(?! (?:d|de|du|des)\b))"
)
_VISIO = re.compile(r"(?<!\w)(?:en |par )?visio(?: ?conference)?s?(?!\w)(?! avec (?:s(?:es|on|a) |leurs? |la famille))")
_PHONE = re.compile(r"(?<!\w)(?:par|au) (?:telephone|tel)\b\.?")
_CALL = re.compile(r"(?<!\w)(?:telephone|tel|appel)\b")
_HOUSES = (
    r"mediatheque|bibliotheque|mairie(?: annexe)?|ccas|france services|maison france services|centre social|mjc|"
    r"mission locale|maison de quartier|ehpad|residence|tiers lieu|ecole|college|lycee|foyer|epn|salle des fetes|"
    r"salle [a-z]?\d{1,3}|espace (?:public )?numerique|local"
)
_HOUSE = re.compile(rf"(?<!\w)(?:a la |a l |au |a |en )?(?P<house>{_HOUSES})(?!\w)(?: de(?= [A-Z]))?")
_QUOTED = re.compile(r"[«“\"(]\s*(?!\d{1,3}\s*[)»”\"])([^«»“”\"()]{1,200}?)\s*[»”\")]")
_TITLE = r"(?:(?:M\.?|[Mm]r|[Mm]onsieur|[Mm]me|[Mm]adame) et )?(?:M\.|[Mm]r|[Mm]onsieur|[Mm]me|[Mm]adame|[Mm]lle)"
_INITIALS = re.compile(rf"(?<!\w)(?:(?:{_TITLE}|M) )?(?:[A-Z]\.[ -]?){{1,3}}(?!\w)|(?<!\w){_TITLE} [A-Z]\b\.?")
_NAMED = re.compile(
    rf"(?<!\w)({_TITLE}|M) (?:(?:L[ea]|D[eu]|Da|Des|El|Ben) )?([A-ZÀ-Ý])([a-zà-ÿ][\w’'-]+)|"
    r"(?<!\w)([Mm]r|[Mm]onsieur|[Mm]me|[Mm]adame|[Mm]lle) "
    rf"(?!(?:demain|apr[eè]s|pour|avec|chez|{'|'.join(WEEKDAYS)})\b)"
    r"([a-zà-ÿ])([a-zà-ÿ’'-]{2,40})(?!\w)"
)
"""A name behind its title, be it typed without a capital."""
_FROM = re.compile(r"(?<!\w)a partir (?=du |de )")
_SECOND_DAY = re.compile(rf"(?<!\w)(et|ou|puis) (?:les? )?({'|'.join(WEEKDAYS)})s?(?!\w)")
_NO_NAME = f"Un nom ou un contact ne se note pas ici{NBSP}: des initiales suffisent, par exemple J. D."
_LEFT = {"age": "âge", "statut": "statut", "suite": "suite", "recurrents": "déjà venus"}
"""The elements that only a report has."""


class _Text:
    """A typed text and the same without accents, sign for sign; what is taken out is taken out of both."""

    def __init__(self, text: str) -> None:
        self.typed = write_spoken(" ".join(text.split())[:600])
        self.plain = make_plain(self.typed)

    def take(self, start: int, end: int) -> str:
        """Take out a part of the text; a comma in its place keeps apart what stood around it."""
        taken, gap = self.typed[start:end], ",".ljust(end - start)
        self.typed = f"{self.typed[:start]}{gap}{self.typed[end:]}"
        self.plain = f"{self.plain[:start]}{gap}{self.plain[end:]}"
        return taken.strip(" ,")


def read_rdv_line(text: str, clues: Clues, usual: UsualRdv) -> RdvLine:
    """Read any text as one rdv, or as a recurring one, in whatever order its parts come."""
    found = read_parts(text, clues, usual)
    found.require_moment(clues.user.zone)
    found.settle(usual)
    return found


def read_parts(text: str, clues: Clues, usual: UsualRdv) -> RdvLine:
    """Read the parts of a rdv that a text says, and nothing besides."""
    found, left = RdvLine(), _Text(text)
    _read_memo(found, left)
    _leave_contacts_out(found, left)
    rule = _read_rule(found, left, clues)
    ends = _read_when(found, left, clues, rule)
    _read_spot(found, left)
    _read_rest(found, left, clues, usual)
    if ends > 0:
        found.raw["duree"] = str(ends)
    elif ends < 0:
        found.mistakes["duree"] = f"La fin est avant le début{NBSP}: donnez par exemple 10h-11h."
    if (hesitant := days.HESITANT.search(make_plain(text))) and not any(
        word in hesitant[0].split() for word in found.unread
    ):
        found.unread = (*found.unread, hesitant[0])
    return found


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting of colleagues as a line says it: with whom by name, how long, on which day and at which hour (None
    where not said), where, and about what."""

    names: tuple[str, ...]
    minutes: int
    day: date | None
    hour: time | None
    spot: Spot | None
    place: str
    subject: str


_NAME = re.compile(r"(?<![\w@.])@([a-z\d][\w.-]{0,63})", re.IGNORECASE)
_LENGTH = re.compile(
    r"(?<![\w/])(?:\d{1,3} ?(?:minutes?|min|mn)|\d ?h(?:eures?)?(?: ?[0-5]\d)?|une heure(?: et demie)?|"
    r"(?:une )?demi[ -]heure)(?!\w)"
)
_LEAD = re.compile(r"^(?:avec|et|pour|sur|au sujet (?:de|du)|a propos (?:de|du)|pendant|:)(?: |$)")
MEETING_USUAL, MEETING_MIN, MEETING_MAX = 30, 5, 8 * 60


def names_colleagues(text: str) -> bool:
    """Tell whether a line names a user of Mattermost."""
    return _NAME.search(text) is not None


def read_meeting_line(text: str, clues: Clues) -> MeetingLine:
    """Read whom somebody wants to meet, in whatever order the parts come. Raises UserError for a past day, an
    impossible duration, and a subject that must not be told."""
    left, found = _Text(text), RdvLine()
    matches = list(_NAME.finditer(left.typed))
    for match in reversed(matches):
        left.take(*match.span())
    names = tuple(dict.fromkeys(match[1].rstrip(".-_").lower() for match in matches))
    day, after = _take_day(found, left, clues)
    hour, minutes = _take_hour(left, after)
    if fault := found.mistakes.get("quand"):
        raise UserError(fault)
    minutes = minutes or _take_length(left)
    if not MEETING_MIN <= minutes <= MEETING_MAX:
        raise UserError(f"Une réunion dure de {say_minutes(MEETING_MIN)} à {say_minutes(MEETING_MAX)}.")
    _read_spot(found, left)
    spot = Spot(found.raw["ou"]) if "ou" in found.raw else None
    place, subject = str(found.raw.get("lieu", "")), _read_subject(left)
    return MeetingLine(names, minutes, day, hour, spot, place, subject)


def _take_length(left: _Text) -> int:
    match = _LENGTH.search(left.plain)
    return (read_minutes(left.take(*match.span())) or 0) if match else MEETING_USUAL


def _strip_lead(piece: str) -> str:
    said = piece.strip(' ;:-–«»"“”()')
    while match := _LEAD.match(make_plain(said)):
        said = said[match.end() :].strip()
    return said


def _read_subject(left: _Text) -> str:
    """Read the words left over as the subject."""
    pieces = (_strip_lead(piece) for piece in left.typed.split(","))
    said = " ".join(piece for piece in pieces if piece)
    if fault := fault_of_subject(said):
        raise UserError(fault)
    return said[:SUBJECT_MAX].strip()


def _read_memo(found: RdvLine, left: _Text) -> None:
    if match := _QUOTED.search(left.typed):
        left.take(*match.span())
        found.raw["repere"] = match[1]
    elif (match := _NAMED.search(left.typed)) and not (match[4] and find_theme(match[5] + match[6])):
        left.take(*match.span())
        found.raw["repere"] = f"{match[1] or match[4]} {(match[2] or match[5]).upper()}."
        found.notes.append(_NO_NAME)
    elif match := _INITIALS.search(left.typed):
        if left.plain[: match.start()].endswith("chez "):
            found.raw["ou"] = Spot.DOMICILE.value
        found.raw["repere"] = left.take(*match.span())
    if fault := fault_of_memo(str(found.raw.get("repere", ""))):
        found.mistakes["repere"] = fault
        del found.raw["repere"]


def _leave_contacts_out(found: RdvLine, left: _Text) -> None:
    """Remove telephone numbers and addresses of people, and mention it."""
    contacts = [one for one in guard.find(left.typed) if one.kind in {DataKind.TELEPHONE, DataKind.COURRIEL}]
    for one in contacts:
        left.take(one.start, one.end)
    found.notes += [_NO_NAME] if contacts and _NO_NAME not in found.notes else []


def _read_rule(found: RdvLine, left: _Text, clues: Clues) -> bool:
    rule = find_rule(left.plain, clues.today)
    if rule is None:
        _leave_exceptions_out(found, left, clues)
        return False
    said = [left.take(start, end) for start, end in rule[1]]
    repetition = " ".join(re.sub("^(?:au|et le) ", "jusqu’au ", words) for words in said)
    is_whole = find_rule(make_plain(repetition), clues.today) is not None
    found.raw["repetition"] = (
        repetition if is_whole or rule[0].weekday < 0 else f"{repetition} le {WEEKDAYS[rule[0].weekday]}"
    )
    return True


def _leave_exceptions_out(found: RdvLine, left: _Text, clues: Clues) -> None:
    """Remove « sauf le 24/12 » of what does not come back, and mention it: that is no day of the rdv."""
    for span in find_exceptions(left.plain, clues.today, several=False)[1]:
        advice = f"se dit de ce qui revient{NBSP}: écrivez alors « tous les mardis »."
        found.notes.append(f"« {quote(left.take(*span))} » {advice}")


def _read_when(found: RdvLine, left: _Text, clues: Clues, rule: bool) -> int:
    """Read the day and the hour; return the minutes up to an end that was said, 0 where none was, and fewer for one
    before the beginning."""
    end = _leave_asides(found, left)
    _leave_corrected_day(found, left)
    if match := _SECOND_DAY.search(left.plain):
        left.take(*match.span())
        if match[1] == "ou":
            found.mistakes["quand"] = f"Deux jours sont possibles{NBSP}: gardez-en un seul."
        else:
            found.notes.append(f"Un rendez-vous a un seul jour de la semaine{NBSP}: notez à part celui du {match[2]}.")
    _leave_second_hour(found, left)
    if is_from := _FROM.search(left.plain) if rule else None:
        left.take(*is_from.span())
    day, after = _take_day(found, left, clues)
    hour, minutes = _take_hour(left, after)
    if hour is None and (impossible := NO_HOUR.search(left.plain)):
        said = quote(left.take(*impossible.span()))
        found.mistakes["quand"] = f"Cette heure n’existe pas{NBSP}: « {said} ». Donnez-en une de 0h à 23h59."
    if is_from or (rule and day is None):
        day = _first_day(found.raw["repetition"], hour, clues, day or clues.today)
    found.day, found.hour = day, hour
    return minutes or (minutes_between(hour, end) if hour and end else 0)


def _leave_asides(found: RdvLine, left: _Text) -> time | None:
    """Remove days of something else, and mention it; return when the rdv ends where that is said apart."""
    for aside in reversed(list(days.OF_ANOTHER.finditer(left.plain))):
        found.notes.append(f"J’ai laissé de côté « {quote(left.take(*aside.span()))} ».")
    if ending := ENDING.search(left.plain):
        left.take(*ending.span())
    return hour_of(ending["end"]) if ending else None


def _leave_corrected_day(found: RdvLine, left: _Text) -> None:
    """Remove a day that was put right at once, and mention it."""
    if corrected := days.CORRECTED_DAY.search(left.plain):
        right = left.typed[slice(*corrected.span("right"))]
        left.take(*corrected.span("mark"))
        wrong = quote(left.take(*corrected.span("wrong")))
        found.notes.append(f"J’ai lu {right}, et non {wrong}{NBSP}: vérifiez le jour.")


def _leave_second_hour(found: RdvLine, left: _Text) -> None:
    """Remove the second of two hours of the day, and mention it, « 10h et 14h » are two rdv; ask where either may be
    meant, « 10h ou 11h »."""
    if corrected := CORRECTED_HOUR.search(left.plain):
        left.take(*corrected.span())
    match = SECOND_HOUR.search(left.plain)
    if match and min(hour_of(hour).hour for hour in (match[1], match[5])) >= MORNING:
        said = left.take(match.start(5), match.end(5))
        if match[4]:
            found.mistakes["quand"] = f"Deux heures sont possibles{NBSP}: gardez-en une seule."
            return
        found.notes.append(f"Un rendez-vous a une seule heure{NBSP}: notez à part celui de {said}.")


def _first_day(repetition: str, hour: time | None, clues: Clues, since: date) -> date | None:
    rule = find_rule(make_plain(repetition), clues.today)
    coming = rule[0].days(since) if rule else iter(())
    return next(
        (day for day in coming if rule and not rule[0].but.takes_out(day) and (day > clues.today or hour)), None
    )


def _take_day(found: RdvLine, left: _Text, clues: Clues) -> tuple[date | None, int]:
    """Take out the longest words that say a day to come; return that day, and where the words end."""
    if several := days.SEVERAL_DAYS.search(left.plain):
        said = quote(left.take(*several.span()))
        found.mistakes["quand"] = f"« {said} » dit plusieurs jours{NBSP}: donnez-en un."
        return None, 0
    spans = _list_spans(left)
    for start, end in spans:
        if _NUMBER.fullmatch(left.plain[start:end]) or left.plain[start:end].endswith(" midi"):
            continue
        if left.plain[start:end].endswith((" dernier", " passe")) and read_date(left.typed[start:end], clues.today):
            return _refuse_past(found, left, start, end)
        if days.is_contradicted(left.plain[start:end], left.plain[end:], clues.today):
            refuse = _refuse_past if days.is_lately_past(left.typed[start:end], clues.today) else _refuse_day
            return refuse(found, left, start, end)
        if day := read_named_day(left.typed[start:end], clues.today):
            said = quote(left.take(start, end))
            if doubt := days.doubt_day(said, day, left.plain, clues.today):
                found.mistakes["quand"] = doubt
            return day, end
    for start, end in spans:
        if re.search(r"[a-z/]", left.plain[start:end]) and read_date(left.typed[start:end], clues.today):
            return _refuse_past(found, left, start, end)
    impossible = days.IMPOSSIBLE.search(left.plain)
    return _refuse_day(found, left, *impossible.span()) if impossible else (None, 0)


def _list_spans(left: _Text) -> list[tuple[int, int]]:
    """List where a day may stand, the longest first."""
    dayless = _AMOUNT.sub(_make_gap, HOURS.sub(_make_gap, left.plain))
    words = [match.span() for match in islice(re.finditer(r"[^\s,;]+", dayless), _SEARCHED_WORDS)]
    spans = [
        (words[at][0], words[at + size - 1][1])
        for size in range(_DAY_WORDS, 0, -1)
        for at in range(len(words) - size + 1)
    ]
    return [(start, end) for start, end in spans if "," not in dayless[start:end]]


def _refuse_past(found: RdvLine, left: _Text, start: int, end: int) -> tuple[None, int]:
    said = quote(left.take(start, end))
    found.mistakes["quand"] = f"Ce jour est passé{NBSP}: « {said} ». Donnez-en un à venir."
    return None, 0


def _refuse_day(found: RdvLine, left: _Text, start: int, end: int) -> tuple[None, int]:
    said = quote(left.take(start, end))
    found.mistakes["quand"] = f"Ce jour n’existe pas{NBSP}: « {said} ». Donnez-en un autre."
    return None, 0


def _make_gap(match: re.Match[str]) -> str:
    return "," * len(match[0])


def _take_hour(left: _Text, after: int) -> tuple[time | None, int]:
    """Take the hour, and the minutes up to the end beside it: the hour right after the day, or the first hour of the
    day; another hour is the duration."""
    matches = list(HOURS.finditer(left.plain))
    near = [match for match in matches if after and 0 <= match.start() - after <= 3]
    daily = [match for match in matches if match["noon"] or begin_of(match).hour >= MORNING or is_late(match)]
    met = [match for match in daily if MET.search(left.plain[: match.start()])] if len(daily) > 1 else []
    first = [match for match in near if match in daily] or met or daily
    if not first:
        return None, 0
    (chosen, *_) = first
    if is_late(chosen):  # « 1h à 16h » is how long, and when
        return hour_of(left.take(*chosen.span("to"))), 0
    left.take(*chosen.span())
    if chosen["noon"]:
        return time(12), 0
    if chosen["at"]:
        return hour_of(chosen["at"]), 0
    begins = begin_of(chosen)
    return begins, minutes_between(begins, hour_of(chosen["to"] or chosen["until"]))


def _read_spot(found: RdvLine, left: _Text) -> None:
    if match := _PLACES.search(left.plain):
        found.raw["places"] = int(match[2])
        if match[1]:
            found.mistakes["places"] = f"{match[1]} ou {match[2]} places{NBSP}? Gardez un seul nombre."
        left.take(*match.span())
    for pattern, spot in ((_VISIO, Spot.VISIO), (_PHONE, Spot.TELEPHONE)):
        if match := pattern.search(left.plain):
            found.raw["ou"] = spot.value
            left.take(*match.span())
            return
    if match := _HOUSE.search(left.plain):
        place = left.typed[match.start("house") : match.end("house")]
        found.raw |= {"ou": Spot.AUTRE.value, "lieu": place[:1].upper() + place[1:]}
        left.take(match.start(), match.end("house"))


def _read_rest(found: RdvLine, left: _Text, clues: Clues, usual: UsualRdv) -> None:
    """Read the themes, the commune, the duration and how many, as a line of a report is read."""
    typed = split_line(left.typed)
    said = gather_values(typed, choose_pieces(typed, clues), clues, Usual(minutes=usual.cra.minutes))
    line = make_line(typed, said)
    if found.day and found.hour and days.says_another_day(said, found.day):
        found.mistakes.setdefault("quand", f"Deux jours sont dits{NBSP}: gardez celui du rendez-vous.")
    found.choices = {name: offered for name, offered in line.choices.items() if name in ("themes", "commune", "duree")}
    wanted = {"themes", "commune", "duree"}
    found.raw |= {name: value for name, value in line.raw.items() if name in wanted}
    found.mistakes |= {name: text for name, text in line.mistakes.items() if name in wanted}
    found.notes += [text for name, text in line.notes.items() if name in wanted]
    kept = [label for name, label in _LEFT.items() if name in line.raw]
    found.notes += [f"Cela se dit dans le compte rendu, pas ici{NBSP}: {', '.join(kept)}."] if kept else []
    _take_people(found, line.raw, is_couple=bool(COUPLE.search(left.plain)))
    _take_canal(found, line.raw, is_call=bool(_CALL.search(left.plain)))
    _take_unread(found, line.unread)


def _take_people(found: RdvLine, raw: Mapping[str, Any], *, is_couple: bool) -> None:
    if "participants" in raw and not is_couple:
        found.raw.setdefault("places", raw["participants"])
    if raw.get("activite") == "collectif" and found.raw.get("places", 0) < 2:
        found.mistakes["places"] = f"Combien de places a cet atelier{NBSP}? Ajoutez par exemple 8p."


def _take_canal(found: RdvLine, raw: Mapping[str, Any], *, is_call: bool) -> None:
    canal = raw.get("canal")
    if canal and "ou" not in found.raw:
        found.raw["ou"] = Spot.TELEPHONE.value if canal == "distance" else canal
        if canal == "distance" and not is_call:
            found.assumed.append("par téléphone")


def _take_unread(found: RdvLine, unread: Sequence[str]) -> None:
    """Take two or three capitals as initials, where no memo was typed."""
    initials = [word for word in unread if re.fullmatch(r"[A-Z]{2,3}", word)]
    if initials and "repere" not in found.raw and "repere" not in found.mistakes:
        found.raw["repere"] = initials[0]
        unread = [word for word in unread if word != initials[0]]
    if fault_of_memo(" ".join(unread)) and _NO_NAME not in found.notes:
        found.notes.append(_NO_NAME)
    found.unread = tuple(unread)
