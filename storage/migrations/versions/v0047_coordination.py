"""Reports of coordinateurs, apart from comptes rendus."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of reports of coordination."""
    counts = [sa.Column(name, sa.SmallInteger, nullable=False) for name in ("mediateurs", "structures", "autres")]
    moments = [
        sa.Column(name, sa.DateTime(timezone=True), nullable=name == "deleted_at")
        for name in ("created_at", "modified_at", "deleted_at")
    ]
    op.create_table(
        "coordination_report",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("author_id", sa.String(26), nullable=False),
        sa.Column("departement", sa.String(3), nullable=True),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("sort", sa.String(24), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("minutes", sa.SmallInteger, nullable=True),
        *counts,
        sa.Column("initiative", sa.String(16), nullable=True),
        sa.Column("themes", sa.JSON, nullable=False),
        sa.Column("organisations", sa.JSON, nullable=False),
        sa.Column("echelon", sa.String(16), nullable=True),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *moments,
        sa.PrimaryKeyConstraint("id", name="pk_coordination_report"),
        sa.UniqueConstraint("key", name="uq_coordination_report_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_coordination_report_author_id_date", "coordination_report", ["author_id", "date"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("coordination_report")
