"""What alembic runs: on the connection that storage.migrate gives it, in that connection’s transaction."""

from typing import Any

from alembic import context
from sqlalchemy import Connection, Index
from sqlmodel import SQLModel

import storage.actus.digests
import storage.actus.feeds
import storage.actus.items
import storage.actus.subscriptions
import storage.agenda.attendance
import storage.agenda.event
import storage.agenda.feed
import storage.annonce.table
import storage.annuaire.contacts
import storage.annuaire.helping
import storage.canaux.changes
import storage.canaux.planned
import storage.canaux.runs
import storage.canaux.table
import storage.claims
import storage.cra
import storage.cra.last_commune
import storage.cra.months
import storage.cursors
import storage.drafts
import storage.hotline.cards
import storage.hotline.duty
import storage.hotline.incidents
import storage.hotline.lines
import storage.hotline.moves
import storage.hotline.sources
import storage.hotline.swaps
import storage.hotline.tickets
import storage.hotline.wishes
import storage.job_runs
import storage.journal.entry
import storage.moderation.appeals
import storage.moderation.cases
import storage.moderation.measures
import storage.moderation.reports
import storage.moderation.rules
import storage.outbox
import storage.people.arrivals
import storage.people.awaited
import storage.people.erasures
import storage.people.gone
import storage.people.guests
import storage.people.moves
import storage.people.newcomers
import storage.people.person
import storage.people.structures
import storage.people.welcomes
import storage.people.wishes
import storage.quotas
import storage.ressources.checks
import storage.ressources.collection
import storage.ressources.comments
import storage.ressources.following
import storage.ressources.marks
import storage.ressources.needs
import storage.ressources.reports
import storage.ressources.resource
import storage.ressources.versions
import storage.sondage.ballots
import storage.sondage.poll
import storage.sondage.votes
import storage.stats.secret
import storage.stats.subscriptions
import storage.watched
import storage.work  # noqa: F401  (the imports register the tables)

ELSEWHERE = {"sqlite": "ix_cra_date_brin", "postgresql": "ix_cra_date"}
"""The index that each database has not."""


def include_object(item: Any, name: str | None, *_: object) -> bool:
    """Leave out what this database has not."""
    return not isinstance(item, Index) or name != ELSEWHERE[context.get_context().dialect.name]


def run(connection: Connection) -> None:
    """Take the asked steps."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        include_object=include_object,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
