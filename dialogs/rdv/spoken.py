"""Days and hours as they are spoken or shortened, written as a line of a rdv has them: « ven. neuf heures et quart » is
« vendredi 9h15 »."""

import re

from bot.french import SHORT_WEEKDAY, digits, part_glued, read_number, spell_weekday
from config.text import make_plain
from config.time import WEEKDAYS

_DAY = "|".join(WEEKDAYS)
_ONE_DAY = rf"(?:apr[eè]s[- ]demain|demain|aujourd['’ ]hui|(?:le )?(?:{_DAY}|\d{{1,2}}/\d{{1,2}}))"
_SPOKEN = re.compile(
    r"(?<![\w,/:])(?:(\d{1,2}) ?(?:h|heures?)|midi) "
    r"(et (?:demie?|(?:un )?quart)|moins (?:(?:le |un )?quart|cinq|dix|vingt(?:[- ]cinq)?|5|10|20|25))(?!\w)",
    re.IGNORECASE,
)
_SHORT_DAY = re.compile(rf"(?<![\w'’])({SHORT_WEEKDAY})\b\.?(?= (?:[àa] )?(?:\d|midi\b))", re.IGNORECASE)
"""A day of the week in three letters before an hour: « ven. 14h », « jeu midi »."""
_SPELLED_HOUR = re.compile(
    r"(?<![\w-])(sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|dix-sept|dix-huit|dix-neuf|vingt)[ -]"
    r"(?=h(?:eures?)?\b)",
    re.IGNORECASE,
)
_SPELLED_MINUTES = re.compile(
    r"(?<=\d) ?h(?:eures?)? "
    r"(?:(quinze|trente|quarante[- ]cinq)(?!\w)(?! ?(?:min|mn))|(dix|vingt|quarante|cinquante)(?=\s*(?:[,;.]|$)))",
    re.IGNORECASE,
)
_OF_NEXT_WEEK = re.compile(rf"(?<!\w)(?:la )?(semaine prochaine),? (?:le )?({'|'.join(WEEKDAYS)})(?!\w)", re.IGNORECASE)
_AFTERNOON = re.compile(
    r"(?P<day>(?:cet(?:te)? |l['’])?apr[eè]s[ -]midi|aprem) (?:à |a |vers )?(?P<then>[1-7])(?= ?h)|"
    r"(?<![\w,/:])(?P<hour>[1-9]) ?h(?:eures?)?(?P<minute> ?[0-5]\d)? "
    r"(?:de l['’ ](?:apr[eè]s[ -]midi|apr[eè]m)|du soir)(?!\w)",
    re.IGNORECASE,
)
"""Hours that are told from noon on: « demain après-midi 3h », « 8h du soir »."""


_STOP = re.compile(r"(?:(?<=[^\W\d_]{4})|(?<=[A-Z]{3})|(?<=\dh)|(?<=min))\.(?=\s|$)")
"""A full stop where others write a comma: « Jeudi. 10h. CAF. »; an initial and « tel. » keep theirs."""
_NEXT_WEEK = re.compile(r"(?<!\w)(semaine) pro(?!\w)", re.IGNORECASE)
_EACH_WEEK = re.compile(
    rf"(?<!\w)(?:hebdo(?:madaire)?|une fois par semaine|chaque semaine),? (?:les? )?({'|'.join(WEEKDAYS)})(?!\w)",
    re.IGNORECASE,
)
"""What comes back each week: « hebdo le mercredi »."""


_OTHERWISE = (
    (re.compile(r"\b(?:la )?veille de no[eë]l\b", re.IGNORECASE), "24 décembre"),
    (re.compile(r"\b(?:dans|ds|d['’]ici) 24 ?h(?:eures?)?\b", re.IGNORECASE), "demain"),
    (re.compile(r"\b(?:dans|ds|d['’]ici) 48 ?h(?:eures?)?\b", re.IGNORECASE), "dans 2 jours"),
    (
        re.compile(
            rf"\b(?:pas {_ONE_DAY},? (?:mais|plut[oô]t)|(?:peut|pouvait|veut|vient|va) (?:pas|plus) {_ONE_DAY},? "
            rf"(?:donc|alors|mais|plut[oô]t)) (?={_ONE_DAY}\b)",
            re.IGNORECASE,
        ),
        "",
    ),
    (
        re.compile(
            rf"\b({_ONE_DAY}(?: matin)?),? (?:de |entre )([7-9]|1\d|20) (?:[àa]|et) ([89]|1\d|2[01])"
            r"(?! ?(?:h|ans|min|mn|p\b|pers|places?|€|euros?|[/:.,]?\d))",
            re.IGNORECASE,
        ),
        r"\1 \2h-\3h",
    ),
    (re.compile(r"(?<=\dh)( ?[0-5]\d)? ?(?:[àa]|-|jusqu['’ ][àa]) midi\b(?! et| moins)", re.IGNORECASE), r"\1-12h"),
    (re.compile(r"\bmidi ?(?:[àa]|-|jusqu['’ ][àa]) (?=1[3-9] ?h)", re.IGNORECASE), "12h-"),
    (re.compile(r"\b(\d{1,2} ?h ?[0-5]\d) ?/ ?(?=\d{1,2} ?h)", re.IGNORECASE), r"\1-"),
    (re.compile(r"(?<=[àa] )([7-9]|1\d|2[0-3])\.([0-5]\d)\b(?! ?(?:€|euros?|km|\d))", re.IGNORECASE), r"\1h\2"),
    (re.compile(r"\b(?:dans|ds) (?P<count>\d{1,2}) ?(?:j|jrs?|jours?)\b", re.IGNORECASE), r"dans \g<count> jours"),
    (re.compile(r"\b(?:dans|ds) (?P<count>\d{1,2}) ?(?:sem|semaines?)\b", re.IGNORECASE), r"dans \g<count> semaines"),
    (re.compile(rf"\b({_DAY}) dans (huit|8|quinze|15) jours\b", re.IGNORECASE), r"\1 en \2"),
    (re.compile(rf"\b({_DAY}) semaine prochaine\b", re.IGNORECASE), r"\1 de la semaine prochaine"),
    (
        re.compile(rf"\bpas (?:ce |le )?({_DAY}),? (?:mais )?(?:le|celui) (?:suivant|d['’ ]apr[eè]s)\b", re.IGNORECASE),
        r"\1 en huit",
    ),
    (re.compile(r"\bpas (\d{1,3}) ?(min|mn|minutes),? (?:mais )?(\d{1,3})(?= ?(?:[,.;]|$))", re.IGNORECASE), r"\3 \2"),
    (re.compile(r"(?:\breste )?\b\d{1,3} ?places? sur (\d{1,3})\b(?! ?places?)", re.IGNORECASE), r"\1 places"),
    (
        re.compile(
            r"(?<=\dh)(\d\d)?(?:,| et)? (?:et )?(?:fini|fin|finit|termin[ée])e?s?(?: [àa]| vers)? (?=\d{1,2} ?h)",
            re.IGNORECASE,
        ),
        r"\1-",
    ),
)
"""What is written otherwise for what it means: « mardi dans huit jours » is « mardi en huit »."""


def write_spoken(text: str) -> str:
    """Write the days and hours of a text in figures, and part what was typed as one word."""
    for pattern, meant in _OTHERWISE:
        text = pattern.sub(meant, text)
    text = _EACH_WEEK.sub(r"tous les \1s", _NEXT_WEEK.sub(r"\1 prochaine", _STOP.sub(",", text)))
    text = _OF_NEXT_WEEK.sub(r"\2 de la \1", _SHORT_DAY.sub(lambda found: spell_weekday(found[1]), part_glued(text)))
    text = _AFTERNOON.sub(_write_afternoon, _SPELLED_HOUR.sub(lambda found: digits(found[1]), text))
    text = _SPELLED_MINUTES.sub(lambda found: f"h{digits(found[1] or found[2])}", text)
    return _SPOKEN.sub(_write_clock, text)


def _write_clock(match: re.Match[str]) -> str:
    """Write « 9 heures et demie », « midi moins le quart » in digits."""
    hour = 12 if match[1] is None else int(match[1])
    said = make_plain(match[2])
    less = read_number(said.removeprefix("moins ")) or 15
    minutes = hour * 60 + (-less if said.startswith("moins") else 30 if "demi" in said else 15)
    return f"{minutes // 60}h{minutes % 60:02}"


def _write_afternoon(match: re.Match[str]) -> str:
    if match["then"]:
        return str(int(match["then"]) + 12)
    return f"{int(match['hour']) + 12}h{(match['minute'] or '').strip()}"
