"""What territories are told with: a secret, and their summary in the order in which it is read."""

import secrets

import sqlalchemy as sa
from alembic import op

from storage.migrations.versions.v0002_cra_month import NAMES

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BEFORE = ("author_id", "month", "departement")
AFTER = ("departement", "month", "author_id")
COLUMNS = ", ".join((*BEFORE, *NAMES))


def upgrade() -> None:
    """Draw the secret; lay the summary out by département and month; let SQLite find days by their index."""
    table = op.create_table(
        "stats_secret",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stats_secret"),
    )
    op.bulk_insert(table, [{"id": 1, "secret": secrets.token_bytes(32)}])
    lay_out(AFTER, ("author_id", "month"))
    if op.get_context().dialect.name == "sqlite":
        op.create_index("ix_cra_date", "cra", ["date"])


def downgrade() -> None:
    """Put all back; the secret is lost, and a new one would round differently."""
    if op.get_context().dialect.name == "sqlite":
        op.drop_index("ix_cra_date", "cra")
    lay_out(BEFORE, ("departement", "month"))
    op.drop_table("stats_secret")


def lay_out(primary: tuple[str, ...], index: tuple[str, ...]) -> None:
    """Make the summary anew with another primary key, in whose order SQLite keeps the rows, and another index."""
    op.execute(sa.text("CREATE TABLE cra_month_before AS SELECT * FROM cra_month"))
    op.drop_table("cra_month")
    op.create_table(
        "cra_month",
        sa.Column("author_id", sa.String(26), nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("departement", sa.String(3), nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in NAMES),
        sa.PrimaryKeyConstraint(*primary, name="pk_cra_month"),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_cra_month_author_id"),
        sqlite_with_rowid=False,
    )
    op.execute(
        sa.text(
            f"INSERT INTO cra_month ({COLUMNS}) SELECT {COLUMNS} FROM cra_month_before "  # noqa: S608  (names of ours)
            f"ORDER BY {', '.join(primary)}"
        )
    )
    op.drop_table("cra_month_before")
    op.create_index(f"ix_cra_month_{index[0]}_cra_month_{index[1]}", "cra_month", list(index))
