"""Rows in memory, their indexes, and the list of rows changed since the last save."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any, ClassVar, Generic, Self, TypeVar


class Record:
    """A row; setting one of its fields marks it as changed in its table. Replace lists and dicts in it, do not change
    them."""

    KEY: ClassVar[tuple[str, ...]] = ("id",)
    _table: ClassVar["Table[Any] | None"] = None

    @property
    def key(self) -> str:
        """The key of the row in its table."""
        return "".join([str(getattr(self, name)) for name in self.KEY])

    def __setattr__(self, name: str, value: object) -> None:
        if self._table is None:
            object.__setattr__(self, name, value)
        else:
            self._table.change(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as they are saved."""
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Make a row of saved fields; those that this version does not know are left out."""
        known = {f.name for f in fields(cls)}  # type: ignore[arg-type]
        return cls(**{name: value for name, value in values.items() if name in known})


R = TypeVar("R", bound=Record)


class Table(Generic[R]):
    """All rows of one kind, by key."""

    def __init__(self, kind: type[R]) -> None:
        self.kind = kind
        self.rows: dict[str, R] = {}
        self.indexes: list[Index[R]] = []
        self.changed: dict[str, None] = {}
        """Keys added, changed or removed since the last save, in that order."""

    def __iter__(self) -> Iterator[R]:
        return iter(self.rows.values())

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, key: str) -> R | None:
        """Return the row of a key, if there is one."""
        return self.rows.get(key)

    def add(self, row: R) -> R:
        """Put a row in and return it."""
        self.rows[row.key] = row
        object.__setattr__(row, "_table", self)
        for index in self.indexes:
            index.put(row)
        self.changed[row.key] = None
        return row

    def remove(self, row: R) -> None:
        """Take a row out."""
        if self.rows.pop(row.key, None) is None:
            return
        for index in self.indexes:
            index.discard(row)
        object.__setattr__(row, "_table", None)
        self.changed[row.key] = None

    def change(self, row: R, name: str, value: object) -> None:
        """Set a field of a row of this table."""
        moved = [index for index in self.indexes if name in index.names]
        for index in moved:
            index.discard(row)
        object.__setattr__(row, name, value)
        for index in moved:
            index.put(row)
        self.changed[row.key] = None


class Index(Generic[R]):
    """The rows of a table grouped by some of their fields, in order of insertion."""

    def __init__(self, table: Table[R], *names: str, only: Callable[[R], bool] | None = None) -> None:
        self.names = names
        self._only = only
        self._groups: dict[tuple[Any, ...], dict[str, R]] = {}
        table.indexes.append(self)

    def put(self, row: R) -> None:
        """Add a row to its group."""
        if self._only is None or self._only(row):
            self._groups.setdefault(self._group_of(row), {})[row.key] = row

    def discard(self, row: R) -> None:
        """Take a row out of its group."""
        group = self._groups.get(self._group_of(row), {})
        group.pop(row.key, None)
        if not group:
            self._groups.pop(self._group_of(row), None)

    def rows(self, *values: object) -> list[R]:
        """Return the rows of one group."""
        return list(self._groups.get(values, {}).values())

    def count(self, *values: object) -> int:
        """Return how many rows a group has."""
        return len(self._groups.get(values, ()))

    def newest_first(self, *values: object) -> Iterator[R]:
        """Walk through a group from its last row to its first, without copying it."""
        return reversed(self._groups.get(values, {}).values())

    def first(self, *values: object) -> R | None:
        """Return the first row of a group, if any."""
        return next(iter(self._groups.get(values, {}).values()), None)

    def _group_of(self, row: R) -> tuple[Any, ...]:
        return tuple([getattr(row, name) for name in self.names])
