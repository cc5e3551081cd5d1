"""Changes of channels: those of one act are found without reading all of their run."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_channel_change_batch", "channel_change", ["run_id", "batch", "n"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_channel_change_batch", "channel_change")
