"""The hotline (tickets and all that hangs on them, outages, who is on duty), and what the bot sends, does in the
background, and remembers of what it did: its outbox, long work, claims, drafts.
"""

from sqlalchemy import Index

from storage.migrations.first_schema.columns import (
    NO,
    big,
    code,
    data,
    day,
    flag,
    ident,
    instant,
    number,
    partial,
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


# The outbox: a message or an act on its way to Mattermost; « not_before » is empty once it is over.
table(
    "outgoing",
    ident("id", primary_key=True),
    code("where"),
    ident("target"),
    data("content"),
    words("topic", 64, nullable=True),
    instant("created_at"),
    number("attempts"),
    instant("not_before", nullable=True),
    instant("delivered_at", nullable=True),
    ident("post_id", nullable=True),
    words("fault", 120, nullable=True),
    flag("crowd", server_default=NO),
    ident("channel_id", nullable=True),
    words("tells", 64, nullable=True),
    partial("ix_outgoing_acts", "target", where="\"where\" = 'act' AND not_before IS NOT NULL"),
    partial("ix_outgoing_given_up", "created_at", where="not_before IS NULL AND delivered_at IS NULL"),
    partial("ix_outgoing_news", "created_at", where="tells IS NOT NULL AND not_before IS NULL"),
    partial(
        "ix_outgoing_passing",
        "delivered_at",
        where="delivered_at IS NOT NULL AND (topic IS NULL OR substr(topic, 1, 6) = 'draft:')",
    ),
    partial("ix_outgoing_rewritten", "target", where="\"where\" = 'post'"),
    partial("ix_outgoing_topic", "topic", where="topic IS NOT NULL"),
    partial("ix_outgoing_waiting", "crowd", "created_at", "id", "not_before", where="not_before IS NOT NULL"),
)

# One piece of long work, with how far it is; « not_before » is empty once it is over.
table(
    "work",
    ident("id", primary_key=True),
    code("sort"),
    words("name", 64),
    data("data"),
    ident("person"),
    code("state"),
    number("done"),
    number("total", nullable=True),
    data("cursor", nullable=True),
    words("topic", 64, nullable=True),
    instant("created_at"),
    instant("started_at", nullable=True),
    instant("updated_at"),
    instant("not_before", nullable=True),
    ident("owner", nullable=True),
    number("attempts"),
    words("error", 120, nullable=True),
    partial("ix_work_over", "updated_at", where="not_before IS NULL"),
    partial(
        "ix_work_waiting", "sort", "person", "created_at", "not_before", "topic", "id", where="not_before IS NOT NULL"
    ),
)

# Something that happens once: a job’s period, an event.
table(
    "claim",
    words("scope", 80, primary_key=True),
    words("period", 80, primary_key=True),
    instant("at"),
)

# The latest run of each job.
table(
    "job_run",
    words("name", 80, primary_key=True),
    words("period", 80),
    instant("at"),
    code("result"),
)

# Up to where something was read.
table(
    "read_cursor",
    words("name", 80, primary_key=True),
    instant("at"),
)

# A dialog as somebody left it.
table(
    "draft",
    words("key", 80, primary_key=True),
    ident("user_id", index=True),
    words("form", 80),
    data("raw"),
    data("hidden"),
    instant("saved_at"),
)

# How much of a kind somebody used on a day.
table(
    "quota_use",
    ident("user_id", primary_key=True),
    code("kind", primary_key=True),
    day("day", primary_key=True),
    number("used"),
)

# A channel, or the team, as the bot last heard of it.
table(
    "watched_place",
    ident("id", primary_key=True),
    big("since"),
    instant("seen_at"),
    flag("is_ready"),
    number("version"),
    big("changed_at"),
    words("name", 64),
    words("display_name", 256),
    flag("is_private"),
    flag("archived"),
)

# Somebody who is or was in such a place.
table(
    "watched_member",
    ident("place", primary_key=True),
    ident("user_id", primary_key=True, index=True),
    flag("is_in"),
    flag("is_admin"),
    number("version"),
    instant("changed_at", nullable=True),
    code("changed_by", nullable=True),
)
