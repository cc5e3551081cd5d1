"""Rooms for meetings, each made once."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of rooms."""
    op.create_table(
        "visio_room",
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("pin", sa.String(20), nullable=False),
        sa.Column("lobby", sa.Boolean, nullable=False),
        sa.Column("by", sa.String(26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_visio_room"),
    )


def downgrade() -> None:
    """Drop it: rooms that stand in messages are entered by their address only."""
    op.drop_table("visio_room")
