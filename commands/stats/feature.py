"""The feature that the files of this folder add their handlers to, and who may pull what."""

from bot.features import Feature, Front, Right
from storage.people import Person, Role


def start(person: Person) -> str:
    """Return the command of one’s own figures for who has some, else that of the country’s, which all may see."""
    return "stats" if person.role is Role.CONSEILLER else "stats national"


feature = Feature(
    "stats",
    rights=(Right.MEMBER,),
    front=Front("Statistiques", "ce qui a été fait, en mots, en images et en fichiers", start),
)

CONSEILLERS = (Role.CONSEILLER,)
"""Who has figures of one’s own."""
COMMUNITY = (Role.CONSEILLER, Role.COORDINATEUR, Role.ANIMATEUR)
"""Who may see figures of territories; which ones depends on the role."""
ANIMATEURS = (Role.ANIMATEUR,)
