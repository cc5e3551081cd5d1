"""What each person asked of the bot on a day, counted."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; nothing was asked yet."""
    op.create_table(
        "quota_use",
        sa.Column("user_id", sa.String(26), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("used", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Count nothing any more."""
    op.drop_table("quota_use")
