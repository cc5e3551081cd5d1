"""The first schema, with the rows that the bot expects to find.

It bears the number of the last of the 36 steps by which it grew before the bot was given out, since it is what they
made: a database at that step has nothing to do.
"""

import secrets

from alembic import op

from storage.migrations.first_schema import SCHEMA

revision = "0036"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, draw the secret of the figures, and begin the two counts that go up with each change."""
    SCHEMA.create_all(op.get_bind(), checkfirst=False)
    op.bulk_insert(SCHEMA.tables["stats_secret"], [{"id": 1, "secret": secrets.token_bytes(32)}])
    op.bulk_insert(SCHEMA.tables["resource_stamp"], [{"id": 1, "number": 0}])
    op.bulk_insert(SCHEMA.tables["journal_head"], [{"id": 1, "last": 0, "hash": ""}])


def downgrade() -> None:
    """Drop all tables, with what they hold."""
    SCHEMA.drop_all(op.get_bind(), checkfirst=False)
