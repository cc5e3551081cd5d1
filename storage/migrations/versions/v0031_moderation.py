"""The journal, moderation, who administers a channel by name, and wishes to be erased."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables; the journal begins at its first number."""
    _journal()
    _cases()
    _rules()
    op.add_column("channel_allowance", sa.Column("leads", sa.Boolean, nullable=True))
    op.create_table(
        "person_erasure",
        sa.Column("user_id", sa.String(26), primary_key=True),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False, index=True),
        sa.Column("cancelled_at", _TIME, nullable=True),
        sa.Column("done_at", _TIME, nullable=True),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("pseudonym", sa.String(26), nullable=False),
        sa.Column("asleep", sa.Boolean, nullable=False),
    )


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", _TIME, nullable=False, index=True),
        sa.Column("actor_id", sa.String(26), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False, index=True),
        sa.Column("act", sa.String(48), nullable=False),
        sa.Column("object", sa.String(80), nullable=False, index=True),
        sa.Column("target_id", sa.String(26), nullable=False, index=True),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    head = op.create_table(
        "journal_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "last": 0, "hash": ""}])


def _cases() -> None:
    op.create_table(
        "moderation_case",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("author_id", sa.String(26), nullable=False, index=True),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("channel_id", sa.String(26), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("post_id", sa.String(26), nullable=False, index=True),
        sa.Column("root_id", sa.String(26), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("context", sa.JSON, nullable=False),
        sa.Column("posted_at", _TIME, nullable=True),
        sa.Column("opened_at", _TIME, nullable=False, index=True),
        sa.Column("decided_at", _TIME, nullable=True),
        sa.Column("decided_by", sa.String(26), nullable=False),
        sa.Column("act", sa.String(48), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("until", _TIME, nullable=True),
        sa.Column("entry", sa.Integer, nullable=True),
        sa.Column("proposed", sa.JSON, nullable=False),
    )
    op.create_table(
        "moderation_report",
        sa.Column("case_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("reporter_id", sa.String(26), primary_key=True, index=True),
        sa.Column("motive", sa.String(16), nullable=False),
        sa.Column("word", sa.String(500), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("was_right", sa.Boolean, nullable=True),
        sa.Column("told_at", _TIME, nullable=True),
    )
    op.create_table(
        "moderation_measure",
        sa.Column("entry", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("case_id", sa.Integer, nullable=True, index=True),
        sa.Column("act", sa.String(48), nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False, index=True),
        sa.Column("channels", sa.JSON, nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("by", sa.String(26), nullable=False),
        sa.Column("began_at", _TIME, nullable=False),
        sa.Column("until", _TIME, nullable=True),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("ended_by", sa.String(26), nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
    )
    op.create_table(
        "moderation_appeal",
        sa.Column("entry", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("case_id", sa.Integer, nullable=False, index=True),
        sa.Column("user_id", sa.String(26), nullable=False, index=True),
        sa.Column("word", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("reminded_at", _TIME, nullable=True),
        sa.Column("decided_at", _TIME, nullable=True),
        sa.Column("decided_by", sa.String(26), nullable=False),
        sa.Column("kept", sa.Boolean, nullable=True),
        sa.Column("answer", sa.String(1000), nullable=False),
    )


def _rules() -> None:
    op.create_table(
        "moderation_rule",
        sa.Column("name", sa.String(24), primary_key=True),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("changed_by", sa.String(26), nullable=False),
    )
    op.create_table(
        "moderation_hit",
        sa.Column("rule", sa.String(24), primary_key=True),
        sa.Column("post_id", sa.String(26), primary_key=True),
        sa.Column("author_id", sa.String(26), nullable=False, index=True),
        sa.Column("channel_id", sa.String(26), nullable=False),
        sa.Column("at", _TIME, nullable=False, index=True),
        sa.Column("case_id", sa.Integer, nullable=True, index=True),
        sa.Column("is_false", sa.Boolean, nullable=True),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_column("channel_allowance", "leads")
    for table in (
        "person_erasure",
        "moderation_hit",
        "moderation_rule",
        "moderation_appeal",
        "moderation_measure",
        "moderation_report",
        "moderation_case",
        "journal_head",
        "journal",
    ):
        op.drop_table(table)
