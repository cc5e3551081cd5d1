"""The outbox keeps apart what answers people and what is sent to many, where a post stands, and who is to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WAITING = sa.text("not_before IS NOT NULL AND \"where\" <> 'file'")
NEWS = sa.text("tells IS NOT NULL AND not_before IS NULL")


def upgrade() -> None:
    """Add the three columns: nothing that waits is a crowd’s, and nobody is to be told of it."""
    op.add_column("outgoing", sa.Column("crowd", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("outgoing", sa.Column("channel_id", sa.String(26)))
    op.add_column("outgoing", sa.Column("tells", sa.String(64)))
    _wait("crowd", "created_at", "id", "not_before", "where")
    op.create_index("ix_outgoing_news", "outgoing", ["created_at"], sqlite_where=NEWS, postgresql_where=NEWS)


def downgrade() -> None:
    """Drop them; acts that wait are not known before, and are lost."""
    op.execute(sa.text("DELETE FROM outgoing WHERE \"where\" = 'act'"))
    op.drop_index("ix_outgoing_news", "outgoing")
    _wait("created_at", "id", "not_before", "where")
    for column in ("tells", "channel_id", "crowd"):
        op.drop_column("outgoing", column)


def _wait(*columns: str) -> None:
    """Index anew what waits."""
    op.drop_index("ix_outgoing_waiting", "outgoing")
    op.create_index("ix_outgoing_waiting", "outgoing", list(columns), sqlite_where=WAITING, postgresql_where=WAITING)
