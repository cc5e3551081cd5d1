"""The window of a digest of one's own: how often, on which day, at which hour, and until when one is on leave."""

import datetime as dt
from typing import Annotated, Any

from pydantic import Field

from bot.forms import Choice, Clues, Form, ReadText
from bot.french.coming import read_coming_day
from bot.french.dates import WEEKDAYS, fold_date
from bot.texts import quote

RHYTHMS = {"semaine": "Chaque semaine", "mois": "Chaque mois, le premier de ces jours"}
HOURS = range(7, 21)
"""At which a message may come: the job that sends it looks at each of them."""


def _day(text: str, clues: Clues) -> dt.date:
    found = read_coming_day(fold_date(text), clues.today)
    if found is None:
        raise ValueError(f"Je n’ai pas compris la date « {quote(text)} ». Écrivez vendredi, 24/12 ou demain.")
    return found


def _show(day: Any) -> str:
    return f"{day:%d/%m/%Y}"


class Subscribe(Form):
    """When somebody gets their own digest."""

    title = "Mes actus"
    submit_label = "C’est noté"

    rhythm: Annotated[str, Choice(RHYTHMS)] = Field("semaine", alias="rythme", title="Rythme")
    weekday: Annotated[int, Choice({str(n): name.capitalize() for n, name in enumerate(WEEKDAYS)}, int)] = Field(
        4, alias="jour", title="Jour", description="Un jour férié, c’est le jour suivant qui compte."
    )
    hour: Annotated[int, Choice({str(n): f"{n} h" for n in HOURS}, int)] = Field(
        9, alias="heure", title="Heure", description="Chez vous : outre-mer aussi."
    )
    away_until: Annotated[dt.date | None, ReadText(_day, show=_show, placeholder="vendredi, 24/12…")] = Field(
        None,
        alias="conges",
        title="En congé jusqu’au",
        description="Facultatif : rien ne vient d’ici là, ce jour compris.",
    )
