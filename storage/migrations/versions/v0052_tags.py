"""Tags of reports, and which report has which."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of tags and of their reports."""
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(26), nullable=False),
        sa.Column("name", sa.String(30), nullable=False),
        sa.Column("folded", sa.String(30), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tag"),
        sa.UniqueConstraint("owner", "folded", name="uq_tag_owner_folded"),
    )
    op.create_table(
        "cra_tag",
        sa.Column("cra", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("tag", sa.Integer, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("cra", "tag", name="pk_cra_tag"),
    )
    op.create_index("ix_cra_tag_tag", "cra_tag", ["tag"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("cra_tag")
    op.drop_table("tag")
