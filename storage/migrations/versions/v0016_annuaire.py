"""The directory: contacts and institutions; who is willing to help, and whom they were asked by."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables, and the flag, which nobody has set yet."""
    op.add_column("person", sa.Column("helps", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(300), nullable=False, unique=True),
        sa.Column("nom", sa.String(120), nullable=False),
        sa.Column("organisme", sa.String(120), nullable=False),
        sa.Column("fonction", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("telephone", sa.String(32), nullable=False),
        sa.Column("site", sa.String(300), nullable=False),
        sa.Column("departement", sa.String(3), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("proposed_by", sa.String(26), nullable=False),
        sa.Column("decided_by", sa.String(26), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "help_request",
        sa.Column("key", sa.String(80), primary_key=True),
        sa.Column("helper_id", sa.String(26), primary_key=True),
        sa.Column("asked_by", sa.String(26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean, nullable=False),
        sa.Index("ix_help_request_helper_id_at", "helper_id", "at"),
    )


def downgrade() -> None:
    """Drop all that."""
    op.drop_table("help_request")
    op.drop_table("contact")
    op.drop_column("person", "helps")
