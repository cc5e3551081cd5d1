"""The window of the message of the day: at what hour it comes, and how often."""

from typing import Annotated

from pydantic import Field

from bot.forms import Choice, Form
from storage.rappels import FIRST_HOUR, LAST_HOUR, Rhythm

RHYTHMS = {
    Rhythm.DAILY: "Tous les jours, week-ends et jours fériés compris",
    Rhythm.WORKDAYS: "Les jours ouvrés",
    Rhythm.WEEKLY: "Une fois par semaine, le premier jour ouvré",
    Rhythm.NEVER: "Jamais : je regarde moi-même avec /rappels",
}
HOURS = Choice({str(hour): f"{hour} h" for hour in range(FIRST_HOUR, LAST_HOUR + 1)})


class ChooseReminders(Form):
    """When somebody gets their message of the day."""

    title = "Votre message du jour"
    submit_label = "Enregistrer"

    hour: Annotated[str, HOURS] = Field(alias="heure", title="À quelle heure", description="À votre heure locale.")
    rhythm: Annotated[str, Choice({each.value: text for each, text in RHYTHMS.items()})] = Field(
        alias="rythme", title="Combien de fois", description="Il ne vient que s’il y a du nouveau."
    )
