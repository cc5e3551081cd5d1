"""What is kept of moderation, and the journal: what its people see of it says nothing of who reported."""

from datetime import datetime

from sqlalchemy import ColumnElement, Table, select

import storage.journal.entry
import storage.moderation  # noqa: F401
from storage.journal import BOT, AuditAct
from storage.journal.entry import OPERATOR
from storage.moderation.measures import LASTING, REFUSED
from storage.personal_data.declarations import (
    ErasureFate,
    LegalBasis,
    OwnerFilter,
    PersonalData,
    RetentionLimit,
    RetentionSpan,
    Row,
    RowFilter,
    day_of,
    older,
    table_named,
)

_SAFE = "Garder les canaux sûrs, avec des mesures expliquées et réversibles."
_ANIMATING = "l’équipe d’animation"
_PROOF = "Une mesure doit pouvoir être expliquée, et contestée : son dossier reste jusqu’à son terme."
_TOLD = frozenset(
    {
        AuditAct.WARN,
        AuditAct.REMIND,
        AuditAct.HIDE,
        AuditAct.SILENCE,
        AuditAct.EXCLUDE,
        AuditAct.MOVE,
        AuditAct.CLEAN,
        AuditAct.UNDO,
        AuditAct.EXPIRE,
        AuditAct.ANSWER_APPEAL,
    }
)
"""Acts whose reason their person was told; that of others is between animateurs, and may name who reported."""
CASES = RetentionSpan(setting="case_months")


def _old_case(before: datetime) -> ColumnElement[bool]:
    cases = table_named("moderation_case").c
    return cases.decided_at < before


def _of_old_cases(name: str, column: str = "case_id") -> RowFilter:
    def old(before: datetime) -> ColumnElement[bool]:
        cases: Table = table_named("moderation_case")
        return table_named(name).c[column].in_(select(cases.c.id).where(_old_case(before)))

    return old


def _old_measure(before: datetime) -> ColumnElement[bool]:
    """Those that hold no more, and those that were done once: what keeps somebody out is known as long as it does."""
    measures = table_named("moderation_measure").c
    over = measures.ended_at.is_not(None) | measures.act.not_in(LASTING)
    return over & (measures.began_at < before)


def _is_decided(_: str) -> ColumnElement[bool]:
    """Cases that were decided: until then nobody is to know that a message of theirs was reported or found."""
    return table_named("moderation_case").c.decided_at.is_not(None)


def _of_decided_cases(name: str) -> OwnerFilter:
    def decided(user_id: str) -> ColumnElement[bool]:
        cases, row = table_named("moderation_case"), table_named(name).c
        mine = select(cases.c.id).where(cases.c.author_id == user_id, _is_decided(user_id))
        return row.case_id.is_(None) | row.case_id.in_(mine)

    return decided


def _was_done(_: str) -> ColumnElement[bool]:
    """Measures that Mattermost let the bot carry out."""
    return table_named("moderation_measure").c.ended_by != REFUSED


def _is_told(user_id: str) -> ColumnElement[bool]:
    """What somebody did, or was told; what animateurs do among themselves before they decide is not."""
    entries = table_named("journal").c
    is_among_them = entries.act.startswith("moderation.", autoescape=True) & entries.act.not_in(_TOLD)
    return (entries.actor_id == user_id) | ~is_among_them


def _case_shown(row: Row, _: str) -> Row:
    """A case as the one whom it is about sees it: what was decided, without what was weighed."""
    return {**row, "reason": row["reason"] if row["act"] in _TOLD else ""}


def _entry_shown(row: Row, user_id: str) -> Row:
    """An entry as who acted, or whom it concerns, sees it: the one nothing of whom, the other nothing of who."""
    acted, concerned = row["actor_id"] == user_id, row["target_id"] == user_id
    actors = {BOT: "le bot", OPERATOR: "l’exploitant"}
    told = {**row, "actor": "vous" if acted else actors.get(str(row["actor"]), "l’équipe d’animation")}
    told["at"] = row["at"] if acted else day_of(row["at"])
    told["target"] = "vous" if concerned else "une autre personne" if row["target_id"] else ""
    if not concerned and str(row["object"]).startswith("personne:"):
        told["object"] = "personne"
    return told


CONDUCT = (
    PersonalData(
        name="moderation_report",
        what="Vos signalements",
        why=_SAFE,
        ground=LegalBasis.INTEREST,
        seen_by=_ANIMATING + " seulement, jamais l’auteur du message",
        limit=RetentionLimit(CASES, "la décision", _of_old_cases("moderation_report")),
        own=("reporter_id",),
        fate=ErasureFate.RENAMED,
        blanks={"word": ""},
        acts=("at",),
    ),
    PersonalData(
        name="moderation_appeal",
        what="Vos recours",
        why=_SAFE,
        ground=LegalBasis.INTEREST,
        seen_by=_ANIMATING,
        limit=RetentionLimit(CASES, "la décision", _of_old_cases("moderation_appeal")),
        own=("user_id",),
        withheld=("decided_by",),
        fate=ErasureFate.KEPT,
        because=_PROOF,
        acts=("at",),
    ),
    PersonalData(
        name="moderation_measure",
        what="Les mesures prises à votre égard",
        why=_SAFE,
        ground=LegalBasis.INTEREST,
        seen_by=_ANIMATING + ", la personne concernée",
        limit=RetentionLimit(CASES, "son début, une fois finie", _old_measure),
        own=("user_id",),
        lists=("before",),
        withheld=("by", "proposed_by", "ended_by", "before"),
        given=lambda user_id: _of_decided_cases("moderation_measure")(user_id) & _was_done(user_id),
        days=("began_at", "ended_at"),
        fate=ErasureFate.KEPT,
        because=_PROOF,
    ),
    PersonalData(
        name="moderation_hit",
        what="Vos messages relevés par une règle automatique",
        why=_SAFE,
        ground=LegalBasis.INTEREST,
        seen_by=_ANIMATING,
        limit=RetentionLimit(CASES, "le message", older("moderation_hit", "at")),
        own=("author_id",),
        given=_of_decided_cases("moderation_hit"),
        days=("at",),
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="moderation_case",
        what="Les dossiers de modération à votre sujet",
        why=_SAFE,
        ground=LegalBasis.INTEREST,
        seen_by=_ANIMATING,
        kept="sans décision, jusqu’à la décision ; sa carte et les pièces gardées dans la salle partent avec lui",
        limit=RetentionLimit(CASES, "la décision", _old_case),
        own=("author_id",),
        lists=("context", "proposed"),
        withheld=("context", "proposed", "decided_by", "source"),
        given=_is_decided,
        shown=_case_shown,
        days=("opened_at", "decided_at"),
        fate=ErasureFate.KEPT,
        because=_PROOF,
    ),
    PersonalData(
        name="moderation_rule",
        what="Les règles automatiques que vous avez réglées",
        why=_SAFE,
        ground=LegalBasis.INTEREST,
        seen_by=_ANIMATING,
        kept="jusqu’au réglage suivant",
        own=("changed_by",),
        withheld=("settings",),
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="journal",
        what="Les actes du journal qui vous concernent",
        why="Pouvoir dire qui a fait quoi, quand et pourquoi.",
        ground=LegalBasis.INTEREST,
        seen_by=_ANIMATING,
        limit=RetentionLimit(RetentionSpan(setting="journal_months"), "l’acte", older("journal", "at")),
        own=("actor_id", "target_id"),
        withheld=("before", "after"),
        given=_is_told,
        shown=_entry_shown,
        fate=ErasureFate.KEPT,
        because="Le journal ne se réécrit pas : chaque entrée scelle celle d’avant. Il s’efface à son terme.",
    ),
    PersonalData(
        name="journal_head",
        what="Fin du journal",
        why="Enchaîner les entrées du journal.",
        kept="une ligne, réécrite",
        not_given="Un numéro et une empreinte.",
    ),
)
"""In the order in which they are erased, and in which the old goes."""
