"""The feature that the files of this folder add their handlers to, and who may pull what."""

from bot.features import Feature, Front, Right
from storage.people import Role

feature = Feature(
    "agenda",
    rights=(Right.MEMBER,),
    front=Front("Agenda", "les rencontres et webinaires à venir ; en proposer", lambda _: "agenda"),
)

ANIMATEURS = (Role.ANIMATEUR,)
"""Who reads over what is proposed. (Administrateurs may all that animateurs may.)"""
