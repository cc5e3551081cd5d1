"""Signed links: only what the bot sealed comes back, unchanged, for its purpose, in time."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.links import CLOCK_BEHIND_MAX, LIFE, ExpiredLink, Links, Purpose

LINKS = Links(["une clé assez longue"])
JSON = st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=20) | st.none(), max_size=4)


@given(JSON)
def test_what_was_sealed_is_opened(data: dict[str, object]) -> None:
    assert LINKS.open("dialog", LINKS.seal("dialog", data)) == data


@given(JSON, st.data())
@time_machine.travel(datetime(2026, 11, 24, 9, tzinfo=UTC), tick=False)
def test_any_changed_byte_is_refused(data: dict[str, object], draw: st.DataObject) -> None:
    sealed = LINKS.seal("button", data)
    # Not the last character: a signature’s has two unused bits, and the same bytes are no change.
    at = draw.draw(st.integers(0, len(sealed) - 2))
    byte = draw.draw(st.sampled_from([c for c in "aZ0-_." if c != sealed[at]]))
    with pytest.raises(UserError):
        LINKS.open("button", sealed[:at] + byte + sealed[at + 1 :])


@pytest.mark.parametrize("forged", ["", "abc.def.ghi", None, 7, {"a": 1}])
def test_anything_else_is_refused(forged: object) -> None:
    with pytest.raises(UserError):
        LINKS.open("dialog", forged)


def test_a_button_is_no_dialog_and_another_s_key_no_key() -> None:
    sealed = LINKS.seal("button", {})
    with pytest.raises(UserError):
        LINKS.open("dialog", sealed)
    with pytest.raises(UserError):
        Links(["une autre clé"]).open("button", sealed)
    with pytest.raises(ValueError, match="key"):
        Links([])


def test_keys_are_changed_without_breaking_old_buttons() -> None:
    both = Links(["ancienne", "nouvelle"])
    assert both.open("button", Links(["ancienne"]).seal("button", {"a": 1})) == {"a": 1}
    assert Links(["nouvelle"]).open("button", both.seal("button", {"a": 1})) == {"a": 1}


def test_an_old_dialog_is_refused_but_known() -> None:
    opened = datetime(2026, 11, 24, 9, tzinfo=UTC)
    with time_machine.travel(opened, tick=False):
        sealed = LINKS.seal("dialog", {"k": "1"})
    with (
        time_machine.travel(opened + LIFE["dialog"] + timedelta(minutes=1), tick=False),
        pytest.raises(ExpiredLink) as old,
    ):
        LINKS.open("dialog", sealed)
    assert old.value.data == {"k": "1"}


@given(st.sampled_from(["dialog", "button"]), st.timedeltas(timedelta(days=-2), timedelta(days=400)))
def test_a_link_lives_from_when_it_was_made_whatever_the_clock_of_who_opens_it(
    purpose: Purpose, later: timedelta
) -> None:
    """Two clocks differ by seconds, and one that was set right by minutes: neither makes a fresh link old."""
    made = datetime(2026, 11, 24, 9, tzinfo=UTC)
    with time_machine.travel(made, tick=False):
        sealed = LINKS.seal(purpose, {"k": "1"})
    with time_machine.travel(made + later, tick=False):
        if -CLOCK_BEHIND_MAX <= later <= LIFE[purpose]:
            assert LINKS.open(purpose, sealed) == {"k": "1"}
        else:
            with pytest.raises(ExpiredLink) as old:
                LINKS.open(purpose, sealed)
            assert old.value.data == {"k": "1"}


@pytest.mark.parametrize("seconds", [-299, -5, -1, 0, 1, 5, 86_399])
def test_a_clock_a_little_behind_or_ahead_opens_what_is_fresh(seconds: int) -> None:
    made = datetime(2026, 11, 24, 9, tzinfo=UTC)
    with time_machine.travel(made, tick=False):
        sealed = LINKS.seal("dialog", {})
    with time_machine.travel(made + timedelta(seconds=seconds), tick=False):
        assert LINKS.open("dialog", sealed) == {}
