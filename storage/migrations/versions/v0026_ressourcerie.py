"""The ressourcerie in chat: how a resource came and changed, what people think of it, and whether its link leads on."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_INDEXED = ("deposited_by", "source_post", "ticket", "post_id", "thread_post", "published_at", "review_on")
_TABLES = (
    "resource_mark",
    "resource_collection",
    "resource_collected",
    "theme_follow",
    "resource_need",
    "resource_version",
    "resource_report",
    "resource_comment",
    "resource_link_check",
)


def upgrade() -> None:
    """Add what is known of a resource from now on, and the tables around it."""
    for column in _added():
        op.add_column("resource", column)
    for name in _INDEXED:
        op.create_index(f"ix_resource_{name}", "resource", [name])
    op.execute("UPDATE resource SET published_at = created_at WHERE state = 'published'")
    _of_people()
    _of_resources()


def _added() -> list[sa.Column[Any]]:
    return [
        sa.Column("reason", sa.String(500), nullable=False, server_default=""),
        sa.Column("deposited_by", sa.String(26), nullable=False, server_default=""),
        sa.Column("source_post", sa.String(26), nullable=False, server_default=""),
        sa.Column("ticket", sa.Integer, nullable=True),
        sa.Column("files", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("post_id", sa.String(26), nullable=False, server_default=""),
        sa.Column("channel_id", sa.String(26), nullable=False, server_default=""),
        sa.Column("thread_post", sa.String(26), nullable=False, server_default=""),
        sa.Column("showing", sa.Integer, nullable=False, server_default="0"),
        sa.Column("question", sa.String(500), nullable=False, server_default=""),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("published_at", _TIME, nullable=True),
        sa.Column("review_on", sa.Date, nullable=True),
        sa.Column("reviews", sa.Integer, nullable=False, server_default="0"),
    ]


def _of_people() -> None:
    op.create_table(
        "resource_mark",
        sa.Column("resource", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("user_id", sa.String(26), primary_key=True, index=True),
        sa.Column("mark", sa.String(16), primary_key=True),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_table(
        "resource_collection",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(80), nullable=False, unique=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("about", sa.String(300), nullable=False),
        sa.Column("owner_id", sa.String(26), nullable=False, index=True),
        sa.Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("seed", sa.String(16), nullable=False, server_default=""),
        sa.Column("told", sa.String(64), nullable=False, server_default=""),
        sa.Column("removed_at", _TIME, nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_table(
        "resource_collected",
        sa.Column("collection", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("resource", sa.Integer, primary_key=True, autoincrement=False, index=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("by", sa.String(26), nullable=False),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_table(
        "theme_follow",
        sa.Column("user_id", sa.String(26), primary_key=True),
        sa.Column("theme", sa.String(32), primary_key=True),
        sa.Column("paused", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("told_at", _TIME, nullable=False),
    )
    op.create_table(
        "resource_need",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("user_id", sa.String(26), primary_key=True),
        sa.Column("words", sa.String(200), nullable=False),
        sa.Column("about", sa.String(500), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("resource", sa.Integer, nullable=True),
        sa.Column("closed_by", sa.String(26), nullable=False),
        sa.Column("closed_at", _TIME, nullable=True, index=True),
    )


def _of_resources() -> None:
    op.create_table(
        "resource_version",
        sa.Column("resource", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("by", sa.String(26), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
    )
    op.create_table(
        "resource_report",
        sa.Column("resource", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("user_id", sa.String(26), primary_key=True),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("word", sa.String(500), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("closed_by", sa.String(26), nullable=False),
        sa.Column("closed_at", _TIME, nullable=True),
    )
    op.create_table(
        "resource_comment",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("resource", sa.Integer, nullable=False, index=True),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("waits", sa.Text, nullable=False),
        sa.Column("post_id", sa.String(26), nullable=False, index=True),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_table(
        "resource_link_check",
        sa.Column("resource", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("url", sa.String(1000), nullable=False),
        sa.Column("checked_at", _TIME, nullable=False, index=True),
        sa.Column("fault", sa.String(16), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failing_since", sa.Date, nullable=True),
        sa.Column("told_at", _TIME, nullable=True),
        sa.Column("archive", sa.String(1000), nullable=False),
        sa.Column("quiet", sa.Boolean, nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    """Drop them."""
    for table in reversed(_TABLES):
        op.drop_table(table)
    for name in _INDEXED:
        op.drop_index(f"ix_resource_{name}", "resource")
    for column in reversed(_added()):
        op.drop_column("resource", column.name)
