"""The words of a sentence that name a period, as typed."""

import re
from datetime import date

from bot.french.periods import Period, read_period
from dialogs.plain_words.frames import read_frame
from dialogs.plain_words.sentences import Sentence

SPAN_MAX = 8
"""Words that a period takes."""
_DAY = re.compile(r"\b\d{1,2}/\d{1,2}\b")


def find_period(sentence: Sentence, today: date, taken: range = range(0)) -> str:
    """Find the longest run of words that is a period, outside those that are `taken`; "" where there is none."""
    may = [index not in taken and _may_tell(word.folded) for index, word in enumerate(sentence.words)]
    for size in range(min(SPAN_MAX, len(may)), 0, -1):
        for first in range(len(may) - size + 1):
            if all(may[first : first + size]) and (read := _read(sentence, first, first + size, today)):
                return _shorten(sentence, first, first + size, today, read)
    return ""


def _may_tell(word: str) -> bool:
    known = read_frame("periode") | read_frame("periode_liens")
    return all(each in known or each[0].isdigit() or _is_quarter(each) for each in word.split())


def _is_quarter(word: str) -> bool:
    return len(word) == 2 and word[0] == "t" and word[1] in "1234"


def _read(sentence: Sentence, first: int, end: int, today: date) -> Period | None:
    """Read a run of words; a number alone is a year, and small words are nothing."""
    words, typed = [word.folded for word in sentence.words[first:end]], sentence.typed(first, end)
    if not _DAY.search(typed) and not any(_is_telling(each) for each in words):
        return None
    return read_period(typed, today)


def _is_telling(word: str) -> bool:
    is_year = word.isdigit() and 2015 <= int(word) <= 2099
    return is_year or _is_quarter(word) or any(each in read_frame("periode") for each in word.split())


def _shorten(sentence: Sentence, first: int, end: int, today: date, read: Period) -> str:
    """Leave out what adds nothing: « le mois dernier » is « mois dernier »."""
    while (
        end - first > 1
        and not sentence.words[end - 1].folded.isdigit()
        and read_period(sentence.typed(first, end - 1), today) == read
    ):
        end -= 1
    while (
        end - first > 1
        and sentence.words[first].folded in read_frame("periode_debut")
        and read_period(sentence.typed(first + 1, end), today) == read
    ):
        first += 1
    return sentence.typed(first, end)
