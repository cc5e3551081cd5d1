"""Who receives the monthly report."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the list; nobody is in it: the report is for who asks."""
    op.create_table(
        "stats_subscription",
        sa.Column("person_id", sa.String(26), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_stats_subscription"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_stats_subscription_person_id"),
    )


def downgrade() -> None:
    """Drop the list."""
    op.drop_table("stats_subscription")
