"""The planned channels: which they are in Mattermost, what is changed in them, and who is let in against the rules."""

from sqlalchemy import Index

from storage.migrations.first_schema.columns import code, flag, ident, instant, number, prose, table, words

# A planned channel that was found or made.
table(
    "channel",
    words("key", 64, primary_key=True),
    ident("channel_id", unique=True),
    instant("at"),
)

# What is other for a channel than in the table of the plan.
table(
    "channel_amendment",
    words("key", 64, primary_key=True),
    words("name", 64),
    words("address", 64),
    words("purpose", 250),
    words("header", 1024),
    words("archived", 200),
    ident("by"),
    instant("at"),
)

# Somebody let into a channel, or kept out, whatever the rules say; perhaps to lead it.
table(
    "channel_allowance",
    words("key", 64, primary_key=True),
    ident("user_id", primary_key=True),
    flag("is_in"),
    words("reason", 200),
    ident("by"),
    instant("at"),
    flag("leads", nullable=True),
)

# Changes that are shown, made and undone together.
table(
    "channel_run",
    ident("id", primary_key=True),
    code("kind"),
    words("scope", 64),
    ident("by"),
    instant("at", index=True),
    code("stage"),
)

# One change of a run.
table(
    "channel_change",
    ident("run_id", primary_key=True),
    number("n", primary_key=True),
    code("drift"),
    words("key", 64),
    words("address", 64),
    ident("channel_id"),
    ident("user_id"),
    words("username", 64),
    prose("reason"),
    prose("before"),
    prose("after"),
    code("state"),
    number("batch"),
    prose("why"),
    Index("ix_channel_change_batch", "run_id", "batch", "n"),
)
