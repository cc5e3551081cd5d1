"""Moderation, and the journal in which each of its acts is written."""

from storage.migrations.first_schema.columns import (
    code,
    data,
    flag,
    ident,
    instant,
    number,
    prose,
    serial,
    table,
    words,
)

# Who did what, when, to what and why; each entry carries the hash of the one before.
table(
    "journal",
    number("id", primary_key=True),
    instant("at", index=True),
    ident("actor_id"),
    words("actor", 64, index=True),
    words("act", 48),
    words("object", 80, index=True),
    ident("target_id", index=True),
    words("target", 64),
    words("reason", 1000),
    data("before"),
    data("after"),
    words("previous", 64),
    words("hash", 64),
)

# One row: the last entry. Who writes the next one holds it.
table(
    "journal_head",
    number("id", primary_key=True),
    number("last"),
    words("hash", 64),
)

# A message that was reported or found, as it was then, and what was decided.
table(
    "moderation_case",
    serial("id"),
    code("state", index=True),
    code("source"),
    ident("author_id", index=True),
    words("author", 64),
    ident("channel_id"),
    words("channel", 64),
    ident("post_id", index=True),
    ident("root_id"),
    prose("message"),
    data("files"),
    data("context"),
    instant("posted_at", nullable=True),
    instant("opened_at", index=True),
    instant("decided_at", nullable=True),
    ident("decided_by"),
    words("act", 48),
    words("reason", 1000),
    instant("until", nullable=True),
    number("entry", nullable=True),
    data("proposed"),
)

# Somebody reported the message of a case.
table(
    "moderation_report",
    number("case_id", primary_key=True),
    ident("reporter_id", primary_key=True, index=True),
    code("motive"),
    words("word", 500),
    instant("at", index=True),
    flag("was_right", nullable=True),
    instant("told_at", nullable=True),
)

# What was decided against somebody, by its number in the journal.
table(
    "moderation_measure",
    number("entry", primary_key=True),
    number("case_id", nullable=True, index=True),
    words("act", 48),
    ident("user_id", index=True),
    data("channels"),
    words("reason", 1000),
    ident("by"),
    instant("began_at"),
    instant("until", nullable=True),
    instant("ended_at", nullable=True),
    ident("ended_by"),
    data("before"),
    ident("proposed_by", server_default=""),
)

# What somebody answers to a measure.
table(
    "moderation_appeal",
    number("entry", primary_key=True),
    number("case_id", index=True),
    ident("user_id", index=True),
    prose("word"),
    instant("at"),
    instant("due_at"),
    instant("reminded_at", nullable=True),
    instant("decided_at", nullable=True),
    ident("decided_by"),
    flag("kept", nullable=True),
    words("answer", 1000),
)

# A rule that was changed in chat.
table(
    "moderation_rule",
    words("name", 24, primary_key=True),
    code("mode"),
    data("settings"),
    instant("changed_at"),
    ident("changed_by"),
)

# A message that a rule found.
table(
    "moderation_hit",
    words("rule", 24, primary_key=True),
    ident("post_id", primary_key=True),
    ident("author_id", index=True),
    ident("channel_id"),
    instant("at", index=True),
    number("case_id", nullable=True, index=True),
    flag("is_false", nullable=True),
)
