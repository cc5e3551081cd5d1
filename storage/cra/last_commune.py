"""The commune that each author used last, which the next compte rendu begins with."""

from sqlalchemy import ClauseElement, Table, bindparam, or_
from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.communes import by_code, label
from storage.cra.values import Report
from storage.database import INSERT
from storage.direct import DirectStatement


class LastCommune(SQLModel, table=True):
    """A commune (INSEE code) with the postcode that was said; "" for one that has none."""

    __tablename__ = "cra_last_commune"

    author_id: str = Field(primary_key=True, foreign_key="person.id", max_length=26)
    commune: str = Field(max_length=5)
    code_postal: str = Field(max_length=5)


_TABLE: Table = LastCommune.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it


def _note(kind: str) -> ClauseElement:
    """One statement, which writes nothing where nothing changed."""
    insert = INSERT[kind](_TABLE).values({c.name: bindparam(c.name) for c in _TABLE.c})
    new = {name: insert.excluded[name] for name in ("commune", "code_postal")}
    changed = or_(*(_TABLE.c[name] != value for name, value in new.items()))
    statement: ClauseElement = insert.on_conflict_do_update(index_elements=["author_id"], set_=new, where=changed)
    return statement


_NOTE = DirectStatement({kind: _note(kind) for kind in INSERT})


async def note(db: AsyncSession, author_id: str, report: Report) -> None:
    """Somebody of the register used the report’s commune."""
    row = {"author_id": author_id, "commune": report.commune, "code_postal": report.code_postal}
    await _NOTE.run(db, row)


async def last_commune(db: AsyncSession, author_id: str) -> str:
    """« 69120 Vaulx-en-Velin »: what people write in the field; empty when nothing is known."""
    found = (await db.exec(select(LastCommune).where(LastCommune.author_id == author_id))).first()
    commune = by_code(found.commune) if found else None
    return label(commune, found.code_postal) if found and commune else ""
