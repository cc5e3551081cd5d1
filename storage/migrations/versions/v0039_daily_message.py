"""What is told to each person in one message a day, and when they want it."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of news and of choices."""
    op.create_table(
        "daily_news",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.String(26), nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("is_over", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_daily_news"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_daily_news_person_id", "daily_news", ["person_id", "id"])
    op.create_table(
        "daily_choice",
        sa.Column("person_id", sa.String(26), nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("rhythm", sa.String(16), nullable=False),
        sa.Column("told_on", sa.Date),
        sa.Column("waiting", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_daily_choice"),
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table("daily_choice")
    op.drop_table("daily_news")
