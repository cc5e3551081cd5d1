"""Who is to hear of another role, and who asks for a place in the réseau."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the notices of roles that changed, and the requests for access."""
    op.create_table(
        "role_notice",
        sa.Column("person_id", sa.String(26), nullable=False),
        sa.Column("role", sa.String(16), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name="pk_role_notice"),
    )
    op.create_table(
        "access_request",
        sa.Column("person_id", sa.String(26), nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("departement", sa.String(3), nullable=False),
        sa.Column("structure", sa.String(200), nullable=False),
        sa.Column("word", sa.String(300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("role", sa.String(16), nullable=True),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_access_request"),
    )


def downgrade() -> None:
    """Drop both: nobody hears of what changed until then, and what was asked is asked again."""
    op.drop_table("access_request")
    op.drop_table("role_notice")
