"""What the post of a message becomes as soon as it stands, where it was rewritten while it was on its way."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: nothing waits there."""
    op.add_column("outgoing", sa.Column("later", sa.JSON, nullable=True))


def downgrade() -> None:
    """Drop it: such posts stay as they were first said, until they are rewritten again."""
    with op.batch_alter_table("outgoing") as outgoing:
        outgoing.drop_column("later")
