"""Age groups as a line tells them: « +60 », « 72 ans », « de 6 à 10 ans », « moins de 18 ans »."""

import re

from bot.french import digits
from dialogs.cra.line.hours import fold_parts
from storage.cra.report import Age

_YEARS = r"(?: ?ans?)"
_OLDER = re.compile(
    rf"(?:[+>] ?(?:de |que )?|plus de |au dela de )(\d{{2,3}}){_YEARS}?|"
    rf"(\d{{2,3}}) ?(?:{_YEARS} ?)?(?:\+|et plus){_YEARS}?"
)
_YOUNGER = re.compile(rf"(?:[-<] ?(?:de )?|moins de )(\d{{1,2}})({_YEARS})?")
_RANGE = re.compile(rf"(?:de |entre |les )?(\d{{1,2}}){_YEARS}? ?(?:-|/|a|et) ?(\d{{1,3}})({_YEARS})?")
_SEVERAL = re.compile(rf"\d{{1,3}}(?: \d{{1,3}}){{1,7}}(?: et \d{{1,3}})?{_YEARS}")
_AGED = re.compile(rf"(?:age(?:e)?s? de )?(\d{{1,3}}){_YEARS}")
# The first and last whole years of each category; the form’s bounds overlap, the older one holds but at 60.
_YEARS_OF = {
    Age.MOINS_12: (0, 11),
    Age.DE_12_A_18: (12, 17),
    Age.DE_18_A_35: (18, 34),
    Age.DE_35_A_60: (35, 60),
    Age.PLUS_60: (61, 130),
}


_GROUP = re.compile(r"(?<=^12) (?=18\b)|(?<=^18) (?=35\b)|(?<=^35) (?=60\b)")
"""Between the bounds of one of the form’s groups, as a telephone hears it: « dix-huit trente-cinq ans »."""
_SHORT_AGE = re.compile(r"^(\d\d)a$")
_BORN = re.compile(r"nee? (?:en|le \d{1,2}/\d{1,2}/|le \d{1,2} [a-z]{3,9}) ?((?:19|20)\d\d)")


def write_ages(text: str, words: str, year: int) -> tuple[str, ...]:
    """Write in figures the ages of a text whose words are folded, in a year: « soixante ans », « né en 1958 »."""
    if born := _BORN.fullmatch(words):
        years = year - int(born[1])
        return (f"{years - 1}-{years} ans",)
    return _SHORT_AGE.sub(r"\1 ans", fold_parts(text)), digits(text)


def read_ages(text: str) -> Age | None:
    """Read an age group by its bounds, or the one that contains an age or a range of ages: « 72 ans », « 6-10 ans ».

    The text is folded, with its signs and hyphens. Returns None where no group contains all of it.
    """
    bounds = _bounds(text)
    if bounds is None:
        return None
    first, last = bounds
    return next((age for age, (low, high) in _YEARS_OF.items() if low <= first and last <= high), None)


AGE_SAID = re.compile(r"\bans?$|^[-<]? ?moins de|^\+ ?de|^[-+<>]\d")
"""What shows that numbers are years."""


def list_ages(text: str) -> list[str]:
    """List the age groups that a text on ages reaches into: « moins de 18 ans »."""
    bounds = _bounds(text)
    if bounds is None:
        return []
    return [age.value for age, (low, high) in _YEARS_OF.items() if bounds[0] <= high and low <= bounds[1]]


def _bounds(text: str) -> tuple[int, int] | None:
    """Find the first and last whole years that a text on ages means."""
    text = _GROUP.sub("-", re.sub(r" ?- ?", "-", text))
    if match := _OLDER.fullmatch(text):
        years = int(match[1] or match[2])
        return (years + 1, 130) if years == 60 else (years, 130)
    if match := _YOUNGER.fullmatch(text):
        years = int(match[1])
        return (0, years - 1) if match[2] or years == 12 or "moins" in text else None
    if match := _RANGE.fullmatch(text):
        first, last, unit = int(match[1]), int(match[2]), match[3]
        if f"{first}-{last}" in ("12-18", "18-35", "35-60"):
            return first, last - (last < 60)
        first += first == 60  # the oldest category begins behind it
        return (first, last) if (unit or text.startswith("les ")) and first < last else None
    if _SEVERAL.fullmatch(text):
        numbers: list[str] = re.findall(r"\d+", text)
        return min(map(int, numbers)), max(map(int, numbers))
    match = _AGED.fullmatch(text)
    return (int(match[1]), int(match[1])) if match else None
