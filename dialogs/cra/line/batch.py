"""Several comptes rendus in one line, and comptes rendus that copy others: « atelier 8p 2h puis 2 ponctuels 15 min », «
comme hier », « idem mais 1h »."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from itertools import pairwise

from bot.errors import UserError
from bot.forms import Clues
from bot.french import read_date, say_date
from dialogs.cra import KeptAnswers, NewCra
from dialogs.cra.line import Line, make_line
from dialogs.cra.line.lexicon import SMALL
from dialogs.cra.line.parser import LinePiece, TypedLine, choose_pieces, split_line
from dialogs.cra.line.readers import BARE_NUMBER, WEAK
from dialogs.cra.line.submission import gather_values, settle_values
from dialogs.cra.line.values import LineValues
from storage.cra import Activite, Report
from storage.cra.habits import Usual

BATCH_MAX = 10
"""Reports that one line makes."""
TOO_MANY = f"Une ligne fait {BATCH_MAX} comptes rendus au plus : écrivez les autres dans une deuxième."
_THEN = frozenset(("puis", "ensuite"))
_LINKS = frozenset(("et", "plus"))
SAME = frozenset(("idem", "pareil", "pareille", "rebelote", "identique"))
"""Words that mean a report like another one."""
_LAST = ("d habitude", "d hab", "la derniere fois", "le dernier", "la derniere", "le precedent", "avant")
_NUMBERED = re.compile(r"(?:le )?(?:cra |compte rendu )?(?:n ?° ?|no |numero |n )?(\d{1,9})")
_NAMED = frozenset(
    (
        "celui",
        "celle",
        "ceux",
        "le",
        "la",
        "l",
        "mon",
        "ma",
        "cra",
        "compte",
        "rendu",
        "atelier",
        "seance",
        "de",
        "du",
        "d",
    )
)
"""What stands before the day of a report that is copied: « comme celui de lundi »."""
_EXCEPTING = frozenset(("mais", "sauf"))
_TIMES = re.compile(r"(?<![\w+])(?:[x×]\s?(\d{1,2})|(\d{1,2})\s?[x×])(?!\w)", re.IGNORECASE)
_PLUS = re.compile(r"\s\+\s?(?=(?:(?:10|[1-9])[ \t]?)?(?:indiv|ponct|atelier|rdv|rendez))", re.IGNORECASE)
"""« + 1 indiv » begins another report; « +60 » is an age, whatever is on the next line."""
_EACH = re.compile(
    r"(?:,\s?)?\b(?:chacune?|chaque(?=\s?(?:[,.;]|$))|l\W?une?\sapr[eè]s\sl\W?autre|tour\s[àa]\stour)\b", re.IGNORECASE
)
"""Words that say of several people that each was helped alone."""
_ONE_MORE = re.compile(
    r"une? (?:autre )?(?:dame|monsieur|personne|homme|femme|couple|jeune|mamie|pap[iy]|retraitee?)\b"
)
_DAY_WORDS = 6


class Which(Enum):
    """The report that « idem » alone means: the last one filed, or the one before in the same line."""

    LAST, BEFORE = range(2)


Like = Which | date | int
"""The report that another one is like: which, those of a day, or that number."""


@dataclass(frozen=True, slots=True)
class LinePart:
    """A part of a line that makes one report, or ``times`` the same; ``like`` is the report that it copies, ``text``
    the rest. ``each`` tells that its duration holds for those before it, too: « une dame puis un monsieur, 30 min
    chacun »."""

    text: str
    times: int = 1
    like: Like | None = None
    each: bool = False


def cut_line(text: str, clues: Clues) -> list[LinePart]:
    """Cut a line into the parts of its reports. Raises UserError where these are too many."""
    text = _PLUS.sub(" puis ", text)
    typed = split_line(text)
    cuts = _list_cuts(typed, choose_pieces(typed, clues), clues)
    bounds = [0, *(typed.tokens[at].start for at in cuts), len(typed.plain)]
    texts = [typed.text[first:end] for first, end in pairwise(bounds)]
    if not cuts:
        texts = [text]
    elif typed.rest:
        texts[-1] += f" {typed.rest}"
    parts = [_read_part(part, clues, first=not at) for at, part in enumerate(texts)]
    if sum(part.times for part in parts) > BATCH_MAX:
        raise UserError(TOO_MANY)
    return parts


def says_nothing(text: str) -> bool:
    """Tell whether nothing is left of a part besides that it is like another report."""
    return all(token.word in SMALL or token.word in _EXCEPTING for token in split_line(text).tokens)


def _list_cuts(typed: TypedLine, pieces: Sequence[LinePiece], clues: Clues) -> list[int]:
    """List the tokens with which another report begins."""
    begun = [at for at, token in enumerate(typed.tokens) if at and token.word in _THEN]
    begun = [at for at in begun if _says_more(typed, pieces, at)]
    acts = [piece.first for before, piece in pairwise([None, *pieces]) if piece and _begins_report(before, piece)]
    same = [at for at, token in enumerate(typed.tokens) if at and token.word in SAME]
    for before, after in pairwise(acts):
        if not any(before < at <= after for at in begun) and (at := _find_boundary(typed, before, after)):
            begun.append(at)
    for at in same:
        boundary = _find_boundary(typed, 0, at)
        if boundary and at - boundary <= 1 and not any(boundary - 1 <= other < at for other in begun):
            begun.append(boundary)
    return sorted(set(begun))


def _begins_report(before: LinePiece | None, piece: LinePiece) -> bool:
    """Return whether a piece is an activity: « individuel », or « rdv » where it is counted (« 3 rdv »)."""
    reading = piece.reading
    if reading is None or reading.element not in ("activite", WEAK):
        return False
    counted = before is not None and before.reading is not None and before.reading.element == BARE_NUMBER
    return reading.element == "activite" or (counted and reading.value != Activite.COLLECTIF)


def _says_more(typed: TypedLine, pieces: Sequence[LinePiece], at: int) -> bool:
    """Tell whether what follows « puis » is a report of its own: it has an activity, is like another report, is about
    somebody else, or has a duration where the words before have one."""
    after = [piece.reading.element for piece in pieces if piece.reading and piece.first > at]
    before = [piece.reading.element for piece in pieces if piece.reading and piece.first < at]
    same = any(token.word in SAME for token in typed.tokens[at + 1 : at + 3])
    if _ONE_MORE.match(typed.words(at + 1, at + 4)) and "activite" not in before:
        return True
    return same or "activite" in after or WEAK in after or ("duree" in after and "duree" in before)


def _find_boundary(typed: TypedLine, before: int, after: int) -> int | None:
    """Find the token after the last comma, line end, « et » or « + » between two."""
    for at in range(after, before, -1):
        gap = typed.plain[typed.tokens[at - 1].end : typed.tokens[at].start]
        if (
            typed.tokens[at - 1].parted
            or "+" in gap
            or " / " in gap
            or "\n" in typed.text[typed.tokens[at - 1].end : typed.tokens[at].start]
        ):
            return at
        if typed.tokens[at].word in _LINKS:
            return at
    return None


def _read_part(text: str, clues: Clues, *, first: bool) -> LinePart:
    """Read the parts « how often » and « like what » of a part."""
    times = 1
    if match := _TIMES.search(text):
        times, text = int(match[1] or match[2]), _blank(text, match.start(), match.end())
    text, like = _take_like(text, clues, first=first)
    text, counted = _take_count(text, clues)
    each = _EACH.search(text) is not None
    text, people = _take_each(text, clues) if each and counted == 1 else (text, 1)
    if counted > 1 or people > 1 or not first:
        text = _EACH.sub("", text)
    return LinePart(text, max(1, times * counted * people), like, each)


def _blank(text: str, start: int, end: int) -> str:
    return f"{text[:start]} {text[end:]}"


def _take_count(text: str, clues: Clues) -> tuple[str, int]:
    """Take « 3 » out of « 3 individuels »: a number right before an activity counts reports."""
    typed = split_line(text)
    pieces = choose_pieces(typed, clues)
    for number, act in pairwise(pieces):
        if not (number.reading and act.reading and number.reading.element == BARE_NUMBER):
            continue
        # A group of eight is one workshop.
        is_weak = act.reading.element == WEAK and act.reading.value != Activite.COLLECTIF
        counts = act.reading.element == "activite" or is_weak
        first, last = typed.tokens[number.first], typed.tokens[number.end - 1]
        is_room = typed.words(max(0, number.first - 1), number.first) in _NUMBERED_ROOMS
        is_closed = typed.plain[last.end : last.end + 2].strip()[:1] in (")", ":")  # « Charvieu (38) », « à 62 : »
        is_beside = number.end == act.first and not (last.parted or is_room or is_closed)
        if counts and is_beside and int(number.reading.value) > 0:
            return _blank(typed.text + typed.rest, first.start, last.end), int(number.reading.value)
    return text, 1


_NUMBERED_ROOMS = frozenset(("salle", "bureau", "porte", "etage", "poste", "box"))
"""What is called by a number, which counts nothing: « salle 3 atelier mail »."""


def _take_each(text: str, clues: Clues) -> tuple[str, int]:
    """Take « 3 personnes » out of « 3 personnes, 30 min chacune », unless they came to a workshop."""
    typed = split_line(text)
    said = [(piece, piece.reading) for piece in choose_pieces(typed, clues) if piece.reading]
    counts = [(piece, reading) for piece, reading in said if reading.element in ("participants", BARE_NUMBER)]
    if len(counts) != 1 or any(reading.value == Activite.COLLECTIF for _, reading in said):
        return text, 1
    piece, reading = counts[0]
    blank = _blank(typed.text + typed.rest, typed.tokens[piece.first].start, typed.tokens[piece.end - 1].end)
    return blank, int(reading.value)


def _take_like(text: str, clues: Clues, *, first: bool) -> tuple[str, Like | None]:
    """Take « comme hier », « idem », « pareil que le 12/11 » out of a part."""
    typed = split_line(text)
    for at, token in enumerate(typed.tokens):
        same = token.word in SAME or (token.word == "meme" and _means_same(typed, at))
        is_like = token.word == "comme" or (token.word in ("com", "kom") and at == 0)
        if not same and not is_like:
            continue
        start = at + (2 if token.word == "meme" else 1)
        if same and typed.words(start, start + 1) in ("que", "qu", "k", "ke", "q"):
            start += 1
        start = _skip_name(typed, start, clues)
        found, end = _read_like(typed, start, clues)
        if found is None and not same:
            continue
        if found is None or not (is_like or start > at + 1):
            found, end = (Which.LAST if first else Which.BEFORE), at + (2 if token.word == "meme" else 1)
        begin = at - 1 if at and typed.words(at - 1, at) == "la" and token.word == "meme" else at
        return _blank(typed.text + typed.rest, typed.tokens[begin].start, typed.tokens[end - 1].end), found
    return text, None


def _skip_name(typed: TypedLine, start: int, clues: Clues) -> int:
    """Skip what a report is called before its day: « comme celui de lundi », « pareil que l’atelier d’hier »."""
    at = start
    while at < len(typed.tokens) and typed.tokens[at].word in _NAMED:
        at += 1
    return at if at > start and isinstance(_read_like(typed, at, clues)[0], date) else start


def _means_same(typed: TypedLine, at: int) -> bool:
    """Tell whether « même » at a place means a report like another: « même chose », « même atelier que lundi »."""
    if _WANTED_ALIKE.search(typed.words(max(at - 4, 0), at)):
        return False
    return typed.words(at + 1, at + 2) in ("chose", "cra") or typed.words(at + 2, at + 3) in ("que", "qu")


_WANTED_ALIKE = re.compile(r"\b(?:voul|veul|veut|demand|cherch|tous\b|toutes\b|retap|ressais|repet)")
"""What says that several people, and no reports, are alike: « ils voulaient tous la même chose »."""


def _read_like(typed: TypedLine, start: int, clues: Clues) -> tuple[Like | None, int]:
    """Read the day, the number or « d’habitude » after « comme »; also return where it ends."""
    for end in range(min(start + _DAY_WORDS, len(typed.tokens)), start, -1):
        words, text = typed.words(start, end), typed.slice(start, end)
        if typed.tokens[end - 1].glued and typed.words(end, end + 1).isdigit():
            continue  # « le 31 » of « le 31/11 »
        if words in _LAST:
            return Which.LAST, end
        if day := read_date(text, clues.today):
            return day, end
        if ("n" in words or "cra" in words or "compte" in words) and (match := _NUMBERED.fullmatch(_plain(text))):
            return int(match[1]), end
    return None, start


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


@dataclass(frozen=True, slots=True)
class Base:
    """A report that another one copies, and its number (0: the one before in the same line)."""

    report: Report
    number: int = 0


@dataclass(slots=True)
class _Draft:
    """A part while it is being made into lines."""

    part: LinePart
    typed: TypedLine
    found: LineValues
    bases: Sequence[Base] = field(default_factory=list)


def read_parts(
    parts: Sequence[LinePart], bases: Mapping[Like, Sequence[Base]], clues: Clues, usual: Usual
) -> list[Line]:
    """Read the parts of a line, given the reports that some of them copy. Raises UserError where a day has so many that
    they become too many."""
    drafts = [_draft(part, bases, clues, usual) for part in parts]
    if len(drafts) > 1:
        _share(drafts)
    lines: list[Line] = []
    for draft in drafts:
        made = _make_lines(draft, lines, clues, usual)
        lines += [line for one in made for line in _repeat(one, draft)]
    if len(lines) > BATCH_MAX:
        raise UserError(TOO_MANY)
    return lines


def read_lines(text: str, clues: Clues, usual: Usual) -> list[Line]:
    """Read a line that copies no other report, as one or several reports."""
    return read_parts(cut_line(text, clues), {}, clues, usual)


def _draft(part: LinePart, bases: Mapping[Like, Sequence[Base]], clues: Clues, usual: Usual) -> _Draft:
    typed = split_line(part.text)
    found = gather_values(typed, choose_pieces(typed, clues), clues, usual)
    return _Draft(part, typed, found, bases.get(part.like, ()) if part.like is not None else ())


def _make_lines(draft: _Draft, before: Sequence[Line], clues: Clues, usual: Usual) -> Iterator[Line]:
    """Make the lines of a part: one, or one for each report that it is like."""
    if draft.part.like is Which.BEFORE and before:
        yield _like_before(draft, before[-1], clues, usual)
    elif not draft.bases:
        settle_values(draft.found, clues, usual)
        if draft.part.each and draft.part.times > 1:
            _assume_brief(draft.found)
        yield make_line(draft.typed, draft.found)
    for base in draft.bases:
        found = draft.found.copy()
        settle_values(found, clues, usual, NewCra.raw_of(base.report))
        yield make_line(draft.typed, found, KeptAnswers.of(base.report))


def _assume_brief(found: LineValues) -> None:
    """Assume that people who had a few minutes each, one after the other, were helped in passing."""
    if "activite" in found.assumed and int(found.raw.get("duree", BRIEF_MAX + 1)) <= BRIEF_MAX:
        found.raw["activite"] = Activite.PONCTUEL.value
        found.assumed["activite"] = Activite.PONCTUEL.label.lower()


BRIEF_MAX = 15
"""Minutes of who is helped in passing, at most."""
_LISTED = re.compile(r"\(([^()]+)\)|:([^:]+)")
"""What is told of several reports one by one: « 3 individuels (mail, caf, ameli) »."""


def _repeat(line: Line, draft: _Draft) -> list[Line]:
    """Make a line as often as it was counted; of as many themes that are listed, each has one."""
    times, themes = draft.part.times, line.raw.get("themes", ())
    listed = _LISTED.search(draft.part.text)
    if times < 2 or len(themes) != times or not listed or (listed[1] or listed[2]).count(",") != times - 1:
        return [line] * times
    notes = line.notes | {"themes": "J’ai mis un thème par compte rendu."}
    return [replace(line, raw=line.raw | {"themes": [theme]}, notes=notes) for theme in themes]


def _like_before(draft: _Draft, before: Line, clues: Clues, usual: Usual) -> Line:
    """Make a line that copies the one before it, with its mistakes and assumptions."""
    found = draft.found
    said = set(found.raw)
    settle_values(found, clues, usual, before.raw)
    found.assumed = {e: text for e, text in before.assumed.items() if e not in said} | found.assumed
    wrong = {e: text for e, text in before.mistakes.items() if e not in said}
    found.mistakes = wrong | found.mistakes
    found.choices = {e: offered for e, offered in before.choices.items() if e in wrong} | found.choices
    line = make_line(draft.typed, found, before.kept)
    return replace(line, unread=(*before.unread, *line.unread))


_ALL_SHARE = ("date", "commune")
"""What holds for the other reports of a line, too, unless they say otherwise: who tells of a morning says once when
and where it was."""
_BARE_SHARE = (*_ALL_SHARE, "canal", "age", "statut", "themes", "duree", "suite")
"""What a part takes from the next one that says nothing but an activity: « 3 individuels et 2 ponctuels 30 min »."""


def _share(drafts: Sequence[_Draft]) -> None:
    """Give each part what others say for it as well; it is told as assumed, and asked where it is in doubt there."""
    said = [draft.found.copy() for draft in drafts]
    for at, draft in enumerate(drafts):
        found, is_like = draft.found, draft.part.like is not None
        bare = set(said[at].raw) <= {"activite", "participants"} and not found.mistakes and not is_like
        shared = ("date",) if is_like else _BARE_SHARE if bare else _ALL_SHARE
        each = ("duree",) if any(after.part.each for after in drafts[at + 1 :]) and "duree" not in shared else ()
        for element in (*shared, *each):
            others = [*reversed(said[:at]), *said[at + 1 :]] if element in _ALL_SHARE else said[at + 1 : at + 2]
            giver = next((other for other in others if other.tells(element)), None)
            if giver and not said[at].tells(element):
                found.take(element, giver, _say_shared)


def _say_shared(element: str, value: object) -> str:
    if element == "date":
        return say_date(date.fromisoformat(str(value)))
    return "".join(NewCra.tell({element: value}).values())
