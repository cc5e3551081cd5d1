"""The feature that the files of this folder add their handlers to."""

from bot.features import Feature, Front, Right
from storage.people import Role

feature = Feature(
    "annonce",
    rights=(Right.MEMBER,),
    front=Front("Annonces", "écrire une fois dans beaucoup de canaux, corriger, retirer", lambda _: "annonce"),
)

SENDERS = (Role.COORDINATEUR, Role.ANIMATEUR)
"""Who announces: animateurs everywhere, coordinateurs in their own départements."""
UNIT = ("envoi", "envois")
