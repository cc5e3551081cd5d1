"""What alembic runs: on the connection that storage.schema gives it, in that connection’s transaction."""

from typing import Any

from alembic import context
from sqlalchemy import Connection, Index
from sqlmodel import SQLModel

import storage.absences
import storage.actus.digests
import storage.actus.items
import storage.actus.subscriptions
import storage.agenda
import storage.annonce
import storage.annuaire.entries
import storage.canaux
import storage.canaux.runs
import storage.claims
import storage.cra.coordination
import storage.cra.habits
import storage.cra.months
import storage.cra.queries
import storage.cra.report
import storage.cra.tags
import storage.drafts
import storage.hotline.duty
import storage.hotline.posts
import storage.hotline.suggestions
import storage.hotline.tickets
import storage.idees
import storage.journal
import storage.kit
import storage.moderation
import storage.moderation.cases
import storage.outbox.queue
import storage.people.arrivals
import storage.people.person
import storage.people.register
import storage.people.transitions
import storage.programs
import storage.rappels
import storage.rdv.appointments
import storage.rdv.bookings
import storage.rdv.reminders
import storage.rdv.remote
import storage.ressources.collections
import storage.ressources.feedback
import storage.ressources.resources
import storage.sondage
import storage.sondage.votes
import storage.stats.privacy
import storage.stats.recipients
import storage.visio
import storage.watchlist
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
