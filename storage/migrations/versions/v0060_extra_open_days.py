"""An extra day on which somebody may be booked: « ouvert samedi 12/12 9h-12h »."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty: all ranges come back each week."""
    op.add_column("rdv_range", sa.Column("only_on", sa.Date, nullable=True))


def downgrade() -> None:
    """Drop it with the extra days, which would come back each week."""
    op.execute("DELETE FROM rdv_range WHERE only_on IS NOT NULL")
    with op.batch_alter_table("rdv_range") as ranges:
        ranges.drop_column("only_on")
