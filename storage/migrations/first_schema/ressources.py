"""The shared resources: their versions, collections, marks, comments, reports, and what is looked for in vain."""

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

# Something to be found again; its number is how people call it.
table(
    "resource",
    serial("id"),
    words("key", 80, unique=True),
    words("source", 120, index=True),
    words("titre", 200),
    prose("description"),
    words("url", 1000),
    words("categorie", 32),
    number("themes"),
    words("type", 32),
    words("niveau", 32),
    words("public", 32),
    words("licence", 80),
    words("auteur", 64),
    ident("auteur_id"),
    day("date"),
    code("state"),
    ident("decided_by"),
    instant("created_at"),
    instant("changed_at"),
    number("revision", index=True),
    words("reason", 500, server_default=""),
    ident("deposited_by", index=True, server_default=""),
    ident("source_post", index=True, server_default=""),
    number("ticket", nullable=True, index=True),
    data("files", server_default="{}"),
    ident("post_id", index=True, server_default=""),
    ident("channel_id", server_default=""),
    ident("thread_post", index=True, server_default=""),
    number("showing", server_default="0"),
    words("question", 500, server_default=""),
    number("version", server_default="1"),
    instant("published_at", nullable=True, index=True),
    day("review_on", nullable=True, index=True),
    number("reviews", server_default="0"),
)

# One row: how often resources were written.
table(
    "resource_stamp",
    number("id", primary_key=True),
    number("number"),
)

# What a change of a resource replaced.
table(
    "resource_version",
    number("resource", primary_key=True),
    number("version", primary_key=True),
    ident("by"),
    instant("at"),
    data("before"),
)

# Resources under a name.
table(
    "resource_collection",
    serial("id"),
    words("key", 80, unique=True),
    words("name", 80),
    words("about", 300),
    ident("owner_id", index=True),
    flag("pinned", server_default=NO),
    code("seed", server_default=""),
    words("told", 64, server_default=""),
    instant("removed_at", nullable=True),
    instant("created_at"),
)

# A resource in a collection.
table(
    "resource_collected",
    number("collection", primary_key=True),
    number("resource", primary_key=True, index=True),
    number("place"),
    ident("by"),
    instant("at"),
)

# A favourite, or a word of thanks.
table(
    "resource_mark",
    number("resource", primary_key=True),
    ident("user_id", primary_key=True, index=True),
    code("mark", primary_key=True),
    instant("at"),
)

# What somebody said of a resource.
table(
    "resource_comment",
    serial("id"),
    number("resource", index=True),
    ident("user_id"),
    prose("waits"),
    ident("post_id", index=True),
    instant("at"),
)

# Somebody reported a resource.
table(
    "resource_report",
    number("resource", primary_key=True),
    ident("user_id", primary_key=True),
    code("why"),
    words("word", 500),
    instant("at"),
    ident("closed_by"),
    instant("closed_at", nullable=True),
)

# Somebody found nothing.
table(
    "resource_need",
    words("key", 200, primary_key=True),
    ident("user_id", primary_key=True),
    words("words", 200),
    words("about", 500),
    instant("at"),
    number("resource", nullable=True),
    ident("closed_by"),
    instant("closed_at", nullable=True, index=True),
)

# How the link of a resource was when last looked at.
table(
    "resource_link_check",
    number("resource", primary_key=True),
    words("url", 1000),
    instant("checked_at", index=True),
    code("fault"),
    number("failures"),
    day("failing_since", nullable=True),
    instant("told_at", nullable=True),
    words("archive", 1000),
    flag("quiet", server_default=NO),
)

# Somebody follows a theme.
table(
    "theme_follow",
    ident("user_id", primary_key=True),
    words("theme", 32, primary_key=True),
    flag("paused", server_default=NO),
    instant("at"),
    instant("told_at"),
)
