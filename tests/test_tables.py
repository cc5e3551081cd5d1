"""The tables of config/: what is found in one that is kept as one text."""

import pytest

from config.tables import PackedTable

PACKED = PackedTable("a\tx\nab\ty y\nabcd1\t1 -2\nabcd2\tw\nabce\tv\n")


@pytest.mark.parametrize(
    ("key", "beside"), [("a", "x"), ("ab", "y y"), ("abcd1", "1 -2"), ("abcd2", "w"), ("abce", "v")]
)
def test_what_stands_beside_a_key_is_found(key: str, beside: str) -> None:
    assert PACKED.find(key) == beside


@pytest.mark.parametrize("key", ["", "b", "abc", "abcd", "abcd12", "x", "w", "abcd1\t1"])
def test_nothing_stands_beside_what_is_no_key(key: str) -> None:
    assert PACKED.find(key) == ""
