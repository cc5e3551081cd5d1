"""The hotline: tickets, their history, cards, lines, what they are made of, and outages."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLES = ("ticket", "ticket_move", "ticket_card", "ticket_line", "ticket_wish", "ticket_source", "ticket_incident")


def _text(name: str, length: int, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), primary_key=key, nullable=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())


def _json(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.JSON, nullable=False) for name in names]


def upgrade() -> None:
    """Add the tables, empty."""
    _tickets()
    _around_them()


def _tickets() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(80), nullable=False, unique=True),
        *(_text(name, length) for name, length in (("queue", 16), ("category", 16), ("urgency", 16), ("subject", 120))),
        *_texts("details", "words", "context"),
        _text("commune", 80),
        *_json("files", "said_masked"),
        *(_text(name, 26) for name in ("source_post", "source_channel", "author_id")),
        *(_text(name, length) for name, length in (("username", 64), ("departement", 3), ("agent_id", 26))),
        _text("state", 16),
        sa.Column("reason", sa.String(16), nullable=True),
        *_texts("solution"),
        _number("duplicate_of", nullable=True),
        *(_text(name, 26) for name in ("thread_post", "thread_channel")),
        _time("opened_at"),
        *(_time(name, nullable=True) for name in ("first_answer_at", "resolved_at", "closed_at", "asked_at")),
        _time("stirred_at"),
        _number("nudged"),
        _flag("late_said"),
        _time("warned_at", nullable=True),
        _number("rating"),
        _text("rating_word", 500),
        _flag("rating_asked"),
        _number("incident", nullable=True),
        _number("version"),
    )
    for name in ("source_post", "author_id", "agent_id", "thread_post", "incident", "opened_at"):
        op.create_index(f"ix_ticket_{name}", "ticket", [name])
    op.create_index("ix_ticket_state_queue", "ticket", ["state", "queue"])


def _around_them() -> None:
    op.create_table(
        "ticket_move",
        sa.Column("id", sa.Integer, primary_key=True),
        _number("ticket"),
        _time("at"),
        *(_text(name, length) for name, length in (("by", 26), ("move", 16), ("state", 16), ("note", 300))),
    )
    op.create_index("ix_ticket_move_ticket", "ticket_move", ["ticket", "id"])
    op.create_table(
        "ticket_card",
        sa.Column("ticket", sa.Integer, primary_key=True, autoincrement=False),
        _text("queue", 16, key=True),
        *(_text(name, 26) for name in ("channel_id", "post_id")),
        _number("version"),
    )
    op.create_index("ix_ticket_card_post_id", "ticket_card", ["post_id"])
    op.create_table(
        "ticket_line",
        _text("post_id", 26, key=True),
        _number("ticket"),
        *(_text(name, length) for name, length in (("side", 16), ("by", 26))),
        _time("at"),
        *(_text(name, 26) for name in ("twin", "twin_channel")),
        _flag("is_gone"),
        sa.Column("waits", sa.Text, nullable=True),
        *_json("files"),
        sa.Column("later", sa.Text, nullable=True),
        _flag("is_kept"),
    )
    op.create_index("ix_ticket_line_twin", "ticket_line", ["twin"])
    op.create_index("ix_ticket_line_ticket", "ticket_line", ["ticket", "side", "at"])
    op.create_table(
        "ticket_wish",
        _text("key", 80, key=True),
        *(_text(name, length) for name, length in (("author_id", 26), ("username", 64))),
        *_json("asked", "alike"),
        _time("at"),
        _number("answered", nullable=True),
        _text("queue", 16),
    )
    for name in ("author_id", "at"):
        op.create_index(f"ix_ticket_wish_{name}", "ticket_wish", [name])
    op.create_table(
        "ticket_source",
        _text("post_id", 26, key=True),
        *(_text(name, 26) for name in ("channel_id", "root_id", "author_id", "asked_by")),
        *_texts("text", "context"),
        *_json("files"),
        _time("at"),
    )
    op.create_table(
        "ticket_incident",
        sa.Column("id", sa.Integer, primary_key=True),
        *(_text(name, length) for name, length in (("queue", 16), ("subject", 120), ("by", 26))),
        *_json("alike"),
        *_texts("news"),
        _time("opened_at"),
        _time("ended_at", nullable=True),
    )


def downgrade() -> None:
    """Drop them; what was said stays in Mattermost."""
    for table in reversed(TABLES):
        op.drop_table(table)
