"""What each conseiller did in each month for each département: the summary that statistics of territories read."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

THEMES = 19
NAMES = (
    *("accompagnements", "ateliers", "participants", "individuels", "ponctuelles", "recurrents"),
    *(f"minutes_{a}" for a in ("collectif", "individuel", "ponctuel")),
    *(f"canal_{c}" for c in ("rattachement", "autre", "distance", "domicile")),
    *(f"duree_{d}" for d in ("jusqu_a_30", "de_30_a_60", "de_60_a_120", "des_120")),
    *(f"age_{a}" for a in ("moins_12", "de_12_a_18", "de_18_a_35", "de_35_a_60", "plus_60")),
    *(f"statut_{s}" for s in ("etudiant", "sans_emploi", "en_emploi", "retraite", "heterogene")),
    *(f"suite_{s}" for s in ("individuel", "atelier", "redirection")),
    *(f"theme_{bit}" for bit in range(THEMES)),
)
AS_IS = ("age_", "statut_", "suite_")
"""Columns of a compte rendu that are counts already."""


def upgrade() -> None:
    """Create the summary, and fill it from the comptes rendus already there."""
    op.create_table(
        "cra_month",
        sa.Column("author_id", sa.String(26), nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("departement", sa.String(3), nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in NAMES),
        sa.PrimaryKeyConstraint("author_id", "month", "departement", name="pk_cra_month"),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_cra_month_author_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cra_month_departement_cra_month_month", "cra_month", ["departement", "month"])
    op.execute(sa.text(filled(op.get_context().dialect.name)))


def filled(kind: str) -> str:
    """The statement that counts everything once, as this step understood it."""
    month = "date(date, 'start of month')" if kind == "sqlite" else "CAST(date_trunc('month', date) AS DATE)"
    sums = ", ".join(f"SUM({each(name)})" for name in NAMES)
    where = "COALESCE(departement_structure, '')"
    return (
        f"INSERT INTO cra_month (author_id, month, departement, {', '.join(NAMES)}) "  # noqa: S608  (names of ours)
        f"SELECT author_id, {month}, {where}, {sums} FROM cra WHERE deleted_at IS NULL "
        f"GROUP BY author_id, {month}, {where}"
    )


def each(name: str) -> str:
    """What one compte rendu gives a measure."""
    head, _, value = name.partition("_")
    activites = {"ateliers": "collectif", "individuels": "individuel", "ponctuelles": "ponctuel"}
    durees = {
        "jusqu_a_30": "minutes <= 30",
        "de_30_a_60": "minutes > 30 AND minutes < 60",
        "de_60_a_120": "minutes >= 60 AND minutes < 120",
        "des_120": "minutes >= 120",
    }
    if name in ("accompagnements", "recurrents"):
        return "1" if name == "accompagnements" else "COALESCE(recurrents, 0)"
    if name.startswith(AS_IS):
        return name
    conditions = {
        "participants": "activite = 'collectif'",
        "minutes": f"activite = '{value}'",
        "canal": f"canal = '{value}'",
        "duree": durees.get(value, ""),
        "theme": f"themes & {1 << int(value) if head == 'theme' else 0} <> 0",
    }
    condition = conditions.get(head) or f"activite = '{activites[name]}'"
    return f"CASE WHEN {condition} THEN {head if head in ('participants', 'minutes') else 1} ELSE 0 END"


def downgrade() -> None:
    """Drop the summary; nothing is lost, it is derived."""
    op.drop_table("cra_month")
