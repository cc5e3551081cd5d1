"""What RDV Service Public sends: its addresses and secrets, the state of each rendez-vous, and its agents."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the three tables, and find rdv by their number elsewhere."""
    op.create_table(
        "rdv_webhook",
        sa.Column("organisation", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary, nullable=False),
        sa.Column("sealed_before", sa.LargeBinary, nullable=False),
        sa.Column("before_until", _INSTANT),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("last_at", _INSTANT),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("refused_at", _INSTANT),
        sa.Column("refusal", sa.String(16)),
        sa.PrimaryKeyConstraint("organisation", name="pk_rdv_webhook"),
        sa.UniqueConstraint("key_hash", name="uq_rdv_webhook_key_hash"),
    )
    op.create_table(
        "rdv_remote",
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("sent_at", _INSTANT, nullable=False),
        sa.Column("rank", sa.SmallInteger, nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.Column("place_kind", sa.String(16), nullable=False),
        sa.Column("place", sa.String(150), nullable=False),
        sa.Column("commune", sa.String(5), nullable=False),
        sa.Column("code_postal", sa.String(5), nullable=False),
        sa.Column("motif", sa.String(80), nullable=False),
        sa.Column("collective", sa.Boolean, nullable=False),
        sa.Column("seats", sa.SmallInteger, nullable=False),
        sa.Column("seats_taken", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("visio_url", sa.String(1000), nullable=False),
        sa.Column("page_url", sa.String(1000), nullable=False),
        sa.Column("is_purged", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_rdv_remote"),
    )
    op.create_index("ix_rdv_remote_ends_at", "rdv_remote", ["ends_at"])
    op.create_table(
        "rdv_agent",
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("user_id", sa.String(26)),
        sa.PrimaryKeyConstraint("key", "email", name="pk_rdv_agent"),
    )
    op.create_index("ix_rdv_agent_email", "rdv_agent", ["email"])
    op.create_index("ix_rdv_external_id", "rdv", ["external_id"])


def downgrade() -> None:
    """Drop them: imported rdv stay as they are, and change no more."""
    op.drop_index("ix_rdv_external_id", "rdv")
    for table in ("rdv_agent", "rdv_remote", "rdv_webhook"):
        op.drop_table(table)
