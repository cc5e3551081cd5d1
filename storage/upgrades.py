"""What the steps that a database lacks will make of its tables, told before any of them is taken.

A step that only adds lets the version before it go on serving beside the new one; whatever it takes away, narrows or
demands, that version does not know of.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Inspector, String, create_engine, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn

from storage import schema


@dataclass(frozen=True, slots=True)
class TableShape:
    """One table: its columns by name, and its indexes by name (true: no two rows alike)."""

    columns: Mapping[str, ReflectedColumn]
    indexes: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Outlook:
    """The steps that are missing, and what they do; sentences are in French.

    ``indexed`` are tables with rows in them that are read through once, during which nobody writes into them.
    ``breaking`` is empty where the version before can serve meanwhile and afterwards.
    """

    steps: Sequence[str]
    added: Sequence[str]
    indexed: Sequence[str]
    breaking: Sequence[str]


async def look_ahead(database_url: str) -> Outlook:
    """Return what « coop-bot migrate » would do; nothing is written.

    Raises SchemaError for a database at a step that this version does not know.
    """
    found = await schema.current(database_url)
    schema.check_known(database_url, found)
    if found is None:
        return Outlook(schema.steps(), ["toutes les tables : la base est vide"], (), ())
    missing = [step for step in schema.steps() if step > found]
    return compare(missing, _shapes(found), _shapes(schema.head()))


def compare(steps: Sequence[str], before: Mapping[str, TableShape], after: Mapping[str, TableShape]) -> Outlook:
    """Return what leads from the tables before to those after."""
    tables = [f"la table {name}" for name in after if name not in before]
    columns, indexed, breaking = list[str](), list[str](), [f"la table {n} disparaît" for n in before if n not in after]
    for name in sorted(before.keys() & after.keys()):
        columns += [f"la colonne {name}.{c}" for c in after[name].columns if c not in before[name].columns]
        indexed += [name] if after[name].indexes.keys() - before[name].indexes.keys() else []
        breaking += [f"{name}{fault}" for fault in _faults(before[name], after[name])]
    return Outlook(steps, [*tables, *columns], indexed, breaking)


def _faults(before: TableShape, after: TableShape) -> Iterator[str]:
    """What who knows only the table before would stumble over."""
    for name, column in after.columns.items():
        known = before.columns.get(name)
        if known is None:
            if not column["nullable"] and column["default"] is None:
                yield f".{name} n’a pas de valeur d’office"
        elif known["nullable"] and not column["nullable"]:
            yield f".{name} ne peut plus être vide"
        elif not _is_as_wide(known, column):
            yield f".{name} change de type"
    yield from (f".{name} disparaît" for name in before.columns if name not in after.columns)
    unique = [name for name, is_unique in after.indexes.items() if is_unique and name not in before.indexes]
    yield from (f" : deux lignes semblables sont refusées ({name})" for name in unique)


def _is_as_wide(before: ReflectedColumn, after: ReflectedColumn) -> bool:
    """Whether whatever was written into the column before can be written into it after."""
    old, new = before["type"], after["type"]
    if isinstance(old, String) and isinstance(new, String):
        return new.length is None or (old.length is not None and new.length >= old.length)
    return str(old) == str(new)


def _shapes(step: str) -> Mapping[str, TableShape]:
    """The tables of a step, made in memory."""
    with create_engine("sqlite://").begin() as connection:
        schema.take_steps(connection, step)
        there = inspect(connection)
        return {name: _shape(there, name) for name in there.get_table_names() if name != schema.VERSION_TABLE}


def _shape(there: Inspector, table: str) -> TableShape:
    indexes = {str(index["name"]): bool(index["unique"]) for index in there.get_indexes(table)}
    indexes |= {str(constraint["name"]): True for constraint in there.get_unique_constraints(table)}
    return TableShape({column["name"]: column for column in there.get_columns(table)}, indexes)
