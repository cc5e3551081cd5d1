"""How hours stand in a line of a rdv: one, from one to another, two of which one is meant."""

import re
from datetime import time

MORNING = 7
"""The hour before which « 1h30 » is a duration, unless it stands right after the day."""
_UNIT = r"(?:h(?:eures?|rs?)?|:)"
_MINUTE = r"(?: ?([0-5]\d)(?![\d/:]|-\d{1,2}-)(?! ?(?:min|mn|m\b|p\b|pers|part|places?|ans|h\b)))?"
_BARE = r"(?:[01]?\d|2[0-3])"
_CLOCK = rf"([01]?\d|2[0-3]) ?{_UNIT}{_MINUTE}(?![a-z\d])"
HOURS = re.compile(
    rf"(?<![\w,/])(?:de |entre )?(?P<from>{_CLOCK}) ?(?:a|-|–|/|et|jusqu a) ?(?P<to>{_CLOCK})|"
    rf"(?<![\w,/])(?:(?:de|entre) (?P<bare>{_BARE}) ?(?:a|et) ?|(?P<joined>{_BARE})[-–/])(?P<until>{_CLOCK})|"
    rf"(?<![\w,/])(?:a |des |vers )?(?P<at>{_CLOCK})|(?<!\w)(?<!apres[ -])(?:a )?(?P<noon>midi)(?!\w)"
)
SECOND_HOUR = re.compile(rf"(?<![\w,/])(?<!entre )(?<!de )({_CLOCK})(?: et | (ou) | puis )(?:a )?({_CLOCK})")
CORRECTED_HOUR = re.compile(
    rf"(?<![\w,/])(?:a )?{_CLOCK},? (?:(?:euh|ah|oups),? ){{0,2}}(?:(?:non|pardon|plutot|enfin|en fait)\b[, ]+){{1,3}}"
    rf"(?={_CLOCK}|a \d)"
)
"""An hour that is put right at once: « 10h non pardon 11h »."""
MET = re.compile(r"(?<!\w)(?:rdv|rendez[ -]vous|(?:le|la|les) (?:vois|recois|prends))(?: a| vers)? ?$")
"""Words before the hour of a rdv, rather than of something else: « son bus arrive à 13h50, rdv 14h10 »."""
ENDING = re.compile(rf"(?<!\w)(?:fin|finit|fini|termine) (?:a|vers) (?P<end>{_CLOCK})")
"""When a rdv ends, be its beginning said elsewhere."""
NO_HOUR = re.compile(rf"(?<![\w,/])(?:a )?(?:2[4-9]|[3-9]\d) ?{_UNIT} ?(?:[0-5]\d)?(?![a-z\d])")


def minutes_between(begins: time, ends: time) -> int:
    """Count the minutes from one hour to another, fewer than none where that is before."""
    return (ends.hour - begins.hour) * 60 + ends.minute - begins.minute


def begin_of(match: re.Match[str]) -> time:
    """Return when hours that were found begin."""
    return hour_of(match["from"] or match["bare"] or match["joined"] or match["at"] or "12")


def is_late(match: re.Match[str]) -> bool:
    """Tell whether a duration stands before an hour as if it were an hour, too."""
    return bool(match["from"]) and begin_of(match).hour < MORNING <= hour_of(match["to"]).hour


def hour_of(text: str) -> time:
    """Read an hour that was found. Raises ValueError for what is none."""
    match = re.fullmatch(rf"([01]?\d|2[0-3]) ?(?:{_UNIT} ?([0-5]\d)?)?", text.strip())
    if match is None:
        raise ValueError(text)
    return time(int(match[1]), int(match[2] or 0))
