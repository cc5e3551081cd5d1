"""People: the register, who is announced, came, left, and wishes to be forgotten; the directory; the planned channels,
what is changed in them, and who is let in against the rules.
"""

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

# One person of the register, known by the id that Mattermost gave them.
table(
    "person",
    ident("id", primary_key=True),
    words("username", 64, index=True),
    code("role", nullable=True),
    words("structure", 200, nullable=True),
    data("departements"),
    words("timezone", 64),
    instant("since"),
    code("derived_role", nullable=True),
    instant("derived_at", nullable=True),
    words("prenom", 80, nullable=True),
    words("nom", 80, nullable=True),
    words("email", 254, nullable=True),
    words("telephone", 32, nullable=True),
    words("siret", 14, nullable=True),
    words("code_commune", 5, nullable=True),
    day("arrived_on", nullable=True),
    day("left_on", nullable=True),
    data("skills", server_default="[]"),
    data("skill_words", server_default="[]"),
    data("languages", server_default="[]"),
    data("shown_to", server_default="{}"),
    flag("is_hidden", server_default=NO),
    flag("helps", server_default=NO),
)

# A line of an import about somebody who is not in the register yet.
table(
    "awaited",
    serial("id"),
    words("username", 64, nullable=True, unique=True),
    words("email", 254, nullable=True, index=True),
    code("role", nullable=True),
    words("prenom", 80, nullable=True),
    words("nom", 80, nullable=True),
    words("structure", 200, nullable=True),
    words("siret", 14, nullable=True),
    words("code_commune", 5, nullable=True),
    data("departements"),
    day("arrived_on", nullable=True),
    day("left_on", nullable=True),
    instant("imported_at"),
)

# An establishment, by its SIRET.
table(
    "structure",
    words("siret", 14, primary_key=True),
    words("nom", 200),
    words("code_commune", 5, nullable=True),
)

# Somebody was welcomed; what became of the charter since.
table(
    "welcome",
    ident("person_id", primary_key=True),
    words("username", 64),
    code("role"),
    instant("at"),
    code("charter", nullable=True),
    instant("charter_at", nullable=True),
    instant("reminded_at", nullable=True),
    instant("filed_at", nullable=True),
)

# Somebody came, and is new.
table(
    "arrival",
    ident("person_id", primary_key=True),
    instant("at"),
)

# Somebody came whose role is not known; what an animateur then said they are.
table(
    "guest",
    ident("person_id", primary_key=True),
    words("username", 64),
    words("timezone", 64),
    day("day", index=True),
    instant("at"),
    instant("told_at", nullable=True),
    code("role", nullable=True),
    words("by", 64),
)

# Somebody to be announced in the channel of where they work.
table(
    "newcomer",
    ident("person_id", primary_key=True),
    words("key", 64, primary_key=True),
    day("day"),
    instant("at"),
    instant("told_at", nullable=True),
    Index("ix_newcomer_day", "day", "key"),
)

# A département in whose channel nobody is announced.
table(
    "newcomer_quiet",
    words("departement", 3, primary_key=True),
    ident("by"),
    instant("at"),
)

# A département that somebody left, and when its channel is to be left, too.
table(
    "move",
    ident("person_id", primary_key=True),
    words("departement", 3, primary_key=True),
    instant("left_at"),
    instant("until"),
)

# Where somebody says that they work, and whether that was granted.
table(
    "place_wish",
    ident("person_id", primary_key=True),
    data("departements"),
    instant("at"),
    flag("granted", nullable=True),
    words("by", 64),
)

# Somebody whose account was found deactivated.
table(
    "gone",
    ident("person_id", primary_key=True),
    instant("noted_at"),
    instant("asked_at", nullable=True),
)

# A wish to be erased, and how far that is.
table(
    "person_erasure",
    ident("user_id", primary_key=True),
    instant("asked_at"),
    instant("due_at", index=True),
    instant("cancelled_at", nullable=True),
    instant("done_at", nullable=True),
    number("step"),
    ident("pseudonym"),
    flag("asleep"),
)


# Somebody outside the réseau, or an institution.
table(
    "contact",
    serial("id"),
    words("key", 300, unique=True),
    words("nom", 120),
    words("organisme", 120),
    words("fonction", 120),
    words("email", 254),
    words("telephone", 32),
    words("site", 300),
    words("departement", 3),
    code("state", index=True),
    ident("proposed_by"),
    ident("decided_by"),
    instant("changed_at"),
)

# Somebody was asked for help.
table(
    "help_request",
    words("key", 80, primary_key=True),
    ident("helper_id", primary_key=True),
    ident("asked_by"),
    instant("at"),
    flag("is_withdrawn"),
    Index("ix_help_request_helper_id_at", "helper_id", "at"),
)


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
