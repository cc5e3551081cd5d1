"""Announcements, polls and the agenda."""

from sqlalchemy import Index

from storage.migrations.first_schema.columns import (
    code,
    data,
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
