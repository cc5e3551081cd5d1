"""The news: feeds, items, digests with their editions, and digests of one’s own."""

from sqlalchemy import UniqueConstraint

from storage.migrations.first_schema.columns import (
    code,
    data,
    day,
    flag,
    ident,
    instant,
    number,
    prose,
    serial,
    table,
    words,
)

# A feed that is read.
table(
    "news_feed",
    serial("id"),
    words("key", 80, unique=True),
    words("url", 1000),
    words("name", 120),
    words("etag", 200),
    words("modified", 200),
    ident("by", server_default=""),
    instant("added_at"),
    instant("read_at", nullable=True),
    instant("failing_since", nullable=True),
    words("fault", 120),
    instant("told_at", nullable=True),
    number("added"),
    flag("removed"),
)

# An entry of a feed that is no news any more.
table(
    "news_feed_seen",
    number("feed", primary_key=True),
    words("ident", 64, primary_key=True),
    instant("at"),
)

# Something that may go into digests.
table(
    "news_item",
    serial("id"),
    words("key", 80, unique=True),
    code("kind"),
    code("section"),
    words("title", 200),
    prose("text"),
    words("url", 1000),
    words("credit", 120),
    ident("author_id", index=True, server_default=""),
    ident("proposed_by", index=True, server_default=""),
    ident("channel_id", server_default=""),
    ident("post_id", index=True, server_default=""),
    number("feed", nullable=True, index=True),
    words("departement", 3),
    number("themes"),
    number("score"),
    instant("found_at", index=True),
    flag("withdrawn"),
    data("details", server_default="{}"),
)

# Somebody whose messages go into no digest.
table(
    "news_unquoted",
    ident("user_id", primary_key=True),
    instant("at"),
)

# Somebody’s own digest.
table(
    "news_subscription",
    ident("user_id", primary_key=True),
    flag("monthly"),
    number("weekday"),
    number("hour"),
    data("less", server_default="[]"),
    data("sent", server_default="[]"),
    day("away_until", nullable=True),
    instant("sent_at", nullable=True),
    instant("begun_at"),
)

# What animateurs changed of an edition.
table(
    "edition",
    code("key", primary_key=True),
    words("rhythm", 80),
    data("targets", server_default="[]"),
    code("unapproved"),
    ident("by", server_default=""),
    instant("at"),
)

# One number of an edition.
table(
    "digest",
    number("number", primary_key=True),
    code("edition"),
    day("day"),
    day("first_day"),
    instant("at", index=True),
    code("state", index=True),
    instant("since"),
    instant("until"),
    prose("edito"),
    ident("edito_by", server_default=""),
    number("revision"),
    ident("approved_by", server_default=""),
    instant("approved_at", nullable=True),
    instant("published_at", nullable=True, index=True),
    ident("withdrawn_by", server_default=""),
    data("channels", server_default="{}"),
    number("parts"),
    number("written"),
    ident("document", server_default=""),
    number("reminded"),
    number("corrected"),
    instant("created_at"),
    UniqueConstraint("edition", "day"),
)

# An item in a digest, in the words of its editors.
table(
    "digest_entry",
    serial("id"),
    number("digest", index=True),
    number("item", index=True),
    code("section"),
    number("position"),
    words("title", 200),
    prose("text"),
    words("url", 1000),
    words("credit", 120),
    flag("dropped"),
    ident("changed_by", server_default=""),
    UniqueConstraint("digest", "item"),
)
