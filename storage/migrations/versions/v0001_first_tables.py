"""The register, the comptes rendus, and what keeps messages, drafts and claims safe."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID, CODE, NAME = sa.String(26), sa.String(16), sa.String(80)
COUNTS = (
    *(f"age_{a}" for a in ("moins_12", "de_12_a_18", "de_18_a_35", "de_35_a_60", "plus_60")),
    *(f"statut_{s}" for s in ("etudiant", "sans_emploi", "en_emploi", "retraite", "heterogene")),
    *(f"suite_{s}" for s in ("individuel", "atelier", "redirection")),
)


def required(name: str, kind: Any) -> sa.Column[Any]:
    """A column that is never empty."""
    return sa.Column(name, kind, nullable=False)


def instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A moment in UTC."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Create everything."""
    people()
    comptes_rendus()
    messages()
    drafts_and_claims()


def people() -> None:
    """Create the register."""
    op.create_table(
        "person",
        required("id", ID),
        required("username", sa.String(64)),
        sa.Column("role", CODE),
        sa.Column("structure", sa.String(200)),
        required("departements", sa.JSON),
        sa.Column("commune", sa.String(5)),
        sa.Column("code_postal", sa.String(5)),
        required("timezone", sa.String(64)),
        instant("since"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_index("ix_person_username", "person", ["username"])


def comptes_rendus() -> None:
    """Create the table of CRAs; numbers are never used twice, even on SQLite."""
    op.create_table(
        "cra",
        required("id", sa.Integer),
        required("author_id", ID),
        sa.Column("structure", sa.String(200)),
        sa.Column("departement_structure", sa.String(3)),
        required("date", sa.Date),
        required("canal", CODE),
        required("commune", sa.String(5)),
        required("code_postal", sa.String(5)),
        required("departement", sa.String(3)),
        required("activite", CODE),
        required("participants", sa.SmallInteger),
        sa.Column("recurrents", sa.SmallInteger),
        *(required(name, sa.SmallInteger) for name in COUNTS),
        required("themes", sa.Integer),
        required("minutes", sa.SmallInteger),
        required("source", CODE),
        required("key", NAME),
        required("version", sa.Integer),
        instant("created_at"),
        instant("modified_at"),
        instant("deleted_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cra"),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_cra_author_id"),
        sa.UniqueConstraint("key", name="uq_cra_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cra_author_id_cra_date", "cra", ["author_id", "date"])
    op.create_index("ix_cra_departement_cra_date", "cra", ["departement", "date"])
    op.create_index("ix_cra_departement_structure_cra_date", "cra", ["departement_structure", "date"])
    if op.get_context().dialect.name == "postgresql":
        op.create_index("ix_cra_date_brin", "cra", ["date"], postgresql_using="brin")


def messages() -> None:
    """Create the outbox."""
    op.create_table(
        "outgoing",
        required("id", ID),
        required("where", CODE),
        required("target", ID),
        required("content", sa.JSON),
        sa.Column("topic", sa.String(64)),
        instant("created_at"),
        required("attempts", sa.Integer),
        instant("not_before", nullable=True),
        instant("delivered_at", nullable=True),
        sa.Column("post_id", ID),
        sa.Column("fault", sa.String(120)),
        sa.PrimaryKeyConstraint("id", name="pk_outgoing"),
    )
    op.create_index("ix_outgoing_due", "outgoing", ["not_before"])
    op.create_index("ix_outgoing_topic", "outgoing", ["topic"])
    rewrites = sa.text("\"where\" = 'post'")
    op.create_index("ix_outgoing_rewritten", "outgoing", ["target"], sqlite_where=rewrites, postgresql_where=rewrites)


def drafts_and_claims() -> None:
    """Create what keeps typed text, what makes a thing happen once, and how far events were read."""
    op.create_table(
        "draft",
        required("key", NAME),
        required("user_id", ID),
        required("form", NAME),
        required("raw", sa.JSON),
        required("hidden", sa.JSON),
        instant("saved_at"),
        sa.PrimaryKeyConstraint("key", name="pk_draft"),
    )
    op.create_index("ix_draft_user_id", "draft", ["user_id"])
    op.create_table(
        "claim",
        required("scope", NAME),
        required("period", NAME),
        instant("at"),
        sa.PrimaryKeyConstraint("scope", "period", name="pk_claim"),
    )
    op.create_table(
        "read_cursor",
        required("name", NAME),
        instant("at"),
        sa.PrimaryKeyConstraint("name", name="pk_read_cursor"),
    )


def downgrade() -> None:
    """Drop everything."""
    for table in ("read_cursor", "claim", "draft", "outgoing", "cra", "person"):
        op.drop_table(table)
