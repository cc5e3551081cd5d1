"""Announcements: the files that go with the words."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was announced before had none."""
    op.add_column("announcement", sa.Column("files", sa.JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    """Drop it; what was passed on stays where it stands."""
    op.drop_column("announcement", "files")
