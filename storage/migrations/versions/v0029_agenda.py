"""The agenda: events, who comes to them, and private feeds."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the three tables."""
    op.create_table(
        "agenda_event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(150), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("starts_at", _TIME, nullable=False, index=True),
        sa.Column("ends_at", _TIME, nullable=False, index=True),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("place", sa.String(150), nullable=False),
        sa.Column("url", sa.String(1000), nullable=False),
        sa.Column("departement", sa.String(3), nullable=False),
        sa.Column("author_id", sa.String(26), nullable=False, index=True),
        sa.Column("proposed_at", _TIME, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(26), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("published_at", _TIME, nullable=True),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("mark", sa.String(20), nullable=False),
        sa.Column("said_at", _TIME, nullable=True),
    )
    op.create_table(
        "agenda_attendance",
        sa.Column("event", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("user_id", sa.String(26), primary_key=True, index=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("seen", sa.String(20), nullable=False),
        sa.Column("day_told", sa.Boolean, nullable=False),
        sa.Column("hour_told", sa.Boolean, nullable=False),
    )
    op.create_table(
        "agenda_feed",
        sa.Column("user_id", sa.String(26), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", _TIME, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("agenda_feed", "agenda_attendance", "agenda_event"):
        op.drop_table(table)
