"""Who wants no reminders of rendez-vous."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table: everybody is reminded until they say otherwise."""
    op.create_table(
        "rdv_quiet",
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_rdv_quiet"),
    )


def downgrade() -> None:
    """Drop it: everybody is reminded."""
    op.drop_table("rdv_quiet")
