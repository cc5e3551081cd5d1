"""The features that the files of this folder add their handlers to: what animateurs do, the automatic rules, 🚩.
Each can be switched off by itself.
"""

from bot.features import Feature, Front, Right
from storage.people import Role

feature = Feature(
    "moderation",
    rights=(Right.MEMBER, Right.ADD_MEMBERS),
    front=Front("Modération", "avertir, masquer, suspendre, annuler ; ce qui attend", lambda _: "moderer"),
)
feature.wishes.append(Right.REMOVE_MESSAGES)

ANIMATEURS = (Role.ANIMATEUR,)
"""Who decides. (Administrateurs may all that animateurs may.)"""

regles = Feature("regles")

drapeau = Feature("drapeau")
"""Listens for 🚩, wherever the bot is."""
