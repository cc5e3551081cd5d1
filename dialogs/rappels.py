"""The window of the daily messages: at what hour, how often, on which days, and of the one at the end of the day."""

import re
from typing import Annotated, Self

from bot.forms import Choice, Form, ReadText, asks
from config.text import fold
from config.time import WEEKDAYS
from storage import rappels

RHYTHMS = {
    rappels.Rhythm.DAILY: "Tous les jours, week-ends et jours fériés compris",
    rappels.Rhythm.WORKDAYS: "Les jours ouvrés",
    rappels.Rhythm.WEEKLY: "Une fois par semaine, le premier jour ouvré",
    rappels.Rhythm.NEVER: "Jamais : je regarde moi-même avec /rappels",
}
HOURS = Choice({str(hour): f"{hour} h" for hour in range(rappels.FIRST_HOUR, rappels.LAST_HOUR + 1)})


NO_EVENING = "non"
YES_NO = {"oui": "Oui", "non": "Non"}
_DAYS = "lundi, mardi, jeudi"


def say_evening(minute: int) -> str:
    """Say a minute of the day: « 17 h 30 », « 18 h »."""
    return f"{minute // 60} h {minute % 60}" if minute % 60 else f"{minute // 60} h"


def read_days(text: str) -> int:
    """Read « lun mar jeu », « lundi au vendredi », as the bits of weekdays. Raises ValueError, with a sentence."""
    bits, before, is_range = 0, -1, False
    for word in fold(re.sub(r"[-–]| à ", " au ", text)).replace(",", " ").split():
        if word in {"le", "les", "et", "du", "de"}:
            continue
        if word == "au":
            is_range = before >= 0
            continue
        day = next((n for n, name in enumerate(WEEKDAYS) if len(word) > 1 and name.startswith(word.rstrip("s"))), -1)
        if day < 0:
            raise ValueError(f"Écrivez des jours de la semaine, par exemple {_DAYS}.")
        for each in range(before, day + 1) if is_range else (day,):
            bits |= 1 << each
        before, is_range = day, False
    if not bits:
        raise ValueError(f"Écrivez au moins un jour, par exemple {_DAYS}.")
    return bits


def say_days_short(bits: int) -> str:
    """Say weekdays: « lundi, mardi, jeudi »."""
    return ", ".join(name for number, name in enumerate(WEEKDAYS) if bits >> number & 1)


EVENINGS = {
    NO_EVENING: "Jamais",
    **{str(minute): say_evening(minute) for minute in range(rappels.FIRST_EVENING, rappels.LAST_EVENING + 1, 30)},
}


class ChooseReminders(Form):
    """The window of when somebody gets their message of the day, and the one at its end."""

    title = "Vos rappels"
    submit_label = "Enregistrer"

    hour: Annotated[str, HOURS] = asks("À quelle heure", "À votre heure locale.", name="heure")
    rhythm: Annotated[str, Choice({each.value: text for each, text in RHYTHMS.items()})] = asks(
        "Combien de fois", "Il ne vient que s’il y a du nouveau.", name="rythme"
    )
    evening: Annotated[str, Choice(EVENINGS)] = asks(
        "Fin de journée",
        "Vos rendez-vous du jour sans compte rendu, s’il y en a.",
        name="soir",
        default=str(rappels.USUAL_EVENING),
    )
    days: Annotated[int, ReadText(lambda text, _: read_days(text), show=say_days_short, placeholder=_DAYS)] = asks(
        "Jours travaillés", "Sans les jours fériés ni vos absences.", name="jours", default=rappels.USUAL_DAYS
    )
    rdv: Annotated[str, Choice(YES_NO)] = asks(
        "Rappels de rendez-vous", "La veille, puis une heure avant.", name="rdv", default="oui"
    )

    @classmethod
    def of(cls, choice: rappels.DailyChoice, *, reminds: bool) -> Self:
        """Fill the window with somebody’s choices; ``reminds`` says whether they are reminded of rdv."""
        return cls.draft(
            hour=str(choice.hour),
            rhythm=choice.rhythm.value,
            evening=str(choice.evening) if choice.asks else NO_EVENING,
            days=choice.days,
            rdv="oui" if reminds else "non",
        )
