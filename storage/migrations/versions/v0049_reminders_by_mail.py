"""Who booked and asked to be reminded by e-mail."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_COLUMNS = ("mail_wanted", "mailed_for", "mail_tries", "mail_next")


def upgrade() -> None:
    """Add whether it is wanted, for which hour it went, and its tries: nobody had asked before."""
    with op.batch_alter_table("rdv_booking") as table:
        table.add_column(sa.Column("mail_wanted", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("mailed_for", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("mail_tries", sa.SmallInteger, nullable=False, server_default="0"))
        table.add_column(sa.Column("mail_next", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop them: who asked is not reminded."""
    with op.batch_alter_table("rdv_booking") as table:
        for name in _COLUMNS:
            table.drop_column(name)
