"""What a recurring report leaves out: « sauf en août »."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty: nothing was left out."""
    op.add_column("cra_recurring", sa.Column("but", sa.JSON, nullable=True))


def downgrade() -> None:
    """Drop it: what was left out is lost."""
    with op.batch_alter_table("cra_recurring") as recurring:
        recurring.drop_column("but")
