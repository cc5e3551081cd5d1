"""Which version of its ticket a card showed is noted no more: nothing asked for it."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("ticket_card") as card:
        card.drop_column("version")


def downgrade() -> None:
    """Add it again, as if no ticket had changed yet."""
    op.add_column("ticket_card", sa.Column("version", sa.Integer, nullable=False, server_default="0"))
