"""Drafts that somebody typed are told from what was only shown."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark; what waits already was typed, as far as anybody knows."""
    op.add_column("draft", sa.Column("is_typed", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    """Drop the mark: what was only shown waits as what was typed."""
    with op.batch_alter_table("draft") as draft:
        draft.drop_column("is_typed")
