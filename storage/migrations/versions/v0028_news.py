"""News: what was collected, digests and what is in them, editions as they were changed, feeds, subscriptions."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make them, and their indexes."""
    _items()
    _digests()
    _sources()
    for table, names in _INDEXED.items():
        for name in names:
            op.create_index(f"ix_{table}_{name}", table, [name])


_INDEXED = {
    "news_item": ("author_id", "proposed_by", "post_id", "feed", "found_at"),
    "digest": ("at", "published_at", "state"),
    "digest_entry": ("digest", "item"),
}


def _person(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(26), nullable=False, server_default="")


def _list(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON, nullable=False, server_default="[]")


def _items() -> None:
    op.create_table(
        "news_item",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("section", sa.String(16), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("url", sa.String(1000), nullable=False),
        sa.Column("credit", sa.String(120), nullable=False),
        *map(_person, ("author_id", "proposed_by", "channel_id", "post_id")),
        sa.Column("feed", sa.Integer, nullable=True),
        sa.Column("departement", sa.String(3), nullable=False),
        sa.Column("themes", sa.Integer, nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("found_at", _TIME, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("details", sa.JSON, nullable=False, server_default="{}"),
        sa.UniqueConstraint("key", name="uq_news_item_key"),
    )


def _digests() -> None:
    op.create_table(
        "digest",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("edition", sa.String(16), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.Column("edito", sa.Text, nullable=False),
        _person("edito_by"),
        sa.Column("revision", sa.Integer, nullable=False),
        _person("approved_by"),
        sa.Column("approved_at", _TIME, nullable=True),
        sa.Column("published_at", _TIME, nullable=True),
        _person("withdrawn_by"),
        sa.Column("channels", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("written", sa.Integer, nullable=False),
        _person("document"),
        sa.Column("reminded", sa.Integer, nullable=False),
        sa.Column("corrected", sa.Integer, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.UniqueConstraint("edition", "day", name="uq_digest_edition_day"),
    )
    op.create_table(
        "digest_entry",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("digest", sa.Integer, nullable=False),
        sa.Column("item", sa.Integer, nullable=False),
        sa.Column("section", sa.String(16), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("url", sa.String(1000), nullable=False),
        sa.Column("credit", sa.String(120), nullable=False),
        sa.Column("dropped", sa.Boolean, nullable=False),
        _person("changed_by"),
        sa.UniqueConstraint("digest", "item", name="uq_digest_entry_digest_item"),
    )
    op.create_table(
        "edition",
        sa.Column("key", sa.String(16), primary_key=True),
        sa.Column("rhythm", sa.String(80), nullable=False),
        _list("targets"),
        sa.Column("unapproved", sa.String(16), nullable=False),
        _person("by"),
        sa.Column("at", _TIME, nullable=False),
    )


def _sources() -> None:
    op.create_table(
        "news_feed",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("url", sa.String(1000), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("etag", sa.String(200), nullable=False),
        sa.Column("modified", sa.String(200), nullable=False),
        _person("by"),
        sa.Column("added_at", _TIME, nullable=False),
        sa.Column("read_at", _TIME, nullable=True),
        sa.Column("failing_since", _TIME, nullable=True),
        sa.Column("fault", sa.String(120), nullable=False),
        sa.Column("told_at", _TIME, nullable=True),
        sa.Column("added", sa.Integer, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.UniqueConstraint("key", name="uq_news_feed_key"),
    )
    op.create_table(
        "news_feed_seen",
        sa.Column("feed", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("ident", sa.String(64), primary_key=True),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_table(
        "news_subscription",
        sa.Column("user_id", sa.String(26), primary_key=True),
        sa.Column("monthly", sa.Boolean, nullable=False),
        sa.Column("weekday", sa.Integer, nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        _list("less"),
        _list("sent"),
        sa.Column("away_until", sa.Date, nullable=True),
        sa.Column("sent_at", _TIME, nullable=True),
        sa.Column("begun_at", _TIME, nullable=False),
    )
    op.create_table(
        "news_unquoted",
        sa.Column("user_id", sa.String(26), primary_key=True),
        sa.Column("at", _TIME, nullable=False),
    )


def downgrade() -> None:
    """Take them away."""
    made = ("news_item", "digest", "digest_entry", "edition", "news_feed", "news_feed_seen", "news_subscription")
    for table in (*made, "news_unquoted"):
        op.drop_table(table)
