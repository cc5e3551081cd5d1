"""The feature that the files of this folder add their handlers to, and who may pull what."""

from pydantic import BaseModel

from bot.features import Feature
from bot.fronts import Front
from bot.rights import Right
from storage.people import Role
from storage.ressources.search import warm_up

feature = Feature(
    "ressources",
    rights=(Right.MEMBER,),
    front=Front("Ressources", "chercher une fiche, un tutoriel, un outil ; en proposer", lambda _: "ressources"),
)
feature.read_at_start.append(warm_up)

ANIMATEURS = (Role.ANIMATEUR,)
"""Who reads over what is proposed. (Administrateurs may all that animateurs may.)"""


def leads_on(payload: type[BaseModel]) -> bool:
    """Whether a button with such a payload has a handler here."""
    return any(trigger.key[0] == "button" and trigger.payload is payload for trigger in feature.triggers)
