"""The line of a told appointment in one order: when it is, how long, until when it comes back, what it is about, where,
and with whom."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from bot.capabilities import OLDEST
from bot.forms import Clues
from bot.french import MONTH_NUMBERS, read_minutes, write_minutes
from bot.people import make_nobody
from config.text import fold, split_words
from config.time import WEEKDAYS
from dialogs.rdv.line import names_colleagues, read_rdv_line
from dialogs.rdv.parts import RdvLine, UsualRdv
from storage.communes import find_place_exactly

_MONTHS = "|".join((*MONTH_NUMBERS, "février", "août", "décembre"))
_DAY = (
    rf"(?:tous les |chaque )?(?:{'|'.join(WEEKDAYS)})s?(?: prochain)?"
    rf"(?: \d{{1,2}}(?:/\d{{1,2}}| (?:{_MONTHS})))?|(?:apr[èe]s[- ])?demain|aujourd['’]hui|"
    rf"\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?|\d{{1,2}}(?:er)? (?:{_MONTHS})"
)
_WHEN = re.compile(
    rf"\b(?:le |du )?({_DAY}),? (?:à |a |vers )?(\d{{1,2}}h(?:\d\d)?(?:-\d{{1,2}}h(?:\d\d)?)?)(?=[ ,]|$)", re.IGNORECASE
)
_EACH_WEEK = re.compile(rf"\b(?:(?:tou[st]|tt|ts) les|chaque) ({'|'.join(WEEKDAYS)})s?\b", re.IGNORECASE)
_JOINED_UNTIL = re.compile(r"\bjusqu ?(?=(?:au|en|à)\b)", re.IGNORECASE)
_SEATS = re.compile(r"\b(\d{1,2}) places\b")
_HOUSE = (
    r"m[ée]diath[èe]que|biblioth[èe]que|mairie|ccas|centre social|mjc|maison|ehpad|r[ée]sidence|[ée]cole|coll[èe]ge|"
    r"lyc[ée]e|foyer|epn|salle"
)
_NAME = r"[A-ZÀ-Ý][\w'’-]+(?: (?:(?:sur|lès|en|de|du|la|le) )?[A-ZÀ-Ý][\w'’-]+)*"

_Write = Callable[[re.Match[str]], str]
_PARTS: Mapping[str, tuple[re.Pattern[str], _Write]] = {
    "until": (
        re.compile(
            rf"\bjusqu['’ ]?(?:au|en|à) (?:\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?|(?:\d{{1,2}} )?(?:{_MONTHS})\b)",
            re.IGNORECASE,
        ),
        lambda found: re.sub(r"(?<=jusqu) (?=au|en|à)", "'", found[0], flags=re.IGNORECASE),
    ),
    "who": (
        re.compile(
            r"(?<!\w)(?:(?:pour|avec) )?(?:(mme |mlle |mr )|madame |monsieur )?((?:[a-z]\.[ -]?){1,3})(?!\w)",
            re.IGNORECASE,
        ),
        lambda found: (found[1] or "") + re.sub(r"(?<=\.)(?=\w)", " ", found[2].strip().upper()),
    ),
    "spot": (
        re.compile(
            r"(?<!\w)(?:à |a )?domicile\b|(?<!\w)(?:par |au )?(?:téléphone|telephone|tel)\b|\ben visio\b", re.IGNORECASE
        ),
        lambda found: "en visio" if "v" in found[0] else "à domicile" if "domi" in found[0] else "par téléphone",
    ),
    "length": (
        re.compile(
            r"(?<![\w/])(?:pendant )?(?:(\d{1,3}) ?(?:min|mn|minutes)|(\dh(?:\d\d)?)|(une (?:petite )?demi[- ]heure|"
            r"une (?:petite )?heure(?: et (?:demie|quart))?|(?:un|trois) quarts? d['’ ]heure))\b",
            re.IGNORECASE,
        ),
        lambda found: f"{found[1]} min" if found[1] else found[2] or _write_length(found[3]),
    ),
}


def _write_length(words: str) -> str:
    """Write a length in figures: « une petite heure » is « 1h », « trois quarts d’heure » « 45 min »."""
    return write_minutes(read_minutes(words.replace("petite ", "")) or 0, gap=" ")


_OF = rf"(?:(?:de la|du|des?) |(?:de l|d)['’ ])(?:{_NAME}|[a-zà-ÿ][\w'’-]+)"
_AT_HOUSE = re.compile(rf"(?<!\w)(?:(?:[àa]|aux?) (?:la |le |l['’ ])?)?(?:{_HOUSE})(?: {_OF}){{0,2}}(?=[ ,]|$)")
_AT_NAME = re.compile(rf"(?<!\w)(?:[àÀa]|aux?) {_NAME}(?=[ ,]|$)")
_LEAD = re.compile(
    r"^(?:(?:pour|pr|sur|avec|concernant|au sujet d[eu]s?|une?|les?|la|ses|son|sa|des)\b ?|l['’]|[ ,;:-])+",
    re.IGNORECASE,
)
_ORDER = ("length", "until", "subject", "spot", "place", "who")


def arrange_command(line: str, today: date, departements: Sequence[str] = ()) -> str:
    """Write the line of an appointment in the usual order, where it is read as the same one then."""
    line = _JOINED_UNTIL.sub("jusqu'", line)
    command, _, told = _EACH_WEEK.sub(r"tous les \1s", line).partition(" ")
    if not told or names_colleagues(told) or not (when := _WHEN.search(told)):
        return line
    clues = Clues(make_nobody().copy_with(departements=list(departements)), today, OLDEST)
    read = read_rdv_line(told, clues, UsualRdv())
    arranged = _arrange(told, when, read)
    return f"{command} {arranged}" if _list(read_rdv_line(arranged, clues, UsualRdv())) == _list(read) else line


def _arrange(told: str, when: re.Match[str], read: RdvLine) -> str:
    left, parts = _SEATS.sub(r"\1p", f"{told[: when.start()]} {told[when.end() :]}"), {}
    for name, (pattern, write) in _PARTS.items():
        if found := pattern.search(left):
            parts[name], left = write(found), _cut(left, found)
    if place := _find_place(left, str(read.raw.get("commune", ""))):
        parts["place"], left = place[1], _cut(left, place[0])
    parts["subject"] = _LEAD.sub("", left.strip(" ,.")).replace(",", "")
    return " ".join(" ".join((when[1], when[2], *(parts.get(name, "") for name in _ORDER))).split())


def _cut(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()].rstrip(' ,')} {text[found.end() :].lstrip(' ,')}"


def _find_place(text: str, label: str) -> tuple[re.Match[str], str] | None:
    """Find where it is, and how that is written: a house, the commune that was read, or what is named with « à »."""
    if found := _AT_HOUSE.search(text):
        return found, re.sub("^a ", "à ", found[0])
    words = text.split() if label else []
    names = (" ".join(words[at:end]).strip(",") for at in range(len(words)) for end in range(at + NAME_MAX, at, -1))
    for name in names:
        place = find_place_exactly(name).place
        found = re.search(rf"(?:(?<!\w)[àa] )?(?<!\w){re.escape(name)}(?!\w)", text)
        if found and place and place.label == label:
            is_typed = name[0].isupper() or fold(name) != fold(place.commune.nom.replace("-", " "))
            return found, f"à {name if is_typed else place.commune.nom}"
    found = _AT_NAME.search(text)
    return (found, re.sub("^[aÀ] ", "à ", found[0])) if found else None


NAME_MAX = 5
"""Words of a commune’s name, at most."""


def _list(read: RdvLine) -> Mapping[str, object]:
    """List what an appointment says, themes in any order; initials may be written in several ways."""
    values = {name: value for name, value in read.raw.items() if name not in ("repere", "themes")}
    if "repetition" in values:
        values["repetition"] = " ".join(split_words(str(values["repetition"])))
    return values | {"themes": sorted(read.raw.get("themes", ())), "mistakes": sorted(read.mistakes)}
