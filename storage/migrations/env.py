"""What alembic runs: on the connection that storage.schema gives it, in that connection’s transaction."""

from typing import Any

from alembic import context
from sqlalchemy import Connection, Index
from sqlmodel import SQLModel

import storage.personal_data  # noqa: F401  (every table is declared there, and so known here)

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
