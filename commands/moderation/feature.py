"""The feature that the files of this folder add their handlers to, and who may pull what."""

from bot.features import Feature
from bot.fronts import Front
from bot.rights import Right
from storage.people import Role

feature = Feature(
    "moderation",
    rights=(Right.MEMBER, Right.ADD_MEMBERS),
    front=Front("Modération", "avertir, masquer, suspendre, annuler ; ce qui attend", lambda _: "moderer"),
)
feature.wishes.append(Right.REMOVE_MESSAGES)

ANIMATEURS = (Role.ANIMATEUR,)
"""Who decides. (Administrateurs may all that animateurs may.)"""
