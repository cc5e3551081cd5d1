"""The sandbox's tables: indexes always say what a search through all rows would."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from sandbox.tables import Index, Record, Table


@dataclass(eq=False)
class Row(Record):
    """A row with a field that changes."""

    id: str
    room: str
    open: bool = True


KEYS = st.sampled_from("abcd")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), KEYS, st.sampled_from("xyz")),
        st.tuples(st.just("move"), KEYS, st.sampled_from("xyz")),
        st.tuples(st.just("close"), KEYS, st.just("")),
        st.tuples(st.just("remove"), KEYS, st.just("")),
    ),
    max_size=30,
)


def take(table: Table[Row], step: tuple[str, str, str]) -> None:
    """Do one step, if it is possible."""
    kind, key, room = step
    row = table.get(key)
    if kind == "add" and row is None:
        table.add(Row(key, room))
    elif row is not None and kind == "move":
        row.room = room
    elif row is not None and kind == "close":
        row.open = not row.open
    elif row is not None and kind == "remove":
        table.remove(row)


@given(STEPS)
def test_indexes_follow_every_change(steps: list[tuple[str, str, str]]) -> None:
    table = Table(Row)
    rooms, open_rooms = Index(table, "room"), Index(table, "room", "open", only=lambda row: row.open)
    for step in steps:
        take(table, step)
    for room in "xyz":
        here = {row.id for row in table if row.room == room}
        assert {row.id for row in rooms.rows(room)} == here
        assert rooms.count(room) == len(here)
        assert {row.id for row in open_rooms.rows(room, True)} == {
            row.id for row in table if row.room == room and row.open
        }
        assert open_rooms.rows(room, False) == []


@given(STEPS)
def test_what_changed_is_known_and_can_be_saved_and_read_back(steps: list[tuple[str, str, str]]) -> None:
    table = Table(Row)
    for step in steps:
        take(table, step)
    assert set(table.rows) <= set(table.changed)
    for row in table:
        assert Row.from_dict(row.as_dict() | {"gone": 1}).as_dict() == row.as_dict()


def test_a_row_that_left_its_table_changes_it_no_more() -> None:
    table = Table(Row)
    row = table.add(Row("a", "x"))
    table.remove(row)
    table.changed.clear()
    row.room = "y"
    assert not table.changed
