"""The hotline: tickets and all that hangs on them, outages, and who is on duty."""

from sqlalchemy import Index

from storage.migrations.first_schema.columns import (
    NO,
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

# One demand for help; its number is how people call it.
table(
    "ticket",
    serial("id"),
    words("key", 80, unique=True),
    code("queue"),
    code("category"),
    code("urgency"),
    words("subject", 120),
    prose("details"),
    prose("words"),
    prose("context"),
    words("commune", 80),
    data("files"),
    data("said_masked"),
    ident("source_post", index=True),
    ident("source_channel"),
    ident("author_id", index=True),
    words("username", 64),
    words("departement", 3),
    ident("agent_id", index=True),
    code("state"),
    code("reason", nullable=True),
    prose("solution"),
    number("duplicate_of", nullable=True, index=True),
    ident("thread_post", index=True),
    ident("thread_channel"),
    instant("opened_at", index=True),
    instant("first_answer_at", nullable=True),
    instant("resolved_at", nullable=True),
    instant("closed_at", nullable=True),
    instant("asked_at", nullable=True),
    number("nudged"),
    flag("late_said", server_default=NO),
    instant("warned_at", nullable=True),
    number("rating"),
    words("rating_word", 500),
    flag("rating_asked", server_default=NO),
    number("incident", nullable=True, index=True),
    number("version"),
    Index("ix_ticket_state_queue", "state", "queue"),
)

# The card of a ticket in the room of a queue.
table(
    "ticket_card",
    number("ticket", primary_key=True),
    code("queue", primary_key=True),
    ident("channel_id"),
    ident("post_id", index=True),
    number("version"),
)

# A line written under a ticket, and its twin on the other side.
table(
    "ticket_line",
    ident("post_id", primary_key=True),
    number("ticket"),
    code("side"),
    ident("by"),
    instant("at"),
    ident("twin", index=True),
    ident("twin_channel"),
    flag("is_gone", server_default=NO),
    prose("waits", nullable=True),
    data("files"),
    prose("later", nullable=True),
    flag("is_kept", server_default=NO),
    Index("ix_ticket_line_ticket", "ticket", "side", "at"),
)

# What was done with a ticket.
table(
    "ticket_move",
    serial("id"),
    number("ticket"),
    instant("at"),
    ident("by"),
    code("move"),
    code("state"),
    words("note", 300),
    words("internal", 300, server_default=""),
    ident("whom", server_default=""),
    code("queue", server_default=""),
    Index("ix_ticket_move_ticket", "ticket", "id"),
)

# A message that becomes a ticket.
table(
    "ticket_source",
    ident("post_id", primary_key=True),
    ident("channel_id"),
    ident("root_id"),
    ident("author_id"),
    ident("asked_by"),
    prose("text"),
    prose("context"),
    data("files"),
    instant("at"),
)

# A ticket that is filled, but not filed yet: answers that look alike are shown first.
table(
    "ticket_wish",
    words("key", 80, primary_key=True),
    ident("author_id", index=True),
    words("username", 64),
    data("asked"),
    data("alike"),
    instant("at", index=True),
    number("answered", nullable=True),
    code("queue"),
    data("fiches", server_default="[]"),
    number("fiche", nullable=True),
)

# An outage, with the tickets that are alike.
table(
    "ticket_incident",
    serial("id"),
    code("queue"),
    words("subject", 120),
    ident("by"),
    data("alike"),
    prose("news"),
    instant("opened_at"),
    instant("ended_at", nullable=True),
)

# Somebody is on duty.
table(
    "duty_turn",
    serial("id"),
    ident("user_id"),
    day("starts"),
    day("ends", index=True),
    ident("by"),
    instant("at"),
    code("queue"),
    instant("handed_at", nullable=True),
)

# Somebody is away, whatever turn they have.
table(
    "duty_absence",
    serial("id"),
    ident("user_id"),
    day("starts"),
    day("ends", index=True),
    ident("by"),
    instant("at"),
)

# Somebody offers a turn to somebody else.
table(
    "duty_swap",
    serial("id"),
    number("given"),
    number("taken", nullable=True),
    ident("by"),
    ident("with_id"),
    code("answer", nullable=True),
    instant("at"),
)
