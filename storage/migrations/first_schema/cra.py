"""Comptes rendus d’activité, their sums by month, and what statistics of territories need."""

from sqlalchemy import Index, PrimaryKeyConstraint

from storage.migrations.first_schema.columns import (
    code,
    day,
    ident,
    instant,
    number,
    sealed,
    serial,
    small,
    table,
    words,
)

COUNTS = (
    *(f"age_{age}" for age in ("moins_12", "de_12_a_18", "de_18_a_35", "de_35_a_60", "plus_60")),
    *(f"statut_{statut}" for statut in ("etudiant", "sans_emploi", "en_emploi", "retraite", "heterogene")),
    *(f"suite_{suite}" for suite in ("individuel", "atelier", "redirection")),
)
"""How many participants of each age and statut, and what they were led to."""
SUMS = (
    *("accompagnements", "ateliers", "participants", "individuels", "ponctuelles", "recurrents"),
    *(f"minutes_{activite}" for activite in ("collectif", "individuel", "ponctuel")),
    *(f"canal_{canal}" for canal in ("rattachement", "autre", "distance", "domicile")),
    *(f"duree_{duree}" for duree in ("jusqu_a_30", "de_30_a_60", "de_60_a_120", "des_120")),
    *COUNTS,
    *(f"theme_{bit}" for bit in range(19)),
)

# One compte rendu; its number is seen by people, and never given twice, even on SQLite.
table(
    "cra",
    serial("id"),
    ident("author_id", references="person.id"),
    words("structure", 200, nullable=True),
    words("departement_structure", 3, nullable=True),
    day("date"),
    code("canal"),
    words("commune", 5),
    words("code_postal", 5),
    words("departement", 3),
    code("activite"),
    small("participants"),
    small("recurrents", nullable=True),
    *(small(name) for name in COUNTS),
    number("themes"),
    small("minutes"),
    code("source"),
    words("key", 80, unique=True),
    number("version"),
    instant("created_at"),
    instant("modified_at"),
    instant("deleted_at", nullable=True),
    Index("ix_cra_author_id_cra_date", "author_id", "date"),
    Index("ix_cra_date", "date").ddl_if(dialect="sqlite"),
    Index("ix_cra_date_brin", "date", postgresql_using="brin").ddl_if(dialect="postgresql"),
    Index("ix_cra_departement_cra_date", "departement", "date"),
    Index("ix_cra_departement_structure_cra_date", "departement_structure", "date"),
    sqlite_autoincrement=True,
)

# The commune that somebody’s next compte rendu begins with.
table(
    "cra_last_commune",
    ident("author_id", primary_key=True, references="person.id"),
    words("commune", 5),
    words("code_postal", 5),
)

# The sums of each author’s month in a département, derived from the comptes rendus. SQLite keeps the rows in the order
# of their key, which is the one in which they are read.
table(
    "cra_month",
    ident("author_id", references="person.id"),
    day("month"),
    words("departement", 3),
    *(number(name) for name in SUMS),
    PrimaryKeyConstraint("departement", "month", "author_id"),
    Index("ix_cra_month_author_id_cra_month_month", "author_id", "month"),
    sqlite_with_rowid=False,
)

# One row: what figures are rounded with, so that the same figure is always rounded alike.
table(
    "stats_secret",
    number("id", primary_key=True),
    sealed("secret"),
)

# Somebody asked for the monthly report.
table(
    "stats_subscription",
    ident("person_id", primary_key=True, references="person.id"),
    instant("since"),
    day("sent"),
)
