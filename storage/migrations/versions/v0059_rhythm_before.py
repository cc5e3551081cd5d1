"""How often somebody was told who is told no more, to come back to it."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty: of those who are told no more it is not known how often they were."""
    op.add_column("daily_choice", sa.Column("before", sa.String(16), nullable=True))


def downgrade() -> None:
    """Drop it: who comes back is told once a week."""
    with op.batch_alter_table("daily_choice") as choices:
        choices.drop_column("before")
