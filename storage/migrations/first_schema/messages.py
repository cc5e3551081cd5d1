"""What the bot sends, does in the background, and remembers of what it did: its outbox, long work, claims, drafts."""

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
    table,
    words,
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
