"""The acts that wait are found by what they are done to: whoever writes one down sees those that it undoes."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

ACTS = sa.text("\"where\" = 'act' AND not_before IS NOT NULL")


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_outgoing_acts", "outgoing", ["target"], sqlite_where=ACTS, postgresql_where=ACTS)


def downgrade() -> None:
    """Drop it; what waits is done without that order."""
    op.drop_index("ix_outgoing_acts", "outgoing")
