"""Who came for the first time and is announced, who came unknown, and what their welcome says since."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Who was welcomed before is new no more, and what they did since is not told again."""
    op.add_column("welcome", sa.Column("is_new", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("welcome", sa.Column("filed_at", TIME))
    op.execute("UPDATE welcome SET filed_at = at")
    op.create_table(
        "newcomer",
        sa.Column("person_id", sa.String(26), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("told_at", TIME),
    )
    op.create_index("ix_newcomer_day", "newcomer", ["day", "key"])
    op.create_table(
        "newcomer_quiet",
        sa.Column("departement", sa.String(3), primary_key=True),
        sa.Column("by", sa.String(26), nullable=False),
        sa.Column("at", TIME, nullable=False),
    )
    op.create_table(
        "guest",
        sa.Column("person_id", sa.String(26), primary_key=True),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("told_at", TIME),
        sa.Column("role", sa.String(16)),
        sa.Column("by", sa.String(64), nullable=False),
    )
    op.create_index("ix_guest_day", "guest", ["day"])
    op.create_table(
        "place_wish",
        sa.Column("person_id", sa.String(26), primary_key=True),
        sa.Column("departements", sa.JSON, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("granted", sa.Boolean),
        sa.Column("by", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("place_wish", "guest", "newcomer_quiet", "newcomer"):
        op.drop_table(table)
    op.drop_column("welcome", "filed_at")
    op.drop_column("welcome", "is_new")
