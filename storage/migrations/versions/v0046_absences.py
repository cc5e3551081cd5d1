"""One table of absences: those of the hotline, with their numbers, and those of rendez-vous are moved into it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_DAY_MINUTES = 1440
_WHOLE = (sa.literal(0), sa.literal(_DAY_MINUTES), sa.literal(""))


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _copy(
    source: str, target: str, taken: Sequence[sa.ColumnElement[Any]], given: Sequence[str], where: Any = None
) -> None:
    """Copy rows from a table into another, which has these columns of them."""
    rows = sa.select(*taken).select_from(sa.table(source)).order_by(sa.column("id"))
    into = sa.table(target, *map(sa.column, given))
    op.execute(into.insert().from_select(given, rows if where is None else rows.where(where)))


def _count_on(name: str) -> None:
    """Have new rows numbered after those that were given theirs."""
    if not _is_sqlite():
        last = sa.select(sa.func.max(sa.column("id"))).select_from(sa.table(name)).scalar_subquery()
        op.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(name, "id"), last)))


def upgrade() -> None:
    """Create the table, fill it, and drop the two."""
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("starts", sa.Date, nullable=False),
        sa.Column("ends", sa.Date, nullable=False),
        sa.Column("by", sa.String(26), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("start", sa.SmallInteger, nullable=False),
        sa.Column("end", sa.SmallInteger, nullable=False),
        sa.Column("word", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
    )
    op.create_index("ix_absence_user_id", "absence", ["user_id"])
    op.create_index("ix_absence_ends", "absence", ["ends"])
    same = ("id", "user_id", "starts", "ends", "by", "at")
    _copy("duty_absence", "absence", [*map(sa.column, same), *_WHOLE], (*same, "start", "end", "word"))
    _count_on("absence")
    day = sa.func.date(sa.column("last"), "+1 day") if _is_sqlite() else sa.column("last") + sa.text("1")
    taken = [sa.column("user_id"), sa.column("first"), day, sa.column("user_id"), sa.column("created_at")]
    given = ("user_id", "starts", "ends", "by", "at", "start", "end", "word")
    _copy("rdv_absence", "absence", [*taken, sa.column("start"), sa.column("end"), sa.literal("")], given)
    op.drop_table("duty_absence")
    op.drop_table("rdv_absence")


def downgrade() -> None:
    """Have the two tables again; an absence of whole days stands in both, its word is lost."""
    op.create_table(
        "duty_absence",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("starts", sa.Date, nullable=False),
        sa.Column("ends", sa.Date, nullable=False),
        sa.Column("by", sa.String(26), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_duty_absence"),
    )
    op.create_index("ix_duty_absence_ends", "duty_absence", ["ends"])
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
    same, whole = ("id", "user_id", "starts", "ends", "by", "at"), sa.column("end") - sa.column("start") == _DAY_MINUTES
    _copy("absence", "duty_absence", [*map(sa.column, same)], same, where=whole)
    _count_on("duty_absence")
    last = sa.func.date(sa.column("ends"), "-1 day") if _is_sqlite() else sa.column("ends") - sa.text("1")
    taken = [sa.column("user_id"), sa.column("starts"), last, sa.column("start"), sa.column("end"), sa.column("at")]
    given = ("user_id", "first", "last", "start", "end", "created_at")
    _copy("absence", "rdv_absence", taken, given, where=sa.column("starts") < sa.column("ends"))
    op.drop_table("absence")
