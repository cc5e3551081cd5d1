"""Demands for help that a resource answered, before a ticket was made of them; an instant that nobody read is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the resources that were shown, and the one that was it; drop when anything was last done with a ticket."""
    op.add_column("ticket_wish", sa.Column("fiches", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("ticket_wish", sa.Column("fiche", sa.Integer, nullable=True))
    op.drop_column("ticket", "stirred_at")


def downgrade() -> None:
    """As it was; when a ticket was opened stands for when anything was last done with it."""
    with op.batch_alter_table("ticket") as ticket:
        ticket.add_column(sa.Column("stirred_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE ticket SET stirred_at = opened_at")
    with op.batch_alter_table("ticket") as ticket:
        ticket.alter_column("stirred_at", nullable=False)
    op.drop_column("ticket_wish", "fiche")
    op.drop_column("ticket_wish", "fiches")
