"""The feature that the files of this folder add their handlers to, and who may pull what."""

from bot.features import Feature, Front, Right
from storage import communes
from storage.people import Role

feature = Feature(
    "annuaire",
    rights=(Right.MEMBER,),
    front=Front("Annuaire", "trouver une personne, un contact, quelqu’un qui sait faire", lambda _: "annuaire"),
)
feature.at_start.append(communes.load_communes)

ANIMATEURS = (Role.ANIMATEUR,)
"""Who reviews contacts."""
