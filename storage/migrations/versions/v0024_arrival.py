"""Who came into the team for the first time, whether they were welcomed or not."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was noted with the welcome is noted by itself."""
    op.create_table(
        "arrival",
        sa.Column("person_id", sa.String(26), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute("INSERT INTO arrival (person_id, at) SELECT person_id, at FROM welcome WHERE is_new")
    op.drop_column("welcome", "is_new")


def downgrade() -> None:
    """Back into the welcome, of those who had one."""
    op.add_column("welcome", sa.Column("is_new", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute("UPDATE welcome SET is_new = true WHERE person_id IN (SELECT person_id FROM arrival)")
    op.drop_table("arrival")
