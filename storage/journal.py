"""The journal: what was done to people, channels, messages, resources and settings, by whom, when and why.

Words:
    JournalEntry, AuditAct, Head: one thing done, as the table has it; the list of all that can be done; the last
        entry’s number and hash, locked by whoever writes. Handlers write with `bot/audit.py`.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, delete, func, or_, text
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Labelled, UtcTime, dialect, iterate_pages, locking, read_models

BOT = "coop"
"""The actor of what the bot did by itself: at an hour, or for an event."""
OPERATOR = "operateur"
"""The actor of what was done from a terminal, by one of the operator’s commands."""
REASON_MAX, OBJECT_MAX, NAME_MAX = 1000, 80, 64
"""The most characters kept of a reason, an object and a name."""


class AuditAct(Labelled):
    """The acts that the journal records, as codes « domaine.geste », with how each is told in French."""

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
    RESOURCE_PUBLISH = "ressources.publier", "ressource publiée"
    RESOURCE_REFUSE = "ressources.refuser", "ressource refusée"
    RESOURCE_WITHDRAW = "ressources.retirer", "ressource retirée"
    RESOURCE_CHANGE = "ressources.corriger", "ressource corrigée"
    RESOURCE_ASK = "ressources.interroger", "question posée sur une ressource"
    RESOURCE_SETTLE = "ressources.regler", "signalements d’une ressource réglés"
    RESOURCE_REVIEW = "ressources.revoir", "date de relecture d’une ressource changée"
    RESOURCE_LINK = "ressources.lien", "lien d’une ressource tenu pour bon"
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
    RDV_WEBHOOK = "rdv.webhook", "adresse d’envoi de rendez-vous changée"
    EVENT_PUBLISH = "agenda.publier", "événement publié"
    EVENT_REFUSE = "agenda.refuser", "événement refusé"
    EVENT_CHANGE = "agenda.modifier", "événement modifié"
    EVENT_CANCEL = "agenda.annuler", "événement annulé"
    EVENT_RESTORE = "agenda.retablir", "événement rétabli"
    POLL_LAUNCH = "sondage.lancer", "sondage lancé"
    POLL_END = "sondage.clore", "sondage clos"
    POLL_EXTEND = "sondage.prolonger", "sondage prolongé"
    POLL_WITHDRAW = "sondage.retirer", "sondage retiré"
    IDEA = "idees.decider", "réponse à une idée"
    IDEA_WITHDRAW = "idees.retirer", "idée retirée"
    KIT = "kit.suivre", "commandes de kits suivies"
    API_CLIENT = "api.jeton", "jeton de lecture créé ou révoqué"
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
    MEMBER_ACCESS = "membres.acces", "demande d’accès traitée"
    MEMBER_WELCOME = "membres.accueillir", "personnes oubliées accueillies"
    MEMBER_SETTING = "membres.regler", "réglage de l’accueil changé"
    CONTACT = "annuaire.contact", "contact de l’annuaire changé"
    IMPORT = "operateur.importer", "données importées"
    WORK_CANCEL = "operateur.arreter", "travail long arrêté"


def label_of(act: str) -> str:
    """Say what an act is, in words; return the code itself for an act that this version does not know."""
    return AuditAct(act).label if act in set(AuditAct) else act


class JournalEntry(SQLModel, table=True):
    """An entry of the journal: who did what, when, to what, concerning whom, and why; and what was there before and
    after.

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
        """Compute the hash of what the entry says now."""
        told = self.model_dump(exclude={"hash", "at"}) | {"at": self.at.astimezone(UTC).isoformat()}
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def label(self) -> str:
        """What was done, in words; the code itself where this version does not know the act."""
        return label_of(self.act)


HEAD = 1
"""The id of the only row of the head."""


class Head(SQLModel, table=True):
    """The number and hash of the last entry, in one row: each writer locks it, so that entries follow one another."""

    __tablename__ = "journal_head"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int
    hash: str = Field(max_length=64)


PAGE = 500
"""Entries read at once."""


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first place where the chain of entries is broken, and what is wrong there, in French."""

    number: int
    what: str


@dataclass(slots=True)
class _Walk:
    """The state of reading the journal: how far it was read, and which entries it says to have dropped."""

    count: int = 0
    first: JournalEntry | None = None
    last: JournalEntry | None = None
    dropped: tuple[int, str] = (0, "")

    def step(self, entry: JournalEntry) -> ChainFault | None:
        """Take in the next entry; return what is wrong with it."""
        if self.last is None:
            self.first = entry
            if entry.id < 1:
                return ChainFault(entry.id, "cette entrée n’a pas été écrite par le bot")
        elif entry.id != self.last.id + 1:
            return ChainFault(self.last.id + 1, "cette entrée manque")
        elif entry.previous != self.last.hash:
            return ChainFault(entry.id, "cette entrée ne suit pas celle d’avant")
        if entry.hash != entry.seal():
            return ChainFault(entry.id, "cette entrée a été changée")
        if entry.act == AuditAct.RETAIN:
            self.dropped = (int(entry.before.get("last", 0)), str(entry.before.get("hash", "")))
        self.last = entry
        self.count += 1
        return None

    def end(self, head: Head) -> ChainFault | None:
        """Return what is wrong with the two ends of the chain."""
        if self.last is None or self.first is None:
            if head.last:
                return ChainFault(head.last, "le journal est vide, alors que des entrées y ont été écrites")
            return None
        if head.last < self.last.id:
            return ChainFault(head.last + 1, "cette entrée n’a pas été écrite par le bot")
        if (head.last, head.hash) != (self.last.id, self.last.hash):
            return ChainFault(self.last.id + 1, "les dernières entrées manquent")
        begins = (self.first.id - 1, self.first.previous)
        if begins not in {(0, ""), self.dropped}:
            return ChainFault(self.first.id, "les entrées d’avant ont disparu sans que le journal le dise")
        return None


async def verify(db: AsyncSession) -> tuple[int, ChainFault | None]:
    """Count the entries, and find the first fault; all of it as at one instant, if others write."""
    if dialect(db) == "postgresql":
        await db.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    walk = _Walk()
    head = (await db.exec(select(Head).where(Head.id == HEAD))).first() or Head(id=HEAD, last=0, hash="")
    async for page in iterate_pages(read_models(db), select(JournalEntry), col(JournalEntry.id), size=PAGE):
        for entry in page:
            if fault := walk.step(entry):
                return walk.count, fault
        db.expunge_all()
    return walk.count, walk.end(head)


async def add(db: AsyncSession, entry: JournalEntry) -> JournalEntry:
    """Add an entry in the transaction of the act itself, which gives the entry its number and its hash.

    Others who write wait for the end of that transaction.
    """
    head = (await db.exec(locking(select(Head).where(Head.id == HEAD)))).one()
    entry.reason, entry.object = entry.reason[:REASON_MAX], entry.object[:OBJECT_MAX]
    entry.actor, entry.target = entry.actor[:NAME_MAX], entry.target[:NAME_MAX]
    entry.before, entry.after = _as_json(entry.before), _as_json(entry.after)
    entry.id, entry.previous = head.last + 1, head.hash
    entry.hash = entry.seal()
    head.last, head.hash = entry.id, entry.hash
    db.add_all([entry, head])
    await db.flush()
    return entry


def _as_json(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as JSON gives them back, which is what the hash covers: text for types that JSON lacks."""
    told: dict[str, Any] = json.loads(json.dumps(values, default=str))
    return told


async def forget_before(db: AsyncSession, moment: datetime, now: datetime) -> int:
    """Drop the entries older than a moment, from the beginning on, and return how many."""
    first_kept = (await db.exec(select(func.min(JournalEntry.id)).where(col(JournalEntry.at) >= moment))).one()
    wanted = select(JournalEntry).where(col(JournalEntry.at) < moment)
    if first_kept is not None:
        wanted = wanted.where(col(JournalEntry.id) < first_kept)
    last = (await db.exec(wanted.order_by(col(JournalEntry.id).desc()).limit(1))).first()
    if last is None:
        return 0
    count = (await db.exec(select(func.count()).where(col(JournalEntry.id) <= last.id))).one()
    dropped = {"last": last.id, "hash": last.hash, "count": count}
    await add(db, JournalEntry(act=AuditAct.RETAIN, object="journal", actor=BOT, at=now, before=dropped))
    await db.execute(delete(JournalEntry).where(col(JournalEntry.id) <= last.id))
    return int(count)


async def get(db: AsyncSession, number: int) -> JournalEntry | None:
    """Get an entry by its number."""
    return (await db.exec(select(JournalEntry).where(col(JournalEntry.id) == number))).first()


async def list_between(
    db: AsyncSession, since: datetime, until: datetime, actor: str = ""
) -> AsyncIterator[JournalEntry]:
    """Yield the entries from ``since`` up to but not including ``until``, in order; those of one actor, by name, where
    one is given."""
    wanted = select(JournalEntry).where(col(JournalEntry.at) >= since, col(JournalEntry.at) < until)
    if actor:
        wanted = wanted.where(col(JournalEntry.actor) == actor)
    async for page in iterate_pages(read_models(db), wanted, col(JournalEntry.id), size=PAGE):
        for entry in page:
            yield entry


async def list_about(
    db: AsyncSession, user_id: str, limit: int = PAGE, before: int | None = None
) -> Sequence[JournalEntry]:
    """List the entries about somebody or by them, newest first, from a number on."""
    theirs = or_(col(JournalEntry.target_id) == user_id, col(JournalEntry.actor_id) == user_id)
    return await list_newest(db, limit, before, theirs)


async def list_by_name(db: AsyncSession, name: str, limit: int, before: int | None = None) -> Sequence[JournalEntry]:
    """List the entries about or by a user name of their time: of the bot, and of people without an account any more."""
    theirs = or_(col(JournalEntry.target) == name, col(JournalEntry.actor) == name)
    return await list_newest(db, limit, before, theirs)


async def list_of_things(
    db: AsyncSession, things: Sequence[str], limit: int = PAGE, before: int | None = None
) -> Sequence[JournalEntry]:
    """List the entries about any of these things, newest first."""
    return await list_newest(db, limit, before, col(JournalEntry.object).in_(things))


async def list_newest(
    db: AsyncSession, limit: int, before: int | None = None, *which: ColumnElement[bool]
) -> Sequence[JournalEntry]:
    """List the last entries, of all or of some acts, newest first."""
    older = [] if before is None else [col(JournalEntry.id) < before]
    wanted = select(JournalEntry).where(*which, *older).order_by(col(JournalEntry.id).desc()).limit(limit)
    return (await db.exec(wanted)).all()
