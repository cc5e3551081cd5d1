"""The feature that the files of this folder add their handlers to, and who may pull what."""

from bot.features import Feature, Front, Right
from storage.people import Role

feature = Feature(
    "actus",
    rights=(Right.MEMBER,),
    front=Front("Actus", "le prochain numéro, les anciens, en proposer un sujet", lambda _: "actus"),
)

ANIMATEURS = (Role.ANIMATEUR,)
"""Who edits and publishes. (Administrateurs may all that animateurs may.)"""
