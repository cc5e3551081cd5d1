"""Meetings of colleagues: a rdv for each who takes part, under the number of the organiser’s."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say of a rdv of which meeting it is, whether its person agreed, and what it is about."""
    op.add_column("rdv", sa.Column("meeting", sa.Integer))
    op.add_column("rdv", sa.Column("agreed", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("rdv", sa.Column("subject", sa.String(80), nullable=False, server_default=""))
    op.create_index("ix_rdv_meeting", "rdv", ["meeting"])


def downgrade() -> None:
    """Forget who meets: each keeps a rdv of their own."""
    op.drop_index("ix_rdv_meeting", "rdv")
    with op.batch_alter_table("rdv", table_kwargs={"sqlite_autoincrement": True}) as table:
        for name in ("meeting", "agreed", "subject"):
            table.drop_column(name)
