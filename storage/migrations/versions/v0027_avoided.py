"""Demands for help that a resource answered, before a ticket was made of them."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the resources that were shown, and the one that was it."""
    op.add_column("ticket_wish", sa.Column("fiches", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("ticket_wish", sa.Column("fiche", sa.Integer, nullable=True))


def downgrade() -> None:
    """Drop both."""
    op.drop_column("ticket_wish", "fiche")
    op.drop_column("ticket_wish", "fiches")
