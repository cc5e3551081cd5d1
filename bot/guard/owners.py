"""Telephone numbers that a text says to be somebody’s: a name stands beside them."""

import re

from bot.guard.finding import find
from bot.guard.kinds import Kind

_BEFORE, _AFTER = 60, 40
"""Characters on each side of a number in which a name is looked for."""
_CIVIL = re.compile(r"\b(?:M\.|Mr|Mme|Mlle|Monsieur|Madame|Mademoiselle|Dr|Docteur)\.?\s{1,3}[A-ZÀ-Þ]")
_FULL_NAME = re.compile(r"\b[A-ZÀ-Þ][\w’'-]{1,40}\s{1,3}[A-ZÀ-Þ][\w’'-]{1,40}")
_MOBILE = re.compile(r"(?:00|\+)?(?:33)?0?[67]")


def names_owner(text: str) -> bool:
    """Whether a number has a person’s name beside it: « Mme Martin » with any, « Sophie Martin » with a mobile one (of
    two words with capitals, others may be a service: « Solidarité Numérique, 01 70 77 23 72 »)."""
    for found in find(text):
        if found.kind is not Kind.TELEPHONE:
            continue
        around = f"{text[max(0, found.start - _BEFORE) : found.start]}\n{text[found.end : found.end + _AFTER]}"
        is_mobile = _MOBILE.match(re.sub(r"[^\d+]", "", text[found.start : found.end]))
        if _CIVIL.search(around) or (is_mobile and _FULL_NAME.search(around)):
            return True
    return False
