"""What is kept of people: the register, who came, left or asked for what; the channels, and who is to be in them."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

import storage.annuaire.contacts
import storage.annuaire.profiles
import storage.canaux.channels
import storage.canaux.runs
import storage.people.arrivals
import storage.people.departures
import storage.people.erasures  # noqa: F401
from storage.canaux import runs
from storage.personal_data.declarations import (
    ErasureFate,
    LegalBasis,
    PersonalData,
    RetentionLimit,
    RetentionSpan,
    older,
    table_named,
)

WHILE_THERE = "tant que le compte est actif (30 mois sans activité au plus)"
_WELCOMING = "Accueillir qui arrive, et l’aider à trouver sa place."
_ANIMATING = "l’équipe d’animation"

PEOPLE = (
    PersonalData(
        name="person",
        what="Votre fiche dans le registre",
        why="Savoir qui fait partie du réseau, son rôle et son territoire.",
        ground=LegalBasis.MISSION,
        seen_by="le réseau, son département ou les animateurs, selon le choix de la personne pour chaque champ",
        kept=WHILE_THERE,
        own=("id",),
        fate=ErasureFate.DELETED,
        acts=("since", "derived_at"),
    ),
    PersonalData(
        name="awaited",
        what="Vos lignes d’import en attente",
        why="Reconnaître, à son arrivée, une personne annoncée par la structure porteuse.",
        ground=LegalBasis.MISSION,
        kept="jusqu’à l’arrivée de la personne, ou l’import suivant",
        names=("username",),
        not_given="Une ligne disparaît dès que son compte existe : ce qu’elle disait est dans la fiche.",
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="structure",
        what="Structures employeuses",
        why="Nommer les structures par leur SIRET.",
        kept="jusqu’à l’import suivant",
        not_given="Des organismes, et non des personnes.",
    ),
    PersonalData(
        name="arrival",
        what="Votre arrivée",
        why="Dire combien de personnes arrivent.",
        ground=LegalBasis.MISSION,
        kept=WHILE_THERE,
        own=("person_id",),
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="welcome",
        what="Votre accueil et la charte",
        why=_WELCOMING,
        ground=LegalBasis.MISSION,
        seen_by=_ANIMATING,
        kept=WHILE_THERE,
        own=("person_id",),
        fate=ErasureFate.DELETED,
        acts=("at", "charter_at"),
    ),
    PersonalData(
        name="newcomer",
        what="Votre annonce dans les canaux",
        why=_WELCOMING,
        ground=LegalBasis.MISSION,
        seen_by="le canal du département",
        kept=WHILE_THERE,
        own=("person_id",),
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="newcomer_quiet",
        what="Les départements dont vous avez coupé les annonces",
        why=_WELCOMING,
        ground=LegalBasis.MISSION,
        seen_by=_ANIMATING,
        kept="tant que les annonces sont coupées",
        own=("by",),
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="guest",
        what="Votre venue comme invité",
        why="Demander aux animateurs qui est un compte inconnu.",
        ground=LegalBasis.MISSION,
        seen_by=_ANIMATING,
        kept=WHILE_THERE,
        own=("person_id",),
        names=("by",),
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="gone",
        what="La désactivation de votre compte",
        why="Demander aux animateurs si une personne est partie.",
        ground=LegalBasis.MISSION,
        seen_by=_ANIMATING,
        kept=WHILE_THERE,
        own=("person_id",),
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="move",
        what="Vos changements de département",
        why="Laisser le temps de quitter le canal de l’ancien.",
        ground=LegalBasis.MISSION,
        kept="jusqu’à la sortie de l’ancien canal (COOP_MOVE_GRACE)",
        own=("person_id",),
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="place_wish",
        what="Vos demandes de territoire",
        why="Faire confirmer par un responsable où une personne dit travailler.",
        ground=LegalBasis.MISSION,
        seen_by="les responsables du territoire",
        kept=WHILE_THERE,
        own=("person_id",),
        names=("by",),
        fate=ErasureFate.DELETED,
        acts=("at",),
    ),
    PersonalData(
        name="help_request",
        what="Vos demandes d’aide entre pairs",
        why="Ne pas déranger trop souvent qui propose son aide.",
        ground=LegalBasis.CONSENT,
        seen_by="les deux personnes",
        kept=WHILE_THERE,
        own=("asked_by", "helper_id"),
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="contact",
        what="Les contacts que vous avez proposés",
        why="Partager les coordonnées professionnelles de partenaires.",
        ground=LegalBasis.INTEREST,
        seen_by="le réseau, une fois publiés",
        kept="tant que la fiche est utile ; un animateur la retire sur demande du contact",
        own=("proposed_by",),
        others=("decided_by",),
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="person_erasure",
        what="Votre demande d’effacement",
        why="Suivre un effacement, et pouvoir dire qu’il a été fait.",
        ground=LegalBasis.MISSION,
        limit=RetentionLimit(RetentionSpan(days=365), "l’échéance", older("person_erasure", "due_at")),
        own=("user_id",),
        fate=ErasureFate.KEPT,
        acts=("cancelled_at",),
        because="C’est la preuve que l’effacement demandé a été fait.",
    ),
)
"""In the order in which they are erased; the register itself comes last of all (storage/personal_data/erasure.py)."""

_CHANNELS = "Tenir les canaux de l’équipe et leurs membres à jour."


def _of_old_runs(before: datetime) -> ColumnElement[bool]:
    begun = table_named("channel_run").c
    return table_named("channel_change").c.run_id.in_(select(begun.id).where(begun.at < before))


PLACES = (
    PersonalData(
        name="channel",
        what="Canaux prévus",
        why=_CHANNELS,
        kept="tant que le canal existe",
        not_given="Des canaux, et non des personnes.",
    ),
    PersonalData(
        name="channel_allowance",
        what="Vos exceptions dans les canaux",
        why=_CHANNELS,
        ground=LegalBasis.MISSION,
        seen_by=_ANIMATING,
        kept="jusqu’à ce qu’un animateur la retire",
        own=("user_id",),
        others=("by",),
        withheld=("by",),  # whom a measure keeps out is not to read which animateur decided it
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="channel_amendment",
        what="Les canaux que vous avez réglés",
        why=_CHANNELS,
        ground=LegalBasis.MISSION,
        seen_by=_ANIMATING,
        kept="jusqu’au réglage suivant",
        own=("by",),
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="channel_change",
        what="Vos entrées dans les canaux et vos sorties",
        why=_CHANNELS,
        ground=LegalBasis.MISSION,
        seen_by=_ANIMATING,
        limit=RetentionLimit(RetentionSpan.of(runs.KEPT_FOR), "la vérification", _of_old_runs),
        own=("user_id",),
        names=("username",),
        withheld=("before", "after"),
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="channel_run",
        what="Les vérifications de canaux que vous avez lancées",
        why=_CHANNELS,
        ground=LegalBasis.MISSION,
        seen_by=_ANIMATING,
        limit=RetentionLimit(RetentionSpan.of(runs.KEPT_FOR), "la vérification", older("channel_run", "at")),
        own=("by",),
        fate=ErasureFate.RENAMED,
    ),
)
"""In the order in which they are erased, and in which the old goes."""
