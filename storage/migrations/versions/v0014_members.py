"""Who left a département for another one, and of whose deactivated account it was asked whether they left."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables, which are empty."""
    op.create_table(
        "move",
        sa.Column("person_id", sa.String(26), primary_key=True),
        sa.Column("departement", sa.String(3), primary_key=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "gone",
        sa.Column("person_id", sa.String(26), primary_key=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("gone")
    op.drop_table("move")
