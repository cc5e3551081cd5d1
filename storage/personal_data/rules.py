"""What the tables’ declarations say in code: until when rows are kept, whose they are and what of them is shown where
columns do not suffice, and what takes the place of erased words."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from storage import absences, agenda, annonce, claims, drafts, idees, kit, outbox, rappels, sondage, visio, work
from storage.canaux import runs
from storage.cra import report, tags
from storage.hotline import duty, posts
from storage.journal import BOT, OPERATOR, AuditAct
from storage.moderation.cases import LASTING, REFUSED
from storage.outbox.queue import GIVEN_UP, PASSING
from storage.personal_data.declarations import OwnerFilter, Row, about, day_of, limit_of, older, table_named, whose
from storage.rdv import appointments, bookings, remote
from storage.stats import recipients

_MARK, _WORK = table_named("outgoing").c, table_named("work").c


def old_marks(before: datetime) -> ColumnElement[bool]:
    """Make the filter of messages delivered or given up before the limit."""
    return or_(and_(PASSING, _MARK.delivered_at < before), and_(GIVEN_UP, _MARK.created_at < before))


def sent_to(user_id: str) -> ColumnElement[bool]:
    """Make the filter of messages that were sent to somebody and wait no more."""
    return (_MARK.target == user_id) & _MARK.not_before.is_(None) & _MARK.tells.is_(None)


def old_work(before: datetime) -> ColumnElement[bool]:
    """Make the filter of work that was over before the limit."""
    return and_(work.OVER, _WORK.updated_at < before)


def work_of(user_id: str) -> ColumnElement[bool]:
    """Make the filter of finished work that somebody began."""
    return (_WORK.person == user_id) & _WORK.not_before.is_(None)


def is_work_given(_: str) -> ColumnElement[bool]:
    """Make the filter of work that its person was told of in a message; other work began by itself after something they
    wrote or sent."""
    return _WORK.topic.is_not(None)


def claimed_for(user_id: str) -> ColumnElement[bool]:
    """Make the filter of claims on events that somebody caused."""
    return table_named("claim").c.period.contains(user_id, autoescape=True)


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
_CASE, _MEASURE = table_named("moderation_case").c, table_named("moderation_measure").c
_HIT, _ENTRY = table_named("moderation_hit").c, table_named("journal").c


def is_old_measure(before: datetime) -> ColumnElement[bool]:
    """Make the condition that a measure is old and neither in force nor ongoing: exclusions are kept as long as they
    hold."""
    return (_MEASURE.ended_at.is_not(None) | _MEASURE.act.not_in(LASTING)) & (_MEASURE.began_at < before)


def is_case_given(_: str) -> ColumnElement[bool]:
    """Select the decided cases: until then nobody is to know that a message of theirs was reported or found."""
    return _CASE.decided_at.is_not(None)


def is_hit_given(user_id: str) -> ColumnElement[bool]:
    """Make the condition that what a rule found is in no case, or in a decided one."""
    return _is_of_given_case(_HIT.case_id, user_id)


def is_measure_given(user_id: str) -> ColumnElement[bool]:
    """Make the condition that a measure is in no case, or in a decided one, and that Mattermost let the bot carry it
    out."""
    return _is_of_given_case(_MEASURE.case_id, user_id) & (_MEASURE.ended_by != REFUSED)


def _is_of_given_case(case_id: ColumnElement[int | None], user_id: str) -> ColumnElement[bool]:
    given = select(_CASE.id).where(_CASE.author_id == user_id, is_case_given(user_id))
    return case_id.is_(None) | case_id.in_(given)


def is_entry_given(user_id: str) -> ColumnElement[bool]:
    """Make the condition that an entry is about an act of somebody, or one they were told of; deliberations of
    animateurs before a decision are not given."""
    is_among_them = _ENTRY.act.startswith("moderation.", autoescape=True) & _ENTRY.act.not_in(_TOLD)
    return (_ENTRY.actor_id == user_id) | ~is_among_them


def show_case(row: Row, _: str) -> Row:
    """Show a case to the person it is about: the decision, without the deliberations."""
    return {**row, "reason": row["reason"] if row["act"] in _TOLD else ""}


def show_entry(row: Row, user_id: str) -> Row:
    """Show an entry to the person who acted, without the name of the other, and to the person concerned, without that
    of the actor."""
    acted, concerned = row["actor_id"] == user_id, row["target_id"] == user_id
    actors = {BOT: "le bot", OPERATOR: "l’exploitant"}
    told = {**row, "actor": "vous" if acted else actors.get(str(row["actor"]), "l’équipe d’animation")}
    told["at"] = row["at"] if acted else day_of(row["at"])
    told["target"] = "vous" if concerned else "une autre personne" if row["target_id"] else ""
    if not concerned and str(row["object"]).startswith("personne:"):
        told["object"] = "personne"
    return told


ERASED = "(effacé)"
_TICKET, _MOVE, _PARCEL = (table_named(name).c for name in ("ticket", "ticket_move", "kit_parcel"))
_OLD_TICKETS, _MY_TICKETS = older("closed_at of ticket"), whose("author_id of ticket")
_OLD_CASES = older("decided_at of moderation_case")
_OLD_RUNS = older("at of channel_run")
_OLD_TAGS = older("deleted_at of tag")
_OLD_RDV = older("ends_at of rdv")
_OLD_REMOTE = older("ends_at of rdv_remote")
_OLD_ORDERS = older("moved_at of kit_order")
_OLD_LINES = about("ticket of ticket_line", "id of ticket", _OLD_TICKETS)
_OLD_CHANGES = about("run_id of channel_change", "id of channel_run", _OLD_RUNS)
_YEAR = timedelta(days=365)


def _old_ticket_words(before: datetime) -> ColumnElement[bool]:
    return _OLD_TICKETS(before) & (_TICKET.subject != ERASED)


def _old_move_words(before: datetime) -> ColumnElement[bool]:
    is_old = about("ticket of ticket_move", "id of ticket", _OLD_TICKETS)
    return is_old(before) & ((_MOVE.note != "") | (_MOVE.internal != ""))


def _old_kit_words(before: datetime) -> ColumnElement[bool]:
    is_old = about("order_id of kit_parcel", "id of kit_order", _OLD_ORDERS)
    return is_old(before) & ((_PARCEL.tracking != "") | (_PARCEL.note != ""))


def _old_order(before: datetime) -> ColumnElement[bool]:
    return _OLD_ORDERS(before) & table_named("kit_order").c.user_id.is_not(None)


def _old_agents(before: datetime) -> ColumnElement[bool]:
    """Make the condition that an agent’s row can be deleted: once the rendez-vous itself is, or earlier where nobody is
    known by the address."""
    long_before = before - (appointments.KEPT_FOR - remote.WAITED_FOR)
    of_old = about("key of rdv_agent", "key of rdv_remote", _OLD_REMOTE)
    return of_old(long_before) | (table_named("rdv_agent").c.user_id.is_(None) & of_old(before))


def _never_sent(table: str, draft: str) -> Callable[[datetime], ColumnElement[bool]]:
    """Make the filter of old rows that stayed drafts."""
    is_old = older(f"created_at of {table}")
    return lambda before: (table_named(table).c.state == draft) & is_old(before)


_UNASKED = _never_sent("poll", sondage.PollState.DRAFT)
_MOVE_WORDS: Row = {"note": "", "internal": ""}
_PARCEL_WORDS: Row = {"tracking": "", "note": ""}
_TICKET_WORDS: Row = {
    **{"subject": ERASED, "files": [], "said_masked": {}},
    **dict.fromkeys(("details", "words", "context", "commune", "solution", "rating_word"), ""),
    **dict.fromkeys(("source_post", "source_channel", "thread_post", "thread_channel"), ""),
}
_WHO_ORDERED: Row = dict.fromkeys(
    ("recipient", "structure", "siret", "street", "postcode", "commune", "telephone", "hours"), ""
)

LIMITS = {
    "cra_tag": limit_of(
        tags.RESTORE_FOR, "la suppression de l’étiquette", about("tag of cra_tag", "id of tag", _OLD_TAGS)
    ),
    "tag": limit_of(tags.RESTORE_FOR, "la suppression", _OLD_TAGS),
    "practice_cra": limit_of(report.TRAINING_FOR, "la saisie", older("created_at of practice_cra")),
    "training": limit_of(report.TRAINING_FOR, "le début", older("since of training")),
    "stats_share": limit_of(recipients.KEPT, "l’expiration", older("expires_at of stats_share")),
    "daily_news": limit_of(rappels.KEPT_FOR, "la nouvelle", older("at of daily_news")),
    "draft": limit_of(drafts.KEPT_FOR, "la saisie", older("saved_at of draft")),
    "open_question": limit_of(drafts.QUESTION_KEPT_FOR, "la question", older("asked_at of open_question")),
    "ticket_line": limit_of("ticket_months", "la clôture de la demande", _OLD_LINES),
    "ticket_move": limit_of("ticket_months", "la clôture de la demande", _old_move_words, _MOVE_WORDS),
    "ticket": limit_of(
        "ticket_months",
        "la clôture",
        _old_ticket_words,
        {**_TICKET_WORDS, "author_id": "", "username": "", "agent_id": ""},
    ),
    "ticket_source": limit_of(posts.SOURCE_KEPT, "la proposition", older("at of ticket_source")),
    "duty_turn": limit_of(duty.KEPT, "la fin du tour", older("ends of duty_turn")),
    "absence": limit_of(absences.KEPT_FOR, "leur fin", older("ends of absence")),
    "duty_swap": limit_of(duty.KEPT, "la proposition", older("at of duty_swap")),
    "agenda_attendance": limit_of(
        agenda.ATTENDANCE_KEPT,
        "la fin de l’événement",
        about("event of agenda_attendance", "id of agenda_event", older("ends_at of agenda_event")),
    ),
    "rdv_booking": limit_of(bookings.KEPT_FOR, "le rendez-vous", about("rdv of rdv_booking", "id of rdv", _OLD_RDV)),
    "rdv_range": limit_of(bookings.OPENING_KEPT, "le jour de plus", older("only_on of rdv_range")),
    "rdv": limit_of(appointments.KEPT_FOR, "le rendez-vous", _OLD_RDV),
    "rdv_agent": limit_of(remote.WAITED_FOR, "le rendez-vous, si personne ici n’a cette adresse", _old_agents),
    "rdv_remote": limit_of(appointments.KEPT_FOR, "le rendez-vous", _OLD_REMOTE),
    "rdv_series": limit_of(appointments.KEPT_FOR, "son dernier jour", older("until of rdv_series")),
    "announcement": limit_of(
        annonce.KEPT,
        "l’aperçu, si elle n’est jamais partie",
        _never_sent("announcement", annonce.AnnouncementState.DRAFT),
    ),
    "poll_crowd": limit_of(
        sondage.KEPT,
        "l’aperçu, si le sondage n’est jamais parti",
        about("poll of poll_crowd", "number of poll", _UNASKED),
    ),
    "poll": limit_of(sondage.KEPT, "l’aperçu, s’il n’est jamais parti", _UNASKED),
    "idea": limit_of(
        idees.KEPT, "la saisie, si elle n’est jamais proposée", _never_sent("idea", idees.IdeaState.DRAFT)
    ),
    "visio_room": limit_of(visio.KEPT, "l’ouverture", older("at of visio_room")),
    "kit_parcel": limit_of(kit.KEPT, "le dernier colis", _old_kit_words, _PARCEL_WORDS),
    "kit_order": limit_of(kit.KEPT, "le dernier colis", _old_order, {**_WHO_ORDERED, "user_id": None}),
    "channel_change": limit_of(runs.KEPT_FOR, "la vérification", _OLD_CHANGES),
    "channel_run": limit_of(runs.KEPT_FOR, "la vérification", _OLD_RUNS),
    **{
        table: limit_of("case_months", "la décision", about(f"case_id of {table}", "id of moderation_case", _OLD_CASES))
        for table in ("moderation_report", "moderation_appeal")
    },
    "moderation_measure": limit_of("case_months", "son début, une fois finie", is_old_measure),
    "moderation_hit": limit_of("case_months", "le message", older("at of moderation_hit")),
    "moderation_case": limit_of("case_months", "la décision", _OLD_CASES),
    "journal": limit_of("journal_months", "l’acte", older("at of journal")),
    "access_request": limit_of(_YEAR, "la réponse", older("answered_at of access_request")),
    "person_erasure": limit_of(_YEAR, "l’échéance", older("due_at of person_erasure")),
    "outgoing": limit_of(outbox.KEPT, "l’envoi", old_marks),
    "work": limit_of(work.KEPT, "la fin du travail", old_work),
    "claim": limit_of(claims.CLAIMS_KEPT, "l’acte", older("at of claim")),
    "quota_use": limit_of(claims.KEPT, "le jour", older("day of quota_use")),
}
"""How long rows are kept."""

SCOPES: Mapping[str, OwnerFilter] = {
    "cra_tag": about("cra of cra_tag", "id of cra", whose("author_id of cra")),
    "ticket_line": about("ticket of ticket_line", "id of ticket", _MY_TICKETS),
    "ticket_move": about("ticket of ticket_move", "id of ticket", _MY_TICKETS),
    "kit_parcel": about("order_id of kit_parcel", "id of kit_order", whose("user_id of kit_order")),
    "outgoing": sent_to,
    "work": work_of,
    "claim": claimed_for,
}
"""For tables without a column of their owner: the filter that finds somebody’s rows."""

GIVEN: Mapping[str, OwnerFilter] = {
    "moderation_measure": is_measure_given,
    "moderation_hit": is_hit_given,
    "moderation_case": is_case_given,
    "journal": is_entry_given,
    "work": is_work_given,
}
"""Which of somebody’s rows they are given, where not all."""

SHOWN: Mapping[str, Callable[[Row, str], Row]] = {"moderation_case": show_case, "journal": show_entry}
"""How their person sees rows, where not as they are."""

BLANKS: Mapping[str, Row] = {
    "cra": {"structure": None},
    "coordination_report": {"subject": ""},
    "ticket_move": _MOVE_WORDS,
    "ticket": _TICKET_WORDS,
    "ticket_wish": {"asked": {}},
    "resource_comment": {"waits": ""},
    "resource_report": {"word": ""},
    "idea": {"is_named": False},
    "kit_parcel": _PARCEL_WORDS,
    "kit_order": _WHO_ORDERED,
    "moderation_report": {"word": ""},
}
"""What takes the place of words when somebody is erased."""
