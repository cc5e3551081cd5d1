"""The feature that the files of this folder add their handlers to."""

from bot import working_days
from bot.features import Feature
from bot.fronts import Front
from bot.rights import Right
from storage import communes
from storage.people import Role

feature = Feature(
    "cra",
    rights=(Right.MEMBER,),
    front=Front("Compte rendu", "enregistrer ce que vous avez fait, le revoir, le corriger", lambda _: "cra"),
)
feature.at_start += [communes.load, working_days.load]

CONSEILLERS = (Role.CONSEILLER,)
"""Who files reports."""
