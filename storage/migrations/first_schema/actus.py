"""What is told to many: the news (feeds, items, digests with their editions, and of one’s own), announcements, polls,
and the agenda.
"""

from sqlalchemy import Index, UniqueConstraint

from storage.migrations.first_schema.columns import (
    code,
    data,
    day,
    flag,
    ident,
    instant,
    number,
    prose,
    sealed,
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


# Something said once in each of its channels, then to each of its people.
table(
    "announcement",
    ident("id", primary_key=True),
    ident("by"),
    prose("text"),
    data("targets"),
    data("channels"),
    data("people"),
    flag("everybody"),
    instant("at", nullable=True),
    code("state"),
    number("written"),
    words("digest", 64, nullable=True),
    number("round"),
    instant("created_at"),
    data("files", server_default="{}"),
    Index("ix_announcement_said", "digest", "round", unique=True),
)

# Something that takes place; its number is how people call it.
table(
    "agenda_event",
    serial("id"),
    words("title", 150),
    prose("details"),
    instant("starts_at", index=True),
    instant("ends_at", index=True),
    words("zone", 64),
    words("place", 150),
    words("url", 1000),
    words("departement", 3),
    ident("author_id", index=True),
    instant("proposed_at"),
    code("state"),
    ident("decided_by"),
    words("reason", 500),
    instant("published_at", nullable=True),
    instant("changed_at"),
    number("sequence"),
    words("mark", 20),
    instant("said_at", nullable=True),
)

# Somebody who comes to an event.
table(
    "agenda_attendance",
    number("event", primary_key=True),
    ident("user_id", primary_key=True, index=True),
    instant("at"),
    words("seen", 20),
    flag("day_told"),
    flag("hour_told"),
)

# Somebody’s private feed, by the hash of its address.
table(
    "agenda_feed",
    ident("user_id", primary_key=True),
    words("token_hash", 64, unique=True),
    instant("created_at"),
)

# A question; its number is how people call it.
table(
    "poll",
    serial("number"),
    ident("key", unique=True),
    ident("by"),
    words("question", 150),
    data("options"),
    flag("several"),
    flag("anonymous"),
    flag("live"),
    data("targets"),
    data("channels"),
    data("rooms"),
    number("people"),
    flag("public"),
    number("invited", nullable=True),
    code("state"),
    number("written"),
    flag("telling"),
    data("results", nullable=True),
    instant("created_at"),
    instant("opened_at", nullable=True),
    instant("ends_at"),
    instant("ended_at", nullable=True),
    number("voted", server_default="0"),
    Index("ix_poll_state", "state", "ends_at"),
)

# Who is asked by direct message; apart, as each vote reads the poll.
table(
    "poll_crowd",
    number("poll", primary_key=True),
    data("people"),
)

# Who took part in a poll that is open. Rows without a number of their own do not tell who voted before whom.
table(
    "poll_voter",
    number("poll", primary_key=True),
    ident("user_id", primary_key=True),
    sqlite_with_rowid=False,
)

# What somebody chose where votes have names.
table(
    "poll_vote",
    number("poll", primary_key=True),
    ident("user_id", primary_key=True),
    number("choices"),
    words("departement", 3),
    instant("at"),
)

# The sealed ballots of a poll whose votes have none.
table(
    "poll_box",
    number("poll", primary_key=True),
    sealed("sealed"),
)

# Somebody who wants no reminders of polls.
table(
    "poll_quiet",
    ident("user_id", primary_key=True),
)
