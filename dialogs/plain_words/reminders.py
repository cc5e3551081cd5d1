"""The command lines of reminders: at what hour they come, how often, and the days on which somebody is away."""

import re

from bot.french import MONTH_NUMBERS, digits
from config.text import fold
from config.time import WEEKDAYS
from dialogs.plain_words.utterance import Utterance

_AWAY = re.compile(
    r" (?:(?:(?:suis|serai|sera|pars|partirai|note|mets) (?:\S+ ){0,3}?)?"
    r"(?:absente?|absence|conges?|vacances|formation|en arret(?: (?:de travail|maladie))?|malade)|"
    r"(?:suis|serai) pas (?:la|dispo|disponible|presente?)|"
    rf"pars(?= (?:du|le|demain|{'|'.join(WEEKDAYS)}) )) "
)
"""What stands before the days on which somebody is away."""


_UNTIL = re.compile(r"\bjusqu['’ ](?:au?|à|en) [^,;.!?]+", re.IGNORECASE)
"""What leads to the day from which messages may come again: nobody has them stopped for good for a week."""


def write_reminders(said: Utterance) -> str:
    """Write at what hour, or how often; or the days on which somebody is away."""
    aways = [away for away in _AWAY.finditer(said.plain) if WHEN.search(said.plain, away.end() - 1)]
    away = next(iter(aways), None) or _AWAY.search(said.plain)
    if away and said.knows("absence") and not said.has(_SET):
        return f"absence {_find_away(said, away)}"
    until = _UNTIL.search(said.sentence.text)
    if until and said.knows("absence") and (WHEN.search(f" {fold(until[0])} ") or "semaine" in until[0]):
        return f"absence {until[0]}"
    evening = "soir" if said.has("soir|fin de journee") else ""
    if evening and _NO_EVENING.search(said.plain):
        return f"rappels {evening} non"
    hours = list(_HOUR.finditer(digits(said.plain.replace(" midi ", " 12 h ")) + " "))
    if hours:
        hour = next((each for each in reversed(hours) if not _is_other(each)), hours[0])
        return f"rappels {evening} {hour[1]}h{hour[2] or '30' * bool(hour[3])}"
    if days := _find_days(said):
        return f"rappels jours {' '.join(day[:3] for day in days)}"
    return f"rappels {_find_rhythm(said, evening)}"


_SET = (
    r"(?:regl|met|limit|envo|gard|chang|pass|programm)\S* (?:moi )?(?:mes|les|des) rappels "
    rf"(?:sur|seulement|uniquement|que|a|au|du|le|les|{'|'.join(WEEKDAYS)}) "
)
"""On which days reminders are to come, by those on which somebody is not there."""


def _find_away(said: Utterance, away: re.Match[str]) -> str:
    """The days on which somebody is away, as typed."""
    told = said.sentence.typed(said.find_word_at(away.end() - 1), said.end)
    told = re.split("[,;.!?](?=[^0-9]|$)", _WHY.sub(r" \1", told), maxsplit=1)[0]
    told = _ASKED_TOO.split(told, maxsplit=1)[0]
    told = _SPAN_OF_DAYS.sub(lambda span: digits(span[0]), told)
    told = _WITH.sub("", told)
    earlier = None if WHEN.search(f" {fold(told)} ") else WHEN.search(said.plain)
    return type_found(said, earlier) if earlier else told


def _find_days(said: Utterance) -> list[str]:
    """The weekdays on which reminders may come; none where they are not told, or one alone is named by the way."""
    days = [day for day in WEEKDAYS if said.has(f"{day}s? ")]
    short = [day for day in WEEKDAYS if said.has(f"{day[:3]} ")]
    days = short if len(short) > len(days) + 1 else days
    if span := _DAY_SPAN.search(said.plain):
        days = [*WEEKDAYS[WEEKDAYS.index(span[1]) : WEEKDAYS.index(span[2]) + 1]]
    off = [] if span else [day for found in _NOT_ON.finditer(said.plain) for day in WEEKDAYS if day in found[0]]
    if off:
        return [day for day in days if day not in off] or [day for day in WEEKDAYS[:WORKDAYS] if day not in off]
    is_told = len(days) > 1 or said.has("que le |qu le |seulement|uniquement")
    return days if is_told else []


_WHY = re.compile(
    r"\s?,\s?(?:en |pour |je suis en )?(formation|congés?|vacances|maladie|séminaire|stage)\b", re.IGNORECASE
)
"""Why somebody is away, behind the days."""


def type_found(said: Utterance, found: re.Match[str]) -> str:
    """What was found in the plain words, as typed."""
    return said.sentence.typed(said.find_word_at(found.start() + 1), said.find_word_at(found.end() - 1))


_NUMBERED_DAY = rf"\d{{1,2}}(?:[/ ]\d{{1,2}}(?:[/ ]\d{{2,4}})?| (?:{'|'.join(MONTH_NUMBERS)}))?"
WHEN = re.compile(
    rf" (?:(?:toute )?la semaine prochaine|cette semaine|aujourd hui|demain|"
    rf"(?:du |le |jusqu au )?(?:{'|'.join(WEEKDAYS)})|"
    rf"(?:du|le|jusqu au) {_NUMBERED_DAY})(?: au {_NUMBERED_DAY})? "
)
"""Days on which somebody may be away."""
_WITH = re.compile(r"^(?:avec|chez|en|à|a) (?:(?!du |le |la |demain)\S+ ){1,4}(?=du |le |la |demain)", re.IGNORECASE)
"""With whom and where somebody is away, before the days."""
_ASKED_TOO = re.compile(
    r" (?:faut|donc|alors|inutile|merci|pas|ne) | (?:youpi|ouf|enfin|hourra|chouette)$", re.IGNORECASE
)
"""What is asked behind the days on which somebody is away."""
_SPAN_OF_DAYS = re.compile(rf"\b(?:du|le) [a-zé-]{{2,14}}(?: au [a-zé-]{{2,14}})?(?= (?:{'|'.join(MONTH_NUMBERS)})\b)")
"""Days in letters before their month."""
_DAY_SPAN = re.compile(rf" du ({'|'.join(WEEKDAYS)}) au ({'|'.join(WEEKDAYS)}) ")
WORKDAYS = 5
_ON_DAYS = rf"(?:le |les )?(?:{'|'.join(WEEKDAYS)})s?(?:(?: et| ni)? (?:le |les )?(?:{'|'.join(WEEKDAYS)})s?)*"
_NOT_ON = re.compile(
    rf" (?:(?:plus|pas|aucun) (?:de |d )?(?:rappels?|relances?|messages?)|sauf|"
    rf"(?:bosse|travaille|travail|suis|present|presente|la) (?:\S+ )?(?:pas|plus|jamais)(?: la)?|"
    rf"repos|off|conges?|pas|ni|jour de repos est|rien) (?:\S+ )?{_ON_DAYS} "
    rf"| {_ON_DAYS} (?:je |j |on )(?:(?:ne|n) )?\S+ (?:pas|plus|jamais|en repos|off|en conge) "
)
"""On which days nothing is to come, or somebody does not work."""
_NO_EVENING = re.compile(
    r" (?:(?:plus|pas) de|plus d|(?:plus )?aucun|stop|arrete[rz]?|desactive[rz]?|supprime[rz]?)"
    r"(?: les?| l| ces?| mes)? (?:rappels?|messages?|relances?|notifs?|notifications?) "
    r"(?:du |le |de fin de |en fin de |chaque |tous les )"
    r"(?:soirs?|journee) (?!.*(?:avant|apres|plutot|mais|place|sauf))"
    r"| (?:m|me|nous) (?:ecri\w+|relanc\w+|rappel\w+|derang\w+|embet\w+|soul\w+) plus (?:\S+ ){0,2}?"
    r"(?:le|du|chaque|en fin de) (?:soirs?|journee) (?!.*(?:avant|apres|plutot|mais|place|sauf))"
    r"| (?:arrete[rz]?s?|stop|cesse[rz]?|ne|n) (?:de |d )?(?:m|me|nous) "
    r"(?:ecri\S+|envo\S+|relanc\S+|rappel\S+|dérang\S+|derang\S+|embet\S+|soul\S+) (?:\S+ ){0,3}?"
    r"(?:le|du|chaque|tous les|en fin de) (?:soirs?|journee) (?!.*(?:avant|apres|plutot|mais|place|sauf))"
)
"""What asks for no message in the evening any more, though its hour may be told."""
_OTHER_HOUR = re.compile(
    r" (?:qu a|que a|qu|pas a|pas|lieu d[eu]?(?: a)?|(?:message|messages|rappel|rappels|celui) d[eu]) $"
)
"""What stands before an hour that is no more to be."""
_TOO = re.compile(r" ?(?:c est|est|ca fait|me semble) (?:trop|beaucoup trop|un peu) ")


def _is_other(hour: re.Match[str]) -> bool:
    """Whether an hour is the one that is no more to be: « à 8h c’est trop tôt »."""
    return bool(_OTHER_HOUR.search(hour.string[: hour.start() + 1]) or _TOO.match(hour.string[hour.end() :]))


_HOUR = re.compile(r" (\d{1,2}) ?h(?:eures?)? ?(?:(\d{2})|(et demie?))? ")


def _find_rhythm(said: Utterance, evening: str) -> str:
    """How often, or that the message of the evening is to come no more; "" for neither."""
    if evening and said.has("plus de|cess|arret|stop|ne |coup|desactiv"):
        return f"{evening} non"
    return next((rhythm for rhythm, words in _RHYTHMS if said.has(words)), "")


_RHYTHMS = (
    ("moins", "moins|trop|espace|rare|ralenti|calme"),
    ("plus", "plus souvent|davantage"),
    ("jamais", "arret|stop|plus (?:de|d|aucun) rappel|aucun rappel|plus besoin|inutile|desactiv|supprim|coup|jamais"),
    ("maintenant", "maintenant|tout de suite"),
)
