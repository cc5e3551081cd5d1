"""An entry of the journal: what can be done and how it is told, and the hash that ties it to the one before."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from storage.database import Labelled, UtcTime

BOT = "coop"
"""The actor of what the bot did by itself: at an hour, or for an event."""
OPERATOR = "operateur"
"""The actor of what was done from a terminal, by one of the operator’s commands."""
REASON_MAX, OBJECT_MAX, NAME_MAX = 1000, 80, 64
"""Characters kept of it."""


class AuditAct(Labelled):
    """What can be done, as « domaine.geste », and how it is told."""

    WARN = "moderation.avertir", "avertissement"
    REMIND = "moderation.rappeler", "rappel de la charte"
    HIDE = "moderation.masquer", "message masqué"
    SILENCE = "moderation.silence", "écriture suspendue"
    EXCLUDE = "moderation.exclure", "exclusion d’un canal"
    LOCK = "moderation.verrouiller", "canal verrouillé"
    UNLOCK = "moderation.deverrouiller", "canal rouvert"
    PIN = "moderation.epingler", "message épinglé"
    UNPIN = "moderation.desepingler", "message désépinglé"
    MOVE = "moderation.deplacer", "fil déplacé"
    CLEAN = "moderation.nettoyer", "messages retirés"
    UNDO = "moderation.annuler", "acte annulé"
    EXPIRE = "moderation.expirer", "fin d’une mesure"
    FAIL = "moderation.echec", "acte que Mattermost a refusé"
    DISMISS = "moderation.classer", "signalement sans suite"
    FORWARD = "moderation.transmettre", "signalement transmis"
    CONSULT = "moderation.consulter", "avis demandé"
    PROPOSE = "moderation.proposer", "mesure proposée à un second animateur"
    DECLINE = "moderation.refuser", "mesure refusée par un second animateur"
    APPEAL = "moderation.recours", "recours"
    ANSWER_APPEAL = "moderation.repondre", "réponse à un recours"
    RULE = "moderation.regler", "règle automatique changée"
    RETAIN = "journal.conservation", "entrées anciennes retirées"
    ERASE = "donnees.effacer", "données effacées"
    RESOURCE_PUBLISH = "ressources.publier", "fiche publiée"
    RESOURCE_REFUSE = "ressources.refuser", "fiche refusée"
    RESOURCE_WITHDRAW = "ressources.retirer", "fiche retirée"
    RESOURCE_CHANGE = "ressources.corriger", "fiche corrigée"
    RESOURCE_ASK = "ressources.interroger", "question posée sur une fiche"
    RESOURCE_SETTLE = "ressources.regler", "signalements d’une fiche réglés"
    RESOURCE_REVIEW = "ressources.revoir", "date de relecture d’une fiche changée"
    RESOURCE_LINK = "ressources.lien", "lien d’une fiche tenu pour bon"
    COLLECTION = "ressources.collection", "collection changée"
    NEED = "ressources.besoin", "besoin traité"
    TICKET_MOVE = "hotline.deplacer", "demande d’aide suivie"
    OUTAGE_SAY = "hotline.panne", "panne déclarée"
    OUTAGE_REFUSE = "hotline.sans_panne", "panne écartée"
    OUTAGE_REOPEN = "hotline.panne_proposee", "panne de nouveau proposée"
    OUTAGE_TELL = "hotline.prevenir", "personnes touchées prévenues"
    OUTAGE_END = "hotline.fin_panne", "fin d’une panne"
    DUTY_TAKE = "garde.prendre", "tour de garde pris"
    DUTY_RELEASE = "garde.rendre", "tour de garde rendu"
    DUTY_ABSENCE = "garde.absence", "absence de la garde changée"
    DUTY_SWAP = "garde.echanger", "tour de garde échangé"
    DIGEST_CHANGE = "actus.modifier", "numéro des actus modifié"
    DIGEST_APPROVE = "actus.approuver", "numéro des actus approuvé"
    DIGEST_UNAPPROVE = "actus.desapprouver", "approbation d’un numéro retirée"
    DIGEST_POSTPONE = "actus.reporter", "numéro des actus reporté"
    DIGEST_PUBLISH = "actus.publier", "numéro des actus publié"
    DIGEST_CORRECT = "actus.corriger", "numéro publié corrigé"
    DIGEST_WITHDRAW = "actus.retirer", "numéro publié retiré"
    DIGEST_RESTORE = "actus.restaurer", "numéro retiré restauré"
    PROGRAMME = "actus.programmer", "édition des actus réglée"
    FEED = "actus.flux", "flux des actus changé"
    EVENT_PUBLISH = "agenda.publier", "événement publié"
    EVENT_REFUSE = "agenda.refuser", "événement refusé"
    EVENT_CHANGE = "agenda.modifier", "événement modifié"
    EVENT_CANCEL = "agenda.annuler", "événement annulé"
    EVENT_RESTORE = "agenda.retablir", "événement rétabli"
    POLL_LAUNCH = "sondage.lancer", "sondage lancé"
    POLL_END = "sondage.clore", "sondage clos"
    POLL_EXTEND = "sondage.prolonger", "sondage prolongé"
    POLL_WITHDRAW = "sondage.retirer", "sondage retiré"
    ANNOUNCE = "annonce.envoyer", "annonce envoyée"
    ANNOUNCE_CORRECT = "annonce.corriger", "annonce corrigée"
    ANNOUNCE_WITHDRAW = "annonce.retirer", "annonce retirée"
    ANNOUNCE_RESTORE = "annonce.retablir", "annonce rétablie"
    CHANNEL_CHANGE = "canaux.changer", "canal changé"
    CHANNEL_REPAIR = "canaux.reparer", "canaux réparés"
    CHANNEL_UNDO = "canaux.annuler", "changements des canaux annulés"
    CHANNEL_ADMIT = "canaux.admettre", "admission dans un canal"
    CHANNEL_REMOVE = "canaux.retirer", "retrait d’un canal"
    CHANNEL_EXCEPTION = "canaux.exception", "fin d’une exception dans un canal"
    CHANNEL_MOVE = "canaux.placer", "mise à jour des canaux de quelqu’un"
    MEMBER_ADD = "membres.ajouter", "personne ajoutée au registre"
    MEMBER_CHANGE = "membres.changer", "personne changée dans le registre"
    MEMBER_LEAVE = "membres.depart", "départ noté"
    MEMBER_RETURN = "membres.retour", "retour noté"
    ROLE_ASK = "membres.demander_role", "rôle demandé"
    ROLE_REFUSE = "membres.refuser_role", "rôle refusé"
    MEMBER_WISH = "membres.reponse", "demande de rattachement traitée"
    MEMBER_WELCOME = "membres.accueillir", "personnes oubliées accueillies"
    MEMBER_SETTING = "membres.regler", "réglage de l’accueil changé"
    CONTACT = "annuaire.contact", "contact de l’annuaire changé"
    IMPORT = "operateur.importer", "données importées"
    WORK_CANCEL = "operateur.arreter", "travail long arrêté"


def label_of(act: str) -> str:
    """Say what was done, in words; the code itself of an act that this version does not know."""
    return AuditAct(act).label if act in set(AuditAct) else act


class JournalEntry(SQLModel, table=True):
    """Who did what, when, to what, concerning whom, and why; and how it was before and after.

    ``actor`` and ``target`` are user names as they were then (``BOT`` for the bot itself, "" where nobody is
    concerned), ``actor_id`` and ``target_id`` the accounts. ``object`` is « kind:id »: « message:… », « canal:… »,
    « personne:… », « ressource:12 », « reglage:… ». ``hash`` covers all that and ``previous``, the hash of the entry
    before; numbers have no gaps.
    """

    __tablename__ = "journal"

    id: int = Field(default=0, primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcTime, index=True)
    actor_id: str = Field(default="", max_length=26)
    actor: str = Field(default=BOT, max_length=NAME_MAX, index=True)
    act: str = Field(max_length=48)
    object: str = Field(max_length=OBJECT_MAX, index=True)
    target_id: str = Field(default="", max_length=26, index=True)
    target: str = Field(default="", max_length=NAME_MAX)
    reason: str = Field(default="", max_length=REASON_MAX)
    before: dict[str, Any] = Field(default={}, sa_column=Column(JSON, nullable=False))
    after: dict[str, Any] = Field(default={}, sa_column=Column(JSON, nullable=False))
    previous: str = Field(default="", max_length=64)
    hash: str = Field(default="", max_length=64)

    def seal(self) -> str:
        """Return the hash that what the entry says now has."""
        told = self.model_dump(exclude={"hash", "at"}) | {"at": self.at.astimezone(UTC).isoformat()}
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def label(self) -> str:
        """What was done, in words; the code itself of an act that this version does not know."""
        return label_of(self.act)


HEAD = 1
"""The id of its only row."""


class Head(SQLModel, table=True):
    """The last entry’s number and hash, one row: who writes holds it, so that entries follow one another."""

    __tablename__ = "journal_head"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int
    hash: str = Field(max_length=64)
