"""The ressourcerie: resources, and the number of their last writing."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables; nothing was written yet."""
    op.create_table(
        "resource",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(80), nullable=False, unique=True),
        sa.Column("source", sa.String(120), nullable=False, index=True),
        sa.Column("titre", sa.String(200), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("url", sa.String(1000), nullable=False),
        sa.Column("categorie", sa.String(32), nullable=False),
        sa.Column("themes", sa.Integer, nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("niveau", sa.String(32), nullable=False),
        sa.Column("public", sa.String(32), nullable=False),
        sa.Column("licence", sa.String(80), nullable=False),
        sa.Column("auteur", sa.String(64), nullable=False),
        sa.Column("auteur_id", sa.String(26), nullable=False),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False, index=True),
    )
    stamp = op.create_table(
        "resource_stamp",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_resource_stamp"),
    )
    op.bulk_insert(stamp, [{"id": 1, "number": 0}])


def downgrade() -> None:
    """Drop both."""
    op.drop_table("resource_stamp")
    op.drop_table("resource")
