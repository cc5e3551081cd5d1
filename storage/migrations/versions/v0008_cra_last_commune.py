"""The last commune used goes from the register to a table of the comptes rendus: the register is everybody’s."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move what is known; nobody’s is lost."""
    op.create_table(
        "cra_last_commune",
        sa.Column("author_id", sa.String(26), nullable=False),
        sa.Column("commune", sa.String(5), nullable=False),
        sa.Column("code_postal", sa.String(5), nullable=False),
        sa.PrimaryKeyConstraint("author_id", name="pk_cra_last_commune"),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_cra_last_commune_author_id"),
    )
    op.execute(
        "INSERT INTO cra_last_commune (author_id, commune, code_postal) "
        "SELECT id, commune, coalesce(code_postal, '') FROM person WHERE commune IS NOT NULL"
    )
    op.drop_column("person", "commune")
    op.drop_column("person", "code_postal")


def downgrade() -> None:
    """Move it back."""
    op.add_column("person", sa.Column("commune", sa.String(5)))
    op.add_column("person", sa.Column("code_postal", sa.String(5)))
    for name, value in (("commune", "commune"), ("code_postal", "nullif(code_postal, '')")):
        op.execute(
            f"UPDATE person SET {name} = "  # noqa: S608  (our own words)
            f"(SELECT {value} FROM cra_last_commune WHERE author_id = person.id)"
        )
    op.drop_table("cra_last_commune")
