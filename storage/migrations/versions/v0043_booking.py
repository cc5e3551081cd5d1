"""Weekly ranges and absences, booking pages, and what people who book there leave."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "rdv_range",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("weekday", sa.SmallInteger, nullable=False),
        sa.Column("start", sa.SmallInteger, nullable=False),
        sa.Column("end", sa.SmallInteger, nullable=False),
        sa.Column("length", sa.SmallInteger, nullable=False),
        sa.Column("pause", sa.SmallInteger, nullable=False),
        sa.Column("seats", sa.SmallInteger, nullable=False),
        sa.Column("place", sa.String(150), nullable=False),
        sa.Column("theme", sa.String(32), nullable=False),
        sa.Column("notice", sa.Integer, nullable=False),
        sa.Column("ahead", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rdv_range"),
    )
    op.create_index("ix_rdv_range_user_id", "rdv_range", ["user_id"])
    op.create_table(
        "rdv_absence",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
        sa.Column("start", sa.SmallInteger, nullable=False),
        sa.Column("end", sa.SmallInteger, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rdv_absence"),
    )
    op.create_index("ix_rdv_absence_user_id", "rdv_absence", ["user_id"])
    op.create_table(
        "rdv_page",
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("is_on", sa.Boolean, nullable=False),
        sa.Column("automatic", sa.Boolean, nullable=False),
        sa.Column("closes", sa.Integer, nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_rdv_page"),
        sa.UniqueConstraint("key_hash", name="uq_rdv_page_key_hash"),
    )
    op.create_table(
        "rdv_booking",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("rdv", sa.Integer, nullable=False),
        sa.Column("page_hash", sa.String(64), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("once", sa.String(64)),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("sealed_code", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rdv_booking"),
        sa.UniqueConstraint("code_hash", name="uq_rdv_booking_code_hash"),
        sa.UniqueConstraint("once", name="uq_rdv_booking_once"),
    )
    op.create_index("ix_rdv_booking_user_id", "rdv_booking", ["user_id"])
    op.create_index("ix_rdv_booking_rdv", "rdv_booking", ["rdv"])


def downgrade() -> None:
    """Drop them: whoever booked has no page any more, the rendez-vous stay."""
    for table in ("rdv_booking", "rdv_page", "rdv_absence", "rdv_range"):
        op.drop_table(table)
