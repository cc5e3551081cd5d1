"""How many votes an open poll says that it has, where it is asked."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what stands is rewritten with the next vote."""
    op.add_column("poll", sa.Column("voted", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    """Say it nowhere any more."""
    op.drop_column("poll", "voted")
