"""The words of a sentence that name a period, written as the commands’ help writes them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from bot.french import MONTH_NUMBERS, NUMBER_WORDS, WRITTEN_MONTH, Period, find_period, read_count, read_period
from config.text import fold
from config.time import WEEKDAYS
from dialogs.plain_words.frames import read_frame
from dialogs.plain_words.sentences import Sentence, Word

_WRITTEN: Mapping[str, str] = {
    **{
        "janv": "janvier",
        "fev": "février",
        "fevrier": "février",
        "rentree": "rentrée",
        "aout": "août",
        "sept": "septembre",
    },
    **{"premier": "1er", "second": "2e", "deuxieme": "2e", "troisieme": "3e", "quatrieme": "4e", "oct": "octobre"},
    **{"nov": "novembre", "dec": "décembre", "decembre": "décembre", "annee": "année", "annees": "années"},
    **{"derniere": "dernière", "dernieres": "dernières", "passe": "dernier", "passee": "dernière", "debut": "début"},
    **{"ecoule": "dernier", "ecoulee": "dernière", "ecoules": "derniers", "ecoulees": "dernières", "ete": "été"},
    **{"passes": "derniers", "passees": "dernières", "precedente": "précédente", "precedent": "précédent"},
    **{"a": "à", "aujourd hui": "aujourd’hui", "moi": "mois"},
}
"""How words of a period are written, by how they are compared."""
_DAY = re.compile(r"\b\d{1,2}/\d{1,2}\b")
_LINKS, _OF = frozenset({"a", "au", "jusqu"}), frozenset({"du", "de", "d"})
"""What stands between the days of « du … au … », and before them."""


def write_period(sentence: Sentence, today: date, taken: range = range(0)) -> tuple[str, range]:
    """Write the longest run of words that is a period, outside those that are `taken`, and say which words these are;
    "" where there is none."""

    def write(first: int, end: int) -> str:
        return _write(sentence, first, end) if all(may[first:end]) else ""

    words = [word.folded for word in sentence.words]
    may = [index not in taken and _may_tell(word, words[index - 1 : index]) for index, word in enumerate(words)]
    for index, word in enumerate(words[1:]):
        may[index] = may[index] and word not in ("prochain", "prochaine")
    _leave_deadlines(words, may)
    _leave_compared(words, may)
    if not _LONGER.isdisjoint(words):
        for index, (word, after) in enumerate(zip(words, [*words[1:], "-"], strict=True)):
            may[index] = may[index] and (word not in WEEKDAYS or after[0].isdigit())
    found = find_period(len(may), write, today)
    return (_shorten(sentence, *found[:2], today), range(*found[:2])) if found else ("", range(0))


def _leave_deadlines(words: Sequence[str], may: list[bool]) -> None:
    """Leave out until when something is wanted: « avant la fin de la semaine », « dans deux jours »; not
    « avant-hier »."""
    index = 0
    while index < len(words) - 1:
        is_until = words[index] == "avant" and words[index + 1] != "hier" and words[index - 1 : index] != ["d"]
        is_until = is_until or words[index : index + 2] == ["d", "ici"]
        is_until = is_until or (words[index] == "dans" and _is_count(words[index + 1]))
        index += 1
        while is_until and index < len(words) and (may[index] or words[index] in ("ici", "fin")):
            may[index], index = False, index + 1


def _is_count(word: str) -> bool:
    return word in NUMBER_WORDS or word in ("une", "quelques") or (word.isdigit() and len(word) == 1)


def _leave_compared(words: Sequence[str], may: list[bool]) -> None:
    """Leave out beside what a period is put, which its figures show: « plus ce mois-ci que le mois d’avant »."""
    more = next((index for index, word in enumerate(words) if word in _COMPARED), len(words))
    than = next((index for index in range(more, len(words)) if words[index] in ("que", "qu")), len(words))
    is_this_month = "mois" in words[than : than + 4] and not {"n", "ne"}.intersection(words[:more])
    if is_this_month or any(may[index] and words[index] in _COUNTED for index in range(than)):
        may[than:] = [False] * len(may[than:])


_COMPARED = frozenset({"plus", "moins", "autant", "mieux"})
_COUNTED = frozenset({*MONTH_NUMBERS, "semaine", "mois", "trimestre", "semestre", "annee"})
"""What is compared by how much, and with what."""


@cache
def _read_known() -> frozenset[str]:
    return read_frame("periode", "periode_liens") | NUMBER_WORDS


def _may_tell(word: str, before: list[str]) -> bool:
    if word in ("un", "toujours"):
        return before == ["depuis"]
    if word == "ete":
        return not _OF_TIME.isdisjoint(before)
    return all(each in _read_known() or each[0].isdigit() or _is_quarter(each) for each in word.split())


_LONGER = frozenset({*MONTH_NUMBERS, "mois", "trimestre", "semestre", "annee"})
"""Words beside which a day of the week is not what figures are asked of: « jeudi on me demande septembre »."""
_OF_TIME = frozenset(
    {
        *("cet", "l", "en", "d", "fin", "debut", "stat", "stats", "statistiques", "chiffres", "bilan", "bilans"),
        *("perso", "personnel", "personnelles", "personnels", "activite", "cra", "cras", "ateliers"),
    }
)
"""Words after which « été » is the season: « cet été », but « elle a été traitée »."""


def _is_quarter(word: str) -> bool:
    return len(word) == 2 and word[0] == "t" and word[1] in "1234"


def _write(sentence: Sentence, first: int, end: int) -> str:
    """Write a run of words; "" for a number alone that is no year, and for small words."""
    words = sentence.words[first:end]
    signs = [*map(sentence.between, range(first, end - 1)), ""]
    written = "".join(_spell(word, sentence.text) + sign for word, sign in zip(words, signs, strict=True))
    return written if _DAY.search(written) or any(_is_telling(word.folded) for word in words) else ""


def spell_word(sentence: Sentence, index: int) -> str:
    """Write a word of a period as it is meant."""
    return _spell(sentence.words[index], sentence.text)


_ORDINAL = re.compile(r"([1-4])(?:ers?|eres?|i?emes?|nde?|de|re)")
"""« 3eme », « 2nd », as they are typed."""


def _spell(word: Word, text: str) -> str:
    """Write a word as it is meant: a slip is mended, an abbreviation written out, « doctobre » without its « d »."""
    typed, meant = word.typed(text)
    plain = fold(typed)
    if found := _ORDINAL.fullmatch(plain):
        return f"{found[1]}{'er' if found[1] == '1' else 'e'}"
    if meant in NUMBER_WORDS and meant not in _WRITTEN:
        return str(read_count(meant))
    return _WRITTEN.get(plain) or _WRITTEN.get(meant) or (typed if plain == meant else meant)


def _is_telling(word: str) -> bool:
    is_year = word.isdigit() and 2015 <= int(word) <= 2099
    return is_year or _is_quarter(word) or any(each in read_frame("periode") for each in word.split())


def _shorten(sentence: Sentence, first: int, end: int, today: date) -> str:
    """Leave out what adds nothing: « le mois dernier » is « mois dernier »; « du 3 au 12 » keeps its « du »."""

    def read(first: int, end: int) -> Period | None:
        written = _write(sentence, first, end)
        return read_period(written, today) if written else None

    meant, folded = read(first, end), [word.folded for word in sentence.words]
    while end - first > 1 and folded[end - 1] in read_frame("periode_liens") and read(first, end - 1) == meant:
        end -= 1
    is_span = not _LINKS.isdisjoint(folded[first:end])
    while (
        end - first > 1 and _opens(folded[first], folded[first + 1], is_span=is_span) and read(first + 1, end) == meant
    ):
        first += 1
    written = _write(sentence, first, end).strip().replace("y à", "y a")
    if meant == read_period("tout", today):
        return "tout"
    units = (unit for unit in _UNITS if "debut" in folded[first:end] and read_period(unit, today) == meant)
    written = _YEAR.sub("", _BETWEEN_DAYS.sub(r"du \1 au ", written))
    if meant and (days := _DAYS.fullmatch(written)):
        return _write_days(meant, today, is_dated=bool(days[1]))
    for form, short in _SHORTER:
        written = form.sub(short, written)
    return next(units, _LAST.sub(r"\2 \1", written).replace("an dernier", "année dernière"))


def _write_days(meant: Period, today: date, *, is_dated: bool) -> str:
    """Write the first and the last of some days in figures, with their years where these were said or are needed."""
    short, dated = (f"du {meant.start:{form}} au {meant.last:{form}}" for form in ("%d/%m", "%d/%m/%Y"))
    return dated if is_dated or read_period(short, today) != meant else short


def _opens(word: str, following: str, *, is_span: bool) -> bool:
    """Whether a word before a period adds nothing to it: « du 3 au 12 » keeps its « du »."""
    is_first_day = is_span and word in _OF and (following[0].isdigit() or following == "premier")
    return word in read_frame("periode_debut") and not is_first_day


_BETWEEN_DAYS = re.compile(r"^entre (?:le )?(\d\S*(?: [^\W\d]+)?) et (?:le )?(?=\d)")
"""« entre le 3 et le 21 mars » is « du 3 au 21 mars »."""
_WEEKDAY = rf"(?:(?:{'|'.join(WEEKDAYS)}) )?"
_DAYS = re.compile(
    rf"(?:du )?{_WEEKDAY}\d{{1,2}}\S{{0,8}}(?: {WRITTEN_MONTH}(?: 20\d\d)?)? (?:jusqu['’ ])?au "
    rf"{_WEEKDAY}\d{{1,2}}[^\s/]{{0,2}}(?:/\d{{1,2}})?(?: {WRITTEN_MONTH})?[ /]?(20\d\d)?"
)
"""The first and the last of some days."""
_YEAR = re.compile(r"^année (?=20\d\d$)")
_UNITS = ("semaine", "mois", "trimestre", "semestre", "année")
"""What « depuis le début de l’année » is shorter."""
_SHORTER = (
    (re.compile(r"\b(depuis|fin|début) (?:le |du )?mois d(?:e |['’])"), r"\1 "),
    (re.compile(r"^(\d\d?) dernier (mois|jour|trimestre|an)s?"), r"\g<1> derniers \2s"),
    (re.compile(r"^(\d\d?) dernière (semaine|année)s?"), r"\g<1> dernières \2s"),
    (re.compile(r"moiss\b"), "mois"),
)
"""What is written shorter, and in the plural where it is one: « 3 dernier mois »."""
_LAST = re.compile(r"^(derni[eè]re?) (\w+)$")
