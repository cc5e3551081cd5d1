"""The directory: contacts outside of the réseau, and who was asked for help."""

from sqlalchemy import Index

from storage.migrations.first_schema.columns import code, flag, ident, instant, serial, table, words

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
