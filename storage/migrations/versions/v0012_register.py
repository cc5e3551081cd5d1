"""The register grows: names, employers, places, dates, what people can do; and who is announced but not there yet."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXTS = {"prenom": 80, "nom": 80, "email": 254, "telephone": 32, "siret": 14, "code_commune": 5}
LISTS = {"skills": "[]", "skill_words": "[]", "languages": "[]", "shown_to": "{}"}


def upgrade() -> None:
    """Add the columns, of which nothing is known yet, and both tables."""
    for name, length in TEXTS.items():
        op.add_column("person", sa.Column(name, sa.String(length)))
    for name in ("arrived_on", "left_on"):
        op.add_column("person", sa.Column(name, sa.Date))
    for name, empty in LISTS.items():
        op.add_column("person", sa.Column(name, sa.JSON, nullable=False, server_default=empty))
    op.add_column("person", sa.Column("is_hidden", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "structure",
        sa.Column("siret", sa.String(14), primary_key=True),
        sa.Column("nom", sa.String(200), nullable=False),
        sa.Column("code_commune", sa.String(5)),
    )
    op.create_table(
        "awaited",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("username", sa.String(64), unique=True),
        sa.Column("email", sa.String(254), index=True),
        sa.Column("role", sa.String(16)),
        sa.Column("prenom", sa.String(80)),
        sa.Column("nom", sa.String(80)),
        sa.Column("structure", sa.String(200)),
        sa.Column("siret", sa.String(14)),
        sa.Column("code_commune", sa.String(5)),
        sa.Column("departements", sa.JSON, nullable=False),
        sa.Column("arrived_on", sa.Date),
        sa.Column("left_on", sa.Date),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop all that; who had a role that is not known before has none."""
    op.execute(sa.text("UPDATE person SET role = NULL WHERE role IN ('hotline', 'administrateur')"))
    op.drop_table("awaited")
    op.drop_table("structure")
    for column in (*TEXTS, "arrived_on", "left_on", *LISTS, "is_hidden"):
        op.drop_column("person", column)
