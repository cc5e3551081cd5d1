"""What Mattermost last told of somebody’s role: it holds while Mattermost is away, even after a restart."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns, empty: nobody was asked yet."""
    op.add_column("person", sa.Column("derived_role", sa.String(16)))
    op.add_column("person", sa.Column("derived_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop them; Mattermost is asked again."""
    op.drop_column("person", "derived_at")
    op.drop_column("person", "derived_role")
