"""Long work has a table of its own; the orders of files move there from the outbox."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
WAITS = "not_before IS NOT NULL"
OVER = "not_before IS NULL"
OUTGOING = sa.table(
    "outgoing",
    *(sa.column(name, sa.String) for name in ("id", "where", "target", "topic", "fault")),
    sa.column("content", sa.JSON),
    sa.column("attempts", sa.Integer),
    sa.column("crowd", sa.Boolean),
    *(sa.column(name, TIME) for name in ("created_at", "not_before", "delivered_at")),
)
LEFT_OUT = ("name", "data")


def upgrade() -> None:
    """Make the table, move the orders, and index what waits in the outbox without them."""
    work = op.create_table(
        "work",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("sort", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("person", sa.String(26), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer),
        sa.Column("cursor", sa.JSON(none_as_null=True)),
        sa.Column("topic", sa.String(64)),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("started_at", TIME),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("not_before", TIME),
        sa.Column("owner", sa.String(26)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.String(120)),
    )
    _index("work", "ix_work_waiting", WAITS, "sort", "person", "created_at", "not_before", "topic", "id")
    _index("work", "ix_work_over", OVER, "updated_at")
    orders = op.get_bind().execute(sa.select(OUTGOING).where(OUTGOING.c.where == "file")).mappings().all()
    if orders:
        op.bulk_insert(work, [_as_work(dict(order)) for order in orders])
        op.execute(OUTGOING.delete().where(OUTGOING.c.where == "file"))
    op.drop_index("ix_outgoing_orders", "outgoing")
    op.drop_index("ix_outgoing_waiting", "outgoing")
    _index("outgoing", "ix_outgoing_waiting", WAITS, "crowd", "created_at", "id", "not_before")


def downgrade() -> None:
    """Move the orders that wait back; other work is not known before, and is lost."""
    work = sa.table("work", *(sa.column(c.name, c.type) for c in OUTGOING.c if c.name in _COMMON), *_MORE)
    waits = (work.c.sort == "file", work.c.state.in_(("waiting", "running")))
    rows = op.get_bind().execute(sa.select(work).where(*waits)).mappings().all()
    op.drop_index("ix_outgoing_waiting", "outgoing")
    _index(
        "outgoing",
        "ix_outgoing_waiting",
        f"{WAITS} AND \"where\" <> 'file'",
        *("crowd", "created_at", "id", "not_before", "where"),
    )
    columns = ("target", "created_at", "not_before", "topic", "id", "where")
    _index("outgoing", "ix_outgoing_orders", f"{WAITS} AND \"where\" = 'file'", *columns)
    if rows:
        op.bulk_insert(OUTGOING, [_as_order(dict(row)) for row in rows])
    op.drop_table("work")


_COMMON = ("id", "topic", "attempts", "created_at", "not_before")
_MORE = (
    *(sa.column(name, sa.String) for name in ("sort", "name", "person", "state", "error")),
    *(sa.column(name, sa.JSON) for name in ("data", "cursor")),
)


def _as_work(order: dict[str, Any]) -> dict[str, Any]:
    """An order of the outbox as work: one that waits with what it is to make and how far that is."""
    content, ended = order["content"], order["delivered_at"]
    waits = order["not_before"] is not None
    state = "waiting" if waits else "done" if ended else "failed"
    return {
        "id": order["id"],
        "sort": "file",
        "name": content.get("name", ""),
        "data": content.get("data", {}),
        "person": order["target"],
        "state": state,
        "done": 1 if state == "done" else 0,
        "total": 1,
        "cursor": {name: value for name, value in content.items() if name not in LEFT_OUT} if waits else None,
        "topic": order["topic"],
        "created_at": order["created_at"],
        "started_at": None if waits and not order["attempts"] else order["created_at"],
        "updated_at": ended or order["created_at"],
        "not_before": order["not_before"],
        "owner": None,
        "attempts": order["attempts"],
        "error": order["fault"],
    }


def _as_order(work: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": work["id"],
        "where": "file",
        "target": work["person"],
        "topic": work["topic"],
        "fault": work["error"],
        "content": {"name": work["name"], "data": work["data"], **(work["cursor"] or {})},
        "attempts": work["attempts"],
        "crowd": False,
        "created_at": work["created_at"],
        "not_before": work["not_before"] or datetime.now(UTC),
        "delivered_at": None,
    }


def _index(table: str, name: str, condition: str, *columns: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, list(columns), sqlite_where=where, postgresql_where=where)
