"""Pages of figures for who has no account."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of shared pages."""
    op.create_table(
        "stats_share",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
        sa.Column("percent", sa.String(16), nullable=False),
        sa.Column("views", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stats_share"),
        sa.UniqueConstraint("key_hash", name="uq_stats_share_key_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stats_share_user_id", "stats_share", ["user_id"])


def downgrade() -> None:
    """Drop it: the addresses lead nowhere."""
    op.drop_table("stats_share")
