"""Polls: the question, who took part, what they chose where votes have names, and the sealed box of other votes."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    _poll()
    op.create_table(
        "poll_crowd",
        sa.Column("poll", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("people", sa.JSON, nullable=False),
    )
    op.create_table(
        "poll_voter",
        sa.Column("poll", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("user_id", sa.String(26), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "poll_vote",
        sa.Column("poll", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("user_id", sa.String(26), primary_key=True),
        sa.Column("choices", sa.Integer, nullable=False),
        sa.Column("departement", sa.String(3), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table("poll_quiet", sa.Column("user_id", sa.String(26), primary_key=True))
    op.create_table(
        "poll_box",
        sa.Column("poll", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )


def _poll() -> None:
    op.create_table(
        "poll",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(26), nullable=False),
        sa.Column("by", sa.String(26), nullable=False),
        sa.Column("question", sa.String(150), nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in ("several", "anonymous", "live")),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("targets", "channels", "rooms")),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("invited", sa.Integer, nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("written", sa.Integer, nullable=False),
        sa.Column("telling", sa.Boolean, nullable=False),
        sa.Column("results", sa.JSON, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("key", name="uq_poll_key"),
    )
    op.create_index("ix_poll_state", "poll", ["state", "ends_at"])


def downgrade() -> None:
    """As before; polls are gone."""
    for name in ("poll_box", "poll_quiet", "poll_vote", "poll_voter", "poll_crowd", "poll"):
        op.drop_table(name)
