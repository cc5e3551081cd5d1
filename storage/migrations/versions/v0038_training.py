"""Who is training, and the reports of their practice sheets."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

COUNTS = (
    *(f"age_{age}" for age in ("moins_12", "de_12_a_18", "de_18_a_35", "de_35_a_60", "plus_60")),
    *(f"statut_{statut}" for statut in ("etudiant", "sans_emploi", "en_emploi", "retraite", "heterogene")),
    *(f"suite_{suite}" for suite in ("individuel", "atelier", "redirection")),
)


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "training",
        sa.Column("person_id", sa.String(26), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_training"),
    )
    op.create_table(
        "practice_cra",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.String(26), nullable=False),
        sa.Column("structure", sa.String(200), nullable=True),
        sa.Column("departement_structure", sa.String(3), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("canal", sa.String(16), nullable=False),
        sa.Column("commune", sa.String(5), nullable=False),
        sa.Column("code_postal", sa.String(5), nullable=False),
        sa.Column("departement", sa.String(3), nullable=False),
        sa.Column("activite", sa.String(16), nullable=False),
        sa.Column("participants", sa.SmallInteger(), nullable=False),
        sa.Column("recurrents", sa.SmallInteger(), nullable=True),
        *(sa.Column(name, sa.SmallInteger(), nullable=False) for name in COUNTS),
        sa.Column("themes", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_practice_cra"),
        sa.UniqueConstraint("key", name="uq_practice_cra_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_practice_cra_author_id", "practice_cra", ["author_id"])


def downgrade() -> None:
    """Drop both: nobody is training any more."""
    op.drop_table("practice_cra")
    op.drop_table("training")
