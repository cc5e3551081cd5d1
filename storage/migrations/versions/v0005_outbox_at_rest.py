"""The outbox keeps no content of what waits no more, and finds what waits however much there is."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WAITS = "not_before IS NOT NULL"
INDEXES = {
    "ix_outgoing_waiting": (["created_at", "id", "not_before", "where"], f"{WAITS} AND \"where\" <> 'file'"),
    "ix_outgoing_orders": (
        ["target", "created_at", "not_before", "topic", "id", "where"],
        f"{WAITS} AND \"where\" = 'file'",
    ),
    "ix_outgoing_topic": (["topic"], "topic IS NOT NULL"),
    "ix_outgoing_given_up": (["created_at"], "not_before IS NULL AND delivered_at IS NULL"),
    "ix_outgoing_passing": (
        ["delivered_at"],
        "delivered_at IS NOT NULL AND (topic IS NULL OR substr(topic, 1, 6) = 'draft:')",
    ),
}


def upgrade() -> None:
    """Empty what was delivered or given up, and index what waits, what is rewritten and what is forgotten."""
    op.drop_index("ix_outgoing_due", "outgoing")
    op.drop_index("ix_outgoing_topic", "outgoing")
    op.execute(sa.text("UPDATE outgoing SET content = '{}' WHERE not_before IS NULL"))
    for name, (columns, condition) in INDEXES.items():
        where = sa.text(condition)
        op.create_index(name, "outgoing", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Index all as before; the emptied contents do not come back."""
    for name in INDEXES:
        op.drop_index(name, "outgoing")
    op.create_index("ix_outgoing_due", "outgoing", ["not_before"])
    op.create_index("ix_outgoing_topic", "outgoing", ["topic"])
