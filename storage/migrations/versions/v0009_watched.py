"""Where features listen: the channels and the team as last told of, and who was in them; claims named by handler."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

RENAME = "UPDATE claim SET scope = :new WHERE scope = :old"
ANSWERED, BEFORE = "aide.written_to.DirectMessage", "direct"


def upgrade() -> None:
    """Make both tables, empty: what is found first is told to nobody. No message is answered a second time."""
    op.create_table(
        "watched_place",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_ready", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("display_name", sa.String(256), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "watched_member",
        sa.Column("place", sa.String(26), primary_key=True),
        sa.Column("user_id", sa.String(26), primary_key=True),
        sa.Column("is_in", sa.Boolean(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True)),
        sa.Column("changed_by", sa.String(16)),
    )
    op.create_index("ix_watched_member_user_id", "watched_member", ["user_id"])
    op.get_bind().execute(sa.text(RENAME), {"new": ANSWERED, "old": BEFORE})


def downgrade() -> None:
    """Drop the tables, and name the claims as before."""
    op.get_bind().execute(sa.text(RENAME), {"new": BEFORE, "old": ANSWERED})
    op.drop_table("watched_member")
    op.drop_table("watched_place")
