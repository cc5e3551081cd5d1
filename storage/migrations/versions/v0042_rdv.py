"""Rendez-vous of conseillers, and the rules by which those that come back were written out."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "rdv_series",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("weekday", sa.SmallInteger, nullable=False),
        sa.Column("nth", sa.SmallInteger, nullable=False),
        sa.Column("every", sa.SmallInteger, nullable=False),
        sa.Column("minute", sa.SmallInteger, nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rdv_series"),
    )
    op.create_index("ix_rdv_series_user_id", "rdv_series", ["user_id"])
    op.create_table(
        "rdv",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.Column("place_kind", sa.String(16), nullable=False),
        sa.Column("place", sa.String(150), nullable=False),
        sa.Column("commune", sa.String(5), nullable=False),
        sa.Column("code_postal", sa.String(5), nullable=False),
        sa.Column("canal", sa.String(16), nullable=False),
        sa.Column("themes", sa.Integer, nullable=False),
        sa.Column("collective", sa.Boolean, nullable=False),
        sa.Column("seats", sa.SmallInteger, nullable=False),
        sa.Column("seats_taken", sa.SmallInteger, nullable=False),
        sa.Column("memo", sa.String(80), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("series", sa.Integer),
        sa.Column("occurrence", sa.Date),
        sa.Column("report", sa.Integer),
        sa.Column("declined_for", _INSTANT),
        sa.Column("visio_url", sa.String(1000), nullable=False),
        sa.Column("uid", sa.String(64), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("external_id", sa.String(64)),
        sa.Column("external_at", _INSTANT),
        sa.Column("external_url", sa.String(1000), nullable=False),
        sa.Column("evening_told", sa.Boolean, nullable=False),
        sa.Column("hour_told", sa.Boolean, nullable=False),
        sa.Column("remind_at", _INSTANT),
        sa.Column("is_unreminded", sa.Boolean, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rdv"),
        sa.UniqueConstraint("series", "occurrence", name="uq_rdv_series_occurrence"),
        sa.UniqueConstraint("user_id", "source", "external_id", name="uq_rdv_user_id_source_external_id"),
        sa.UniqueConstraint("uid", name="uq_rdv_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rdv_user_id_starts_at", "rdv", ["user_id", "starts_at"])
    op.create_index("ix_rdv_starts_at", "rdv", ["starts_at"])
    op.create_index("ix_rdv_report", "rdv", ["report"])


def downgrade() -> None:
    """Drop both: the calendar is forgotten, reports that came of it stay."""
    op.drop_table("rdv")
    op.drop_table("rdv_series")
