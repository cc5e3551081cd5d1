"""The hotline: who is on duty, who is away, and which turns somebody proposes to exchange."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def _days() -> list[sa.Column[object]]:
    """What turns and absences have in common."""
    return [
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("starts", sa.Date, nullable=False),
        sa.Column("ends", sa.Date, nullable=False),
        sa.Column("by", sa.String(26), nullable=False),
        sa.Column("at", TIME, nullable=False),
    ]


def upgrade() -> None:
    """Nobody is on duty yet."""
    queue = sa.Column("queue", sa.String(16), nullable=False)
    op.create_table("duty_turn", *_days(), queue, sa.Column("handed_at", TIME))
    op.create_index("ix_duty_turn_ends", "duty_turn", ["ends"])
    op.create_table("duty_absence", *_days())
    op.create_index("ix_duty_absence_ends", "duty_absence", ["ends"])
    op.create_table(
        "duty_swap",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("given", sa.Integer, nullable=False),
        sa.Column("taken", sa.Integer),
        sa.Column("by", sa.String(26), nullable=False),
        sa.Column("with_id", sa.String(26), nullable=False),
        sa.Column("answer", sa.String(16)),
        sa.Column("at", TIME, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("duty_swap", "duty_absence", "duty_turn"):
        op.drop_table(table)
