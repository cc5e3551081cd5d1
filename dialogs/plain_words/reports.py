"""How much a sentence is like a compte rendu: who, how many, how long, on which day."""

import re

from config.time import WEEKDAYS

_ACTIVITY = "ateliers?|atel|indiv|individuelle?s?|individuels?|ponctuelle?s?|ponctuels?|ponct|collectif"
_DURATION = (
    r"[1-8] ?h(?: ?[0-5]\d)?|\d{1,3} ?(?:min|mn|minutes?)|"
    r"(?:une|deux|demi|[1-8]) (?:bonne |petite )?heures?|quarts? d heure"
)
_MINUTES = "(?:dix|quinze|vingt|vingt cinq|trente|quarante|quarante cinq|cinquante)"
_PEOPLE = (
    "p|pers|personnes?|participants?|part|seniors?|retraites|jeunes|usagers|beneficiaires|adultes|ados|eleves|habitants|"
    "enfants|parents|residents|resid|allocataires|salaries|etudiants|collegiens|lyceens|dames|messieurs|stagiaires|inscrits"
)
_SOMEBODY = "dames?|monsieur|messieurs|pap[iy]s?|mam(?:ie|y)s?|couple|personnes?|usag(?:er|ere)s?|jeunes?|seniors?"
_FEW = "une?|[1-9]|des|deux|trois|quatre|cinq|six|sept|huit|neuf|dix"
_DAY = r"hier|ce matin|cet apres midi|aujourd hui|lundi|mardi|mercredi|jeudi|vendredi|samedi|\d{1,2} \d{1,2}"
_STATUS = "60 retraites?|retraites?|seniors?|demandeurs? d emploi|sans emploi|a distance|a domicile"
_SIGNS = (
    (2.0, rf" (?:{_ACTIVITY}) "),
    (2.0, rf" (?:{_DURATION}|{_MINUTES} minutes) "),
    (1.5, rf" \d{{1,3}} ?(?:{_PEOPLE}) "),
    (1.0, rf" (?:{_FEW}) (?:(?:vieille|jeune|autre|petite?) )?(?:{_SOMEBODY}) "),
    (0.5, rf" (?:{_DAY}) "),
    (1.0, r" \d{5} "),
    (0.5, rf" (?:{_STATUS}) "),
)
_COMPILED = tuple((weight, re.compile(sign)) for weight, sign in _SIGNS)
_OTHERWISE = re.compile(
    r" (?:combien|comment|pourquoi|quand|fiche|tuto|ressource|cherche|stat|stats|rdv a|demain|prochaine?|je \S+rai) "
)
_NOTE = "notes?|prends?|mets?|pose|cale|bloque|ajoute|programme|fixe|planifie|prendre|noter|mettre"
_APPOINTMENT = re.compile(
    rf"^ (?:(?:{_NOTE}) (?:moi |nous )?)?(?:un |le |mon )?(?:rdv|rendez vous) (?:\S+ ){{0,3}}"
    rf"(?:demain|{'|'.join(WEEKDAYS)}) (?:matin )?(?:a )?\d{{1,2}} ?h"
)
_AT_AN_HOUR = re.compile(
    rf"^ (?:{_NOTE}) (?:moi |nous )?(?:(?!fait|anime|recu|aide)\S+ ){{0,4}}?(?:demain|apres demain|"
    rf"{'|'.join(WEEKDAYS)}) "
    rf"(?:(?:matin|apres midi|soir|prochain) )?(?:a )?(?:[89]|1\d) ?h ?(?:[0-5]\d )?(?:\S+ ){{0,4}}?"
    rf"(?:\d\d ?(?:min|mn|minutes)|[1-3] ?h(?: ?[0-5]\d)?|une heure|(?:une )?demi heure) "
)
"""What is to be noted on a day, at an hour, for so long: reports have no hour."""
_COMING = re.compile(
    rf" (?:viendra|viendront|presentera|presenteront|passera|passeront|arrivera|arriveront) (?:\S+ ){{0,3}}?"
    rf"(?:demain|{'|'.join(WEEKDAYS)}) (?:\S+ ){{0,2}}?a (?:\d{{1,2}} ?h|[a-z]{{2,8}} heures?) "
)
"""Somebody who is to come on a day, at an hour."""
ENOUGH = 3.0
"""From which signs together tell; one alone tells nothing."""


def is_appointment(plain: str) -> bool:
    """Whether folded words between single spaces begin as an appointment does, with its day and its hour."""
    return bool(_APPOINTMENT.match(plain) or _AT_AN_HOUR.match(plain) or _COMING.search(plain))


def find_day(plain: str) -> str:
    """The first day that is named in words; "" for none."""
    found = _NAMED_DAY.search(plain)
    return found[1] if found else ""


_NAMED_DAY = re.compile(rf" (avant hier|hier|ce matin|cet apres midi|aujourd hui|{'|'.join(WEEKDAYS)}) ")


def sum_signs(plain: str) -> float:
    """What the signs of a report weigh together, be they enough or not."""
    return sum(weight for weight, sign in _COMPILED if sign.search(plain))


def weigh_report(plain: str) -> float:
    """Weigh the signs of a report in folded words between single spaces."""
    if _OTHERWISE.search(plain) or is_appointment(plain):
        return 0.0
    found = sum_signs(plain)
    return 2 * found - 1 if found >= ENOUGH else 0.0
