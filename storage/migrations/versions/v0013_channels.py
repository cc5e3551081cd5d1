"""Which channel is which of the planned ones; who is let in or kept out by name."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables, empty: channels are found by their addresses at first."""
    op.create_table(
        "channel",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("channel_id", sa.String(26), nullable=False, unique=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "channel_allowance",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(26), primary_key=True),
        sa.Column("is_in", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("by", sa.String(26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table("channel_allowance")
    op.drop_table("channel")
