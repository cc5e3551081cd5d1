"""When somebody’s day ends, on which weekdays they work, and what of it they are told; reports that come back."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, as is usual, and the table."""
    op.add_column("daily_choice", sa.Column("evening", sa.SmallInteger, nullable=False, server_default="1050"))
    op.add_column("daily_choice", sa.Column("evening_on", sa.Date, nullable=True))
    op.add_column("daily_choice", sa.Column("days", sa.SmallInteger, nullable=False, server_default="31"))
    op.add_column("daily_choice", sa.Column("asks", sa.Boolean, nullable=False, server_default=sa.true()))
    op.create_table(
        "cra_recurring",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("author_id", sa.String(26), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("weekday", sa.SmallInteger, nullable=False),
        sa.Column("nth", sa.SmallInteger, nullable=False),
        sa.Column("every", sa.SmallInteger, nullable=False),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=True),
        sa.Column("raw", sa.JSON, nullable=False),
        sa.Column("skipped_on", sa.Date, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cra_recurring"),
        sa.UniqueConstraint("key", name="uq_cra_recurring_key"),
    )
    op.create_index("ix_cra_recurring_author_id", "cra_recurring", ["author_id"])


def downgrade() -> None:
    """Drop them: what was chosen, and what came back, is lost."""
    op.drop_table("cra_recurring")
    with op.batch_alter_table("daily_choice") as choice:
        for name in ("evening", "evening_on", "days", "asks"):
            choice.drop_column(name)
