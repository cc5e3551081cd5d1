"""Who proposed a measure that took two animateurs."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody is known to have proposed those of before."""
    op.add_column("moderation_measure", sa.Column("proposed_by", sa.String(26), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("moderation_measure", "proposed_by")
