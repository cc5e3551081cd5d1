"""Programs that read over HTTP, and reports in the order in which they changed."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of programs, and the index that pages are read by."""
    op.create_table(
        "api_client",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_api_client"),
    )
    op.create_index("ix_cra_modified_at_cra_id", "cra", ["modified_at", "id"])


def downgrade() -> None:
    """Drop both: no program reads any more."""
    op.drop_index("ix_cra_modified_at_cra_id", "cra")
    op.drop_table("api_client")
