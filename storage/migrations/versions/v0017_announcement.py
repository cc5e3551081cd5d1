"""Announcements: what is said once in many channels, and how far it has come."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "announcement",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("by", sa.String(26), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("targets", "channels", "people")),
        sa.Column("everybody", sa.Boolean, nullable=False),
        sa.Column("at", TIME),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("written", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_index("ix_announcement_said", "announcement", ["digest", "round"], unique=True)


def downgrade() -> None:
    """Drop it; what was said stays where it stands."""
    op.drop_table("announcement")
