"""Ideas of what should be better, and who is for them."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of ideas and votes."""
    op.create_table(
        "idea",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("category", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("duplicate_of", sa.Integer),
        sa.Column("author_id", sa.String(26), nullable=False),
        sa.Column("is_named", sa.Boolean, nullable=False),
        sa.Column("decided_by", sa.String(26), nullable=False),
        sa.Column("told", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_idea"),
        sqlite_autoincrement=True,
    )
    for name in ("state", "duplicate_of", "author_id"):
        op.create_index(f"ix_idea_{name}", "idea", [name])
    op.create_table(
        "idea_vote",
        sa.Column("idea", sa.Integer, nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("idea", "user_id", name="pk_idea_vote"),
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table("idea_vote")
    op.drop_table("idea")
