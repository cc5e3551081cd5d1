"""What agents tell each other of a ticket has a field of its own, and people are ids in its history."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

COLUMNS = {"internal": 300, "whom": 26, "queue": 16}


def upgrade() -> None:
    """Add the fields. Words that came with a transfer were internal; who was assigned a ticket was named there."""
    for name, length in COLUMNS.items():
        op.add_column("ticket_move", sa.Column(name, sa.String(length), nullable=False, server_default=""))
    move = sa.table("ticket_move", *(sa.column(name, sa.String) for name in ("move", "note", "internal")))
    transfers = move.update().where(move.c.move == "transferer")
    op.execute(transfers.values(internal=move.c.note, note=""))
    op.execute(move.update().where(move.c.move == "attribuer").values(note=""))
    op.create_index("ix_ticket_duplicate_of", "ticket", ["duplicate_of"])


def downgrade() -> None:
    """One field again."""
    op.drop_index("ix_ticket_duplicate_of", "ticket")
    move = sa.table("ticket_move", *(sa.column(name, sa.String) for name in ("move", "note", "internal")))
    op.execute(move.update().where(move.c.move == "transferer").values(note=move.c.internal))
    for name in COLUMNS:
        op.drop_column("ticket_move", name)
