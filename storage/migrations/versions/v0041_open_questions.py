"""What the bot asked somebody last, which a word answers."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the open questions."""
    op.create_table(
        "open_question",
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("place", sa.String(26), nullable=False),
        sa.Column("message_id", sa.String(26), nullable=False),
        sa.Column("yes", sa.JSON(), nullable=False),
        sa.Column("no", sa.JSON(), nullable=False),
        sa.Column("polite", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "place", name="pk_open_question"),
    )


def downgrade() -> None:
    """Drop them: a word answers nothing that was asked before."""
    op.drop_table("open_question")
