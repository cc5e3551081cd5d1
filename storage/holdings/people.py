"""What is kept of people: the register, who came, who left, who asked for what."""

import storage.annuaire.contacts
import storage.annuaire.helping
import storage.people.arrivals
import storage.people.erasures
import storage.people.gone
import storage.people.guests
import storage.people.moves
import storage.people.newcomers
import storage.people.welcomes
import storage.people.wishes  # noqa: F401  (the imports register the tables)
from storage.holdings.kinds import Fate, Ground, Holding, Limit, Span, older

WHILE_THERE = "tant que le compte est actif (30 mois sans activité au plus)"
_WELCOMING = "Accueillir qui arrive, et l’aider à trouver sa place."
_ANIMATING = "l’équipe d’animation"

PEOPLE = (
    Holding(
        name="person",
        what="Votre fiche dans le registre",
        why="Savoir qui fait partie du réseau, son rôle et son territoire.",
        ground=Ground.MISSION,
        seen_by="le réseau, son département ou les animateurs, selon le choix de la personne pour chaque champ",
        kept=WHILE_THERE,
        own=("id",),
        fate=Fate.DELETED,
        acts=("since", "derived_at"),
    ),
    Holding(
        name="awaited",
        what="Vos lignes d’import en attente",
        why="Reconnaître, à son arrivée, une personne annoncée par la structure porteuse.",
        ground=Ground.MISSION,
        kept="jusqu’à l’arrivée de la personne, ou l’import suivant",
        names=("username",),
        not_given="Une ligne disparaît dès que son compte existe : ce qu’elle disait est dans la fiche.",
        fate=Fate.DELETED,
    ),
    Holding(
        name="structure",
        what="Structures employeuses",
        why="Nommer les structures par leur SIRET.",
        kept="jusqu’à l’import suivant",
        not_given="Des organismes, et non des personnes.",
    ),
    Holding(
        name="arrival",
        what="Votre arrivée",
        why="Dire combien de personnes arrivent.",
        ground=Ground.MISSION,
        kept=WHILE_THERE,
        own=("person_id",),
        fate=Fate.DELETED,
    ),
    Holding(
        name="welcome",
        what="Votre accueil et la charte",
        why=_WELCOMING,
        ground=Ground.MISSION,
        seen_by=_ANIMATING,
        kept=WHILE_THERE,
        own=("person_id",),
        fate=Fate.DELETED,
        acts=("at", "charter_at"),
    ),
    Holding(
        name="newcomer",
        what="Votre annonce dans les canaux",
        why=_WELCOMING,
        ground=Ground.MISSION,
        seen_by="le canal du département",
        kept=WHILE_THERE,
        own=("person_id",),
        fate=Fate.DELETED,
    ),
    Holding(
        name="newcomer_quiet",
        what="Les départements dont vous avez coupé les annonces",
        why=_WELCOMING,
        ground=Ground.MISSION,
        seen_by=_ANIMATING,
        kept="tant que les annonces sont coupées",
        own=("by",),
        fate=Fate.RENAMED,
    ),
    Holding(
        name="guest",
        what="Votre venue comme invité",
        why="Demander aux animateurs qui est un compte inconnu.",
        ground=Ground.MISSION,
        seen_by=_ANIMATING,
        kept=WHILE_THERE,
        own=("person_id",),
        names=("by",),
        fate=Fate.DELETED,
    ),
    Holding(
        name="gone",
        what="La désactivation de votre compte",
        why="Demander aux animateurs si une personne est partie.",
        ground=Ground.MISSION,
        seen_by=_ANIMATING,
        kept=WHILE_THERE,
        own=("person_id",),
        fate=Fate.DELETED,
    ),
    Holding(
        name="move",
        what="Vos changements de département",
        why="Laisser le temps de quitter le canal de l’ancien.",
        ground=Ground.MISSION,
        kept="jusqu’à la sortie de l’ancien canal (COOP_MOVE_GRACE)",
        own=("person_id",),
        fate=Fate.DELETED,
    ),
    Holding(
        name="place_wish",
        what="Vos demandes de territoire",
        why="Faire confirmer par un responsable où une personne dit travailler.",
        ground=Ground.MISSION,
        seen_by="les responsables du territoire",
        kept=WHILE_THERE,
        own=("person_id",),
        names=("by",),
        fate=Fate.DELETED,
        acts=("at",),
    ),
    Holding(
        name="help_request",
        what="Vos demandes d’aide entre pairs",
        why="Ne pas déranger trop souvent qui propose son aide.",
        ground=Ground.CONSENT,
        seen_by="les deux personnes",
        kept=WHILE_THERE,
        own=("asked_by", "helper_id"),
        fate=Fate.DELETED,
    ),
    Holding(
        name="contact",
        what="Les contacts que vous avez proposés",
        why="Partager les coordonnées professionnelles de partenaires.",
        ground=Ground.INTEREST,
        seen_by="le réseau, une fois publiés",
        kept="tant que la fiche est utile ; un animateur la retire sur demande du contact",
        own=("proposed_by",),
        others=("decided_by",),
        fate=Fate.RENAMED,
    ),
    Holding(
        name="person_erasure",
        what="Votre demande d’effacement",
        why="Suivre un effacement, et pouvoir dire qu’il a été fait.",
        ground=Ground.MISSION,
        limit=Limit(Span(days=365), "l’échéance", older("person_erasure", "due_at")),
        own=("user_id",),
        fate=Fate.KEPT,
        acts=("cancelled_at",),
        because="C’est la preuve que l’effacement demandé a été fait.",
    ),
)
"""In the order in which they are erased; the register itself comes last of all (storage/holdings/erasing.py)."""
