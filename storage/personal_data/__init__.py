"""What is held in each table: said once, for the register of processing, one’s own copy, erasure and the clean-up.

The sentences of each are in config/personal_data.tsv. The groups, and the tables in them, are in the order in which
they are erased, and in which the old goes: what is about a thing before that thing.

Words:
    PersonalData: what is declared of a table: why it is kept, on what LegalBasis, what of it is whose.
    RetentionLimit, ErasureFate: for how long its rows are kept; what an erasure does to them.
"""

from datetime import datetime

from sqlalchemy import ColumnElement

import storage.actus.digests
import storage.actus.items
import storage.actus.subscriptions
import storage.annuaire.entries
import storage.canaux
import storage.cra.coordination
import storage.cra.habits
import storage.cra.queries
import storage.hotline.posts
import storage.hotline.suggestions
import storage.hotline.tickets
import storage.programs
import storage.rdv.reminders
import storage.ressources.collections
import storage.ressources.feedback
import storage.ressources.resources
import storage.sondage.votes
import storage.stats.privacy
import storage.stats.recipients
import storage.watchlist  # noqa: F401  (the imports register the tables)
from storage import absences, agenda, annonce, claims, drafts, outbox, rappels, sondage, work
from storage.canaux import runs
from storage.cra import report
from storage.hotline import duty, posts
from storage.personal_data import groups
from storage.personal_data.declarations import (
    ErasureFate,
    PersonalData,
    Row,
    about,
    day_before,
    limit_of,
    older,
    table_named,
    whose,
)
from storage.personal_data.groups import (
    IDEAS,
    KITS,
    PEOPLE,
    RDV,
    REPORTS,
    claimed_for,
    is_work_given,
    old_marks,
    old_work,
    sent_to,
    work_of,
)
from storage.stats import recipients

__all__ = ["PERSONAL_DATA"]


DELETED, RENAMED, KEPT = ErasureFate.DELETED, ErasureFate.RENAMED, ErasureFate.KEPT
ERASED = "(effacé)"
_SHARES = limit_of(recipients.KEPT, "l’expiration", older(table_named("stats_share").c.expires_at))
_NEWS = limit_of(rappels.KEPT_FOR, "la nouvelle", older(table_named("daily_news").c.at))
_TICKET, _MOVE, _LINE = (table_named(name).c for name in ("ticket", "ticket_move", "ticket_line"))
_OLD_TICKETS, _MY_TICKETS = older(_TICKET.closed_at), whose(_TICKET.author_id)
_MOVE_WORDS: Row = {"note": "", "internal": ""}
_TICKET_WORDS: Row = {
    **{"subject": ERASED, "files": [], "said_masked": {}},
    **dict.fromkeys(("details", "words", "context", "commune", "solution", "rating_word"), ""),
    **dict.fromkeys(("source_post", "source_channel", "thread_post", "thread_channel"), ""),
}


def _old_ticket_words(before: datetime) -> ColumnElement[bool]:
    return _OLD_TICKETS(before) & (_TICKET.subject != ERASED)


def _old_move_words(before: datetime) -> ColumnElement[bool]:
    return about(_MOVE.ticket, _TICKET.id, _OLD_TICKETS)(before) & ((_MOVE.note != "") | (_MOVE.internal != ""))


ACTIVITY = (
    *REPORTS,
    PersonalData("cra_last_commune", own=("author_id",), fate=DELETED),
    PersonalData("cra_recurring", own=("author_id",), withheld=("key",), fate=DELETED, acts=("created_at",)),
    PersonalData(
        "practice_cra",
        limit=limit_of(report.TRAINING_FOR, "la saisie", older(table_named("practice_cra").c.created_at)),
        own=("author_id",),
        withheld=("key",),
        fate=DELETED,
    ),
    PersonalData(
        "training",
        limit=limit_of(report.TRAINING_FOR, "le début", older(table_named("training").c.since)),
        own=("person_id",),
        fate=DELETED,
    ),
    PersonalData("stats_subscription", own=("person_id",), fate=DELETED, acts=("since",)),
    PersonalData(
        "stats_share", limit=_SHARES, own=("user_id",), withheld=("key_hash",), fate=DELETED, acts=("created_at",)
    ),
    PersonalData("stats_secret"),
    PersonalData("api_client"),
    PersonalData("daily_news", limit=_NEWS, own=("person_id",), withheld=("data", "name"), fate=DELETED),
    PersonalData("daily_choice", own=("person_id",), withheld=("waiting",), fate=DELETED),
    PersonalData(
        "draft",
        limit=limit_of(drafts.KEPT_FOR, "la saisie", older(table_named("draft").c.saved_at)),
        own=("user_id",),
        withheld=("hidden",),
        fate=DELETED,
        acts=("saved_at",),
    ),
    PersonalData(
        "open_question",
        limit=limit_of(drafts.QUESTION_KEPT_FOR, "la question", older(table_named("open_question").c.asked_at)),
        own=("user_id",),
        withheld=("yes", "no"),
        fate=DELETED,
    ),
    PersonalData(
        "ticket_line",
        limit=limit_of("ticket_months", "la clôture de la demande", about(_LINE.ticket, _TICKET.id, _OLD_TICKETS)),
        scope=about(_LINE.ticket, _TICKET.id, _MY_TICKETS),
        others=("by",),
        withheld=("is_kept",),
        fate=DELETED,
    ),
    PersonalData(
        "ticket_move",
        limit=limit_of("ticket_months", "la clôture de la demande", _old_move_words, _MOVE_WORDS),
        scope=about(_MOVE.ticket, _TICKET.id, _MY_TICKETS),
        others=("by", "whom"),
        withheld=("note", "internal", "queue"),
        fate=RENAMED,
        blanks=_MOVE_WORDS,
    ),
    PersonalData(
        "ticket",
        limit=limit_of(
            "ticket_months",
            "la clôture",
            _old_ticket_words,
            {**_TICKET_WORDS, "author_id": "", "username": "", "agent_id": ""},
        ),
        own=("author_id",),
        others=("agent_id",),
        names=("username",),
        withheld=("words", "context", "said_masked"),
        fate=RENAMED,
        blanks=_TICKET_WORDS,
        acts=("opened_at",),
    ),
    PersonalData("ticket_card"),
    PersonalData(
        "ticket_source",
        limit=limit_of(posts.SOURCE_KEPT, "la proposition", older(table_named("ticket_source").c.at)),
        own=("author_id",),
        others=("asked_by",),
        withheld=("context",),
        fate=DELETED,
    ),
    PersonalData("ticket_wish", own=("author_id",), names=("username",), fate=RENAMED, blanks={"asked": {}}),
    PersonalData("ticket_incident", own=("by",), fate=RENAMED),
    PersonalData(
        "duty_turn",
        limit=limit_of(duty.KEPT, "la fin du tour", day_before(table_named("duty_turn").c.ends)),
        own=("user_id",),
        others=("by",),
        fate=DELETED,
        acts=("at",),
    ),
    PersonalData(
        "absence",
        limit=limit_of(absences.KEPT_FOR, "leur fin", day_before(table_named("absence").c.ends)),
        own=("user_id",),
        others=("by",),
        fate=DELETED,
    ),
    PersonalData(
        "duty_swap",
        limit=limit_of(duty.KEPT, "la proposition", older(table_named("duty_swap").c.at)),
        own=("by", "with_id"),
        fate=DELETED,
    ),
)

_EVENT_ENDS = older(table_named("agenda_event").c.ends_at)

SHARING = (
    PersonalData("resource_version", own=("by",), lists=("before",), withheld=("before",), fate=RENAMED, acts=("at",)),
    PersonalData(
        "resource",
        own=("deposited_by", "auteur_id"),
        others=("decided_by",),
        credits=("auteur", "auteur_id"),
        fate=RENAMED,
        acts=("created_at",),
    ),
    PersonalData("resource_collection", own=("owner_id",), fate=RENAMED, acts=("created_at",)),
    PersonalData("resource_collected", own=("by",), fate=RENAMED),
    PersonalData("resource_comment", own=("user_id",), fate=RENAMED, blanks={"waits": ""}, acts=("at",)),
    PersonalData("resource_mark", own=("user_id",), fate=DELETED, acts=("at",)),
    PersonalData("resource_need", own=("user_id",), others=("closed_by",), fate=DELETED, acts=("at",)),
    PersonalData(
        "resource_report", own=("user_id",), others=("closed_by",), fate=RENAMED, blanks={"word": ""}, acts=("at",)
    ),
    PersonalData("theme_follow", own=("user_id",), fate=DELETED, acts=("at",)),
    PersonalData("resource_link_check"),
    PersonalData("resource_stamp"),
    PersonalData("agenda_event", own=("author_id",), others=("decided_by",), fate=RENAMED, acts=("proposed_at",)),
    PersonalData(
        "agenda_attendance",
        limit=limit_of(
            agenda.ATTENDANCE_KEPT,
            "la fin de l’événement",
            about(table_named("agenda_attendance").c.event, table_named("agenda_event").c.id, _EVENT_ENDS),
        ),
        own=("user_id",),
        fate=DELETED,
        acts=("at",),
    ),
    PersonalData("agenda_feed", own=("user_id",), withheld=("token_hash",), fate=DELETED, acts=("created_at",)),
    *RDV,
)

_POLL = table_named("poll").c


def _unsent(before: datetime) -> ColumnElement[bool]:
    said = table_named("announcement").c
    return (said.state == annonce.AnnouncementState.DRAFT) & (said.created_at < before)


def _unasked(before: datetime) -> ColumnElement[bool]:
    return (_POLL.state == sondage.PollState.DRAFT) & (_POLL.created_at < before)


NEWS = (
    PersonalData(
        "news_item",
        own=("author_id", "proposed_by"),
        credits=("credit",),
        lists=("details",),
        withheld=("details", "score"),
        fate=RENAMED,
    ),
    PersonalData("digest", own=("edito_by", "approved_by"), others=("withdrawn_by",), fate=RENAMED),
    PersonalData("digest_entry", own=("changed_by",), credits=("credit",), fate=RENAMED),
    PersonalData("edition", own=("by",), fate=RENAMED),
    PersonalData("news_feed", own=("by",), fate=RENAMED),
    PersonalData("news_feed_seen"),
    PersonalData("news_subscription", own=("user_id",), fate=DELETED, acts=("begun_at",)),
    PersonalData("news_unquoted", own=("user_id",), fate=DELETED, acts=("at",)),
    PersonalData(
        "announcement",
        limit=limit_of(annonce.KEPT, "l’aperçu, si elle n’est jamais partie", _unsent),
        own=("by",),
        lists=("people",),
        withheld=("people",),
        fate=RENAMED,
        acts=("created_at",),
    ),
    PersonalData(
        "poll_crowd",
        limit=limit_of(
            sondage.KEPT,
            "l’aperçu, si le sondage n’est jamais parti",
            about(table_named("poll_crowd").c.poll, _POLL.number, _unasked),
        ),
        lists=("people",),
        fate=RENAMED,
    ),
    PersonalData(
        "poll",
        limit=limit_of(sondage.KEPT, "l’aperçu, s’il n’est jamais parti", _unasked),
        own=("by",),
        withheld=("results",),
        fate=RENAMED,
        acts=("created_at",),
    ),
    PersonalData("poll_vote", own=("user_id",), fate=RENAMED, acts=("at",)),
    PersonalData("poll_voter", own=("user_id",), fate=RENAMED),
    PersonalData("poll_box"),
    PersonalData("poll_quiet", own=("user_id",), fate=DELETED),
)

_RUN = table_named("channel_run").c
_OLD_RUNS = older(_RUN.at)

PLACES = (
    PersonalData("channel"),
    # Whom a measure keeps out of a channel is not to read which animateur decided it.
    PersonalData("channel_allowance", own=("user_id",), others=("by",), withheld=("by",), fate=DELETED),
    PersonalData("channel_amendment", own=("by",), fate=RENAMED),
    PersonalData(
        "channel_change",
        limit=limit_of(
            runs.KEPT_FOR, "la vérification", about(table_named("channel_change").c.run_id, _RUN.id, _OLD_RUNS)
        ),
        own=("user_id",),
        names=("username",),
        withheld=("before", "after"),
        fate=RENAMED,
    ),
    PersonalData("channel_run", limit=limit_of(runs.KEPT_FOR, "la vérification", _OLD_RUNS), own=("by",), fate=RENAMED),
)

_CASE = table_named("moderation_case").c
_OLD_CASES = older(_CASE.decided_at)

CONDUCT = (
    PersonalData(
        "moderation_report",
        limit=limit_of(
            "case_months", "la décision", about(table_named("moderation_report").c.case_id, _CASE.id, _OLD_CASES)
        ),
        own=("reporter_id",),
        fate=RENAMED,
        blanks={"word": ""},
        acts=("at",),
    ),
    PersonalData(
        "moderation_appeal",
        limit=limit_of(
            "case_months", "la décision", about(table_named("moderation_appeal").c.case_id, _CASE.id, _OLD_CASES)
        ),
        own=("user_id",),
        withheld=("decided_by",),
        fate=KEPT,
        acts=("at",),
    ),
    PersonalData(
        "moderation_measure",
        limit=limit_of("case_months", "son début, une fois finie", groups.is_old_measure),
        own=("user_id",),
        lists=("before",),
        withheld=("by", "proposed_by", "ended_by", "before"),
        given=groups.is_measure_given,
        days=("began_at", "ended_at"),
        fate=KEPT,
    ),
    PersonalData(
        "moderation_hit",
        limit=limit_of("case_months", "le message", older(table_named("moderation_hit").c.at)),
        own=("author_id",),
        given=groups.is_hit_given,
        days=("at",),
        fate=RENAMED,
    ),
    PersonalData(
        "moderation_case",
        limit=limit_of("case_months", "la décision", _OLD_CASES),
        own=("author_id",),
        lists=("context", "proposed"),
        withheld=("context", "proposed", "decided_by", "source"),
        given=groups.is_case_given,
        shown=groups.show_case,
        days=("opened_at", "decided_at"),
        fate=KEPT,
    ),
    PersonalData("moderation_rule", own=("changed_by",), withheld=("settings",), fate=RENAMED),
    PersonalData(
        "journal",
        limit=limit_of("journal_months", "l’acte", older(table_named("journal").c.at)),
        own=("actor_id", "target_id"),
        withheld=("before", "after"),
        given=groups.is_entry_given,
        shown=groups.show_entry,
        fate=KEPT,
    ),
    PersonalData("journal_head"),
)


MACHINE = (
    PersonalData("outgoing", limit=limit_of(outbox.KEPT, "l’envoi", old_marks), scope=sent_to, fate=DELETED),
    PersonalData(
        "work",
        limit=limit_of(work.KEPT, "la fin du travail", old_work),
        scope=work_of,
        withheld=("data", "error", "person"),
        given=is_work_given,
        days=("created_at", "started_at", "updated_at"),
        fate=DELETED,
    ),
    PersonalData(
        "claim",
        limit=limit_of(claims.CLAIMS_KEPT, "l’acte", older(table_named("claim").c.at)),
        scope=claimed_for,
        fate=DELETED,
    ),
    PersonalData(
        "quota_use",
        limit=limit_of(claims.KEPT, "le jour", day_before(table_named("quota_use").c.day)),
        own=("user_id",),
        fate=DELETED,
    ),
    PersonalData("job_run"),
    PersonalData("read_cursor"),
    PersonalData("watched_place"),
    PersonalData("watched_member", own=("user_id",), withheld=("changed_by",), fate=KEPT),
)

GROUPS = (ACTIVITY, SHARING, NEWS, IDEAS, KITS, PLACES, CONDUCT, PEOPLE, MACHINE)
"""The tables that are erased in one transaction, in their order."""
PERSONAL_DATA: tuple[PersonalData, ...] = tuple(one for group in GROUPS for one in group)
"""Every table there is, once."""
