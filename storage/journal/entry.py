"""An entry of the journal: what can be done and how it is told, and the hash that ties it to the one before."""

import hashlib
import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from storage.database import UtcTime

OTHER_LABELS = {
    "ressources.publier": "fiche publiée",
    "ressources.refuser": "fiche refusée",
    "ressources.retirer": "fiche retirée",
    "ressources.corriger": "fiche corrigée",
    "ressources.interroger": "question posée sur une fiche",
    "ressources.regler": "signalements d’une fiche réglés",
    "ressources.revoir": "date de relecture d’une fiche changée",
    "ressources.lien": "lien d’une fiche tenu pour bon",
    "ressources.collection": "collection changée",
    "ressources.besoin": "besoin traité",
    "membres.demander_role": "rôle demandé",
    "membres.refuser_role": "rôle refusé",
    "hotline.deplacer": "demande d’aide suivie",
    "hotline.panne": "panne déclarée",
    "hotline.sans_panne": "panne écartée",
    "hotline.panne_proposee": "panne de nouveau proposée",
    "hotline.prevenir": "personnes touchées prévenues",
    "hotline.fin_panne": "fin d’une panne",
    "garde.prendre": "tour de garde pris",
    "garde.rendre": "tour de garde rendu",
    "garde.absence": "absence de la garde changée",
    "garde.echanger": "tour de garde échangé",
    "actus.modifier": "numéro des actus modifié",
    "actus.approuver": "numéro des actus approuvé",
    "actus.desapprouver": "approbation d’un numéro retirée",
    "actus.reporter": "numéro des actus reporté",
    "actus.publier": "numéro des actus publié",
    "actus.corriger": "numéro publié corrigé",
    "actus.retirer": "numéro publié retiré",
    "actus.restaurer": "numéro retiré restauré",
    "actus.programmer": "édition des actus réglée",
    "actus.flux": "flux des actus changé",
    "agenda.publier": "événement publié",
    "agenda.refuser": "événement refusé",
    "agenda.modifier": "événement modifié",
    "agenda.annuler": "événement annulé",
    "agenda.retablir": "événement rétabli",
    "sondage.lancer": "sondage lancé",
    "sondage.clore": "sondage clos",
    "sondage.prolonger": "sondage prolongé",
    "sondage.retirer": "sondage retiré",
    "annonce.envoyer": "annonce envoyée",
    "annonce.corriger": "annonce corrigée",
    "annonce.retirer": "annonce retirée",
    "annonce.retablir": "annonce rétablie",
    "canaux.changer": "canal changé",
    "canaux.reparer": "canaux réparés",
    "canaux.annuler": "changements des canaux annulés",
    "canaux.admettre": "admission dans un canal",
    "canaux.retirer": "retrait d’un canal",
    "canaux.exception": "fin d’une exception dans un canal",
    "canaux.placer": "mise à jour des canaux de quelqu’un",
    "membres.ajouter": "personne ajoutée au registre",
    "membres.changer": "personne changée dans le registre",
    "membres.depart": "départ noté",
    "membres.retour": "retour noté",
    "membres.reponse": "demande de rattachement traitée",
    "membres.accueillir": "personnes oubliées accueillies",
    "membres.regler": "réglage de l’accueil changé",
    "annuaire.contact": "contact de l’annuaire changé",
    "operateur.importer": "données importées",
    "operateur.arreter": "travail long arrêté",
}

BOT = "coop"
"""The actor of what the bot did by itself: at an hour, or for an event."""
OPERATOR = "operateur"
"""The actor of what was done from a terminal, by one of the operator’s commands."""
REASON_MAX, OBJECT_MAX, NAME_MAX = 1000, 80, 64
"""Characters kept of it."""


class AuditAct(StrEnum):
    """What can be done, as « domaine.geste »; ``label`` is how it is told."""

    WARN = "moderation.avertir"
    REMIND = "moderation.rappeler"
    HIDE = "moderation.masquer"
    SILENCE = "moderation.silence"
    EXCLUDE = "moderation.exclure"
    LOCK = "moderation.verrouiller"
    UNLOCK = "moderation.deverrouiller"
    PIN = "moderation.epingler"
    UNPIN = "moderation.desepingler"
    MOVE = "moderation.deplacer"
    CLEAN = "moderation.nettoyer"
    UNDO = "moderation.annuler"
    EXPIRE = "moderation.expirer"
    FAIL = "moderation.echec"
    DISMISS = "moderation.classer"
    FORWARD = "moderation.transmettre"
    CONSULT = "moderation.consulter"
    PROPOSE = "moderation.proposer"
    DECLINE = "moderation.refuser"
    APPEAL = "moderation.recours"
    ANSWER_APPEAL = "moderation.repondre"
    RULE = "moderation.regler"
    RETAIN = "journal.conservation"
    ERASE = "donnees.effacer"
    RESOURCE_PUBLISH = "ressources.publier"
    RESOURCE_REFUSE = "ressources.refuser"
    RESOURCE_WITHDRAW = "ressources.retirer"
    RESOURCE_CHANGE = "ressources.corriger"
    RESOURCE_ASK = "ressources.interroger"
    RESOURCE_SETTLE = "ressources.regler"
    RESOURCE_REVIEW = "ressources.revoir"
    RESOURCE_LINK = "ressources.lien"
    COLLECTION = "ressources.collection"
    NEED = "ressources.besoin"
    TICKET_MOVE = "hotline.deplacer"
    OUTAGE_SAY = "hotline.panne"
    OUTAGE_REFUSE = "hotline.sans_panne"
    OUTAGE_REOPEN = "hotline.panne_proposee"
    OUTAGE_TELL = "hotline.prevenir"
    OUTAGE_END = "hotline.fin_panne"
    DUTY_TAKE = "garde.prendre"
    DUTY_RELEASE = "garde.rendre"
    DUTY_ABSENCE = "garde.absence"
    DUTY_SWAP = "garde.echanger"
    DIGEST_CHANGE = "actus.modifier"
    DIGEST_APPROVE = "actus.approuver"
    DIGEST_UNAPPROVE = "actus.desapprouver"
    DIGEST_POSTPONE = "actus.reporter"
    DIGEST_PUBLISH = "actus.publier"
    DIGEST_CORRECT = "actus.corriger"
    DIGEST_WITHDRAW = "actus.retirer"
    DIGEST_RESTORE = "actus.restaurer"
    PROGRAMME = "actus.programmer"
    FEED = "actus.flux"
    EVENT_PUBLISH = "agenda.publier"
    EVENT_REFUSE = "agenda.refuser"
    EVENT_CHANGE = "agenda.modifier"
    EVENT_CANCEL = "agenda.annuler"
    EVENT_RESTORE = "agenda.retablir"
    POLL_LAUNCH = "sondage.lancer"
    POLL_END = "sondage.clore"
    POLL_EXTEND = "sondage.prolonger"
    POLL_WITHDRAW = "sondage.retirer"
    ANNOUNCE = "annonce.envoyer"
    ANNOUNCE_CORRECT = "annonce.corriger"
    ANNOUNCE_WITHDRAW = "annonce.retirer"
    ANNOUNCE_RESTORE = "annonce.retablir"
    CHANNEL_CHANGE = "canaux.changer"
    CHANNEL_REPAIR = "canaux.reparer"
    CHANNEL_UNDO = "canaux.annuler"
    CHANNEL_ADMIT = "canaux.admettre"
    CHANNEL_REMOVE = "canaux.retirer"
    CHANNEL_EXCEPTION = "canaux.exception"
    CHANNEL_MOVE = "canaux.placer"
    MEMBER_ADD = "membres.ajouter"
    MEMBER_CHANGE = "membres.changer"
    MEMBER_LEAVE = "membres.depart"
    MEMBER_RETURN = "membres.retour"
    ROLE_ASK = "membres.demander_role"
    ROLE_REFUSE = "membres.refuser_role"
    MEMBER_WISH = "membres.reponse"
    MEMBER_WELCOME = "membres.accueillir"
    MEMBER_SETTING = "membres.regler"
    CONTACT = "annuaire.contact"
    IMPORT = "operateur.importer"
    WORK_CANCEL = "operateur.arreter"

    @property
    def label(self) -> str:
        return LABELS.get(self) or OTHER_LABELS[self.value]


LABELS = {
    AuditAct.WARN: "avertissement",
    AuditAct.REMIND: "rappel de la charte",
    AuditAct.HIDE: "message masqué",
    AuditAct.SILENCE: "écriture suspendue",
    AuditAct.EXCLUDE: "exclusion d’un canal",
    AuditAct.LOCK: "canal verrouillé",
    AuditAct.UNLOCK: "canal rouvert",
    AuditAct.PIN: "message épinglé",
    AuditAct.UNPIN: "message désépinglé",
    AuditAct.MOVE: "fil déplacé",
    AuditAct.CLEAN: "messages retirés",
    AuditAct.UNDO: "acte annulé",
    AuditAct.EXPIRE: "fin d’une mesure",
    AuditAct.FAIL: "acte que Mattermost a refusé",
    AuditAct.DISMISS: "signalement sans suite",
    AuditAct.FORWARD: "signalement transmis",
    AuditAct.CONSULT: "avis demandé",
    AuditAct.PROPOSE: "mesure proposée à un second animateur",
    AuditAct.DECLINE: "mesure refusée par un second animateur",
    AuditAct.APPEAL: "recours",
    AuditAct.ANSWER_APPEAL: "réponse à un recours",
    AuditAct.RULE: "règle automatique changée",
    AuditAct.RETAIN: "entrées anciennes retirées",
    AuditAct.ERASE: "données effacées",
}


def label_of(act: str) -> str:
    """What was done, in words; the code itself of an act that this version does not know."""
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
        """The hash that what it says now has."""
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
