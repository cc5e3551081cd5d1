"""Orders of the kit d’animation in lots, their parcels, and the stock of sizes."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "kit_batch",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("opened_by", sa.String(26), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("reminded_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_kit_batch"),
        sqlite_autoincrement=True,
    )
    _create_orders()
    op.create_table(
        "kit_parcel",
        sa.Column("order_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tracking", sa.String(40), nullable=False),
        sa.Column("carrier", sa.String(40), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "number", name="pk_kit_parcel"),
    )
    op.create_index("ix_kit_parcel_state", "kit_parcel", ["state"])
    op.create_table(
        "kit_stock",
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("garment", sa.String(8), nullable=False),
        sa.Column("size", sa.String(16), nullable=False),
        sa.Column("pieces", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("batch", "garment", "size", name="pk_kit_stock"),
    )


def _create_orders() -> None:
    op.create_table(
        "kit_order",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("user_id", sa.String(26)),
        sa.Column("departement", sa.String(3), nullable=False),
        sa.Column("top", sa.String(16), nullable=False),
        sa.Column("bottom", sa.String(16), nullable=False),
        sa.Column("recipient", sa.String(38), nullable=False),
        sa.Column("structure", sa.String(200), nullable=False),
        sa.Column("siret", sa.String(14), nullable=False),
        sa.Column("street", sa.String(117), nullable=False),
        sa.Column("postcode", sa.String(5), nullable=False),
        sa.Column("commune", sa.String(80), nullable=False),
        sa.Column("telephone", sa.String(32), nullable=False),
        sa.Column("hours", sa.String(100), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kit_order"),
        sa.UniqueConstraint("batch", "user_id", name="uq_kit_order_batch_user_id"),
        sqlite_autoincrement=True,
    )
    for name in ("batch", "user_id", "moved_at"):
        op.create_index(f"ix_kit_order_{name}", "kit_order", [name])


def downgrade() -> None:
    """Drop them."""
    for name in ("kit_stock", "kit_parcel", "kit_order", "kit_batch"):
        op.drop_table(name)
