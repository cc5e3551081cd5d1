"""Words that sound alike: « un pot » and « impôts », which a telephone writes for one another."""

import re

from config.text import fold

_SOUNDS = tuple(
    (re.compile(written), sound)
    for written, sound in (
        (r"\bet\b|\b(?:est|ait)\b", "e"),
        (r"ph", "f"),
        (r"(?<=[aeo])u?x\b", "u"),
        (r"x", "ks"),
        (r"sch|sh|ch", "5"),
        (r"qu|k|c(?![eiy])", "k"),
        (r"c|ss|(?<=\b)s|sc(?=[eiy])", "s"),
        (r"g(?=[eiy])", "j"),
        (r"gu", "g"),
        (r"ille?s?\b|(?<=[aeu])il\b", "y"),
        (r"eau|au|ault?", "o"),
        (r"(?:ain|aim|ein|yn|ym|in|im|un|um)(?![aeiouymn])", "1"),
        (r"(?:an|am|en|em)(?![aeiouymn])", "2"),
        (r"(?:ez|er|ai|ei|et)(?=s?\b)|ai|ei", "e"),
        (r"h", ""),
        (r"y(?=\S)", "i"),
        (r"(\w)\1", r"\1"),
        (r"(?<=\w\w)[estdxzp]{1,4}\b|(?<=\wo)[tsd]{1,2}\b", ""),
        (r"\W", ""),
    )
)
"""How letters sound, in the order in which they are heard; nasal vowels are figures."""


def spell_sound(text: str) -> str:
    """Write words by how they sound, as one: « un pot » and « impôts » are « 1po »."""
    sound = fold(text)
    for written, heard in _SOUNDS:
        sound = written.sub(heard, sound)
    return sound


def sound_alike(one: str, other: str) -> bool:
    """Whether words sound alike, but for a last sound that the fewer words have: « à mêler », « Ameli »."""
    short, long = sorted((one, other), key=lambda words: len(spell_sound(words)))
    heard, more = spell_sound(short), spell_sound(long)
    is_longer = len(heard) >= LONG and more[:-1] == heard and long.count(" ") < short.count(" ")
    return bool(heard) and (heard == more or is_longer)


LONG = 4
"""Sounds of what may lack one."""
