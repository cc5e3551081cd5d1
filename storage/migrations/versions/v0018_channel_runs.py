"""What checks of the channels found and what was changed there; what animateurs changed of the table of channels."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def _text(name: str, length: int, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), primary_key=key, nullable=False)


def upgrade() -> None:
    """Add the tables, empty."""
    op.create_table(
        "channel_run",
        _text("id", 26, key=True),
        _text("kind", 16),
        _text("scope", 64),
        _text("by", 26),
        sa.Column("at", TIME, nullable=False, index=True),
        _text("stage", 16),
    )
    op.create_table(
        "channel_change",
        _text("run_id", 26, key=True),
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        *(_text(name, length) for name, length in (("drift", 16), ("key", 64), ("address", 64))),
        *(_text(name, length) for name, length in (("channel_id", 26), ("user_id", 26), ("username", 64))),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("reason", "before", "after")),
        _text("state", 16),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_table(
        "channel_amendment",
        _text("key", 64, key=True),
        *(_text(name, length) for name, length in (("name", 64), ("address", 64), ("purpose", 250))),
        *(_text(name, length) for name, length in (("header", 1024), ("archived", 200), ("by", 26))),
        sa.Column("at", TIME, nullable=False),
    )


def downgrade() -> None:
    """Drop them; the channels stay as they are."""
    for table in ("channel_amendment", "channel_change", "channel_run"):
        op.drop_table(table)
