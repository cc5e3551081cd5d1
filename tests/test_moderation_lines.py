"""Properties: how a line of « /moderer » is read."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.text import fold, take_word
from dialogs.moderation import LENGTH_MAX, take_channel, take_length

NAMES = {"general": "g", "69 rhone": "r", "69": "r", "aide metier": "a", "aide": "b", "education": "e"}
UNITS = {"min": 1 / 60, "minutes": 1 / 60, "h": 1, "heures": 1, "j": 24, "jours": 24, "semaines": 168, "mois": 720}
words = st.text("abcdéàç '’-", min_size=1, max_size=30).map(lambda text: f"x{text}".strip())


@given(st.integers(0, 2000), st.sampled_from(sorted(UNITS)), st.sampled_from(["", " "]), words)
def test_a_duration_is_read_in_every_unit_and_bounded(n: int, unit: str, space: str, rest: str) -> None:
    lasts, left = take_length(f"{n}{space}{unit} {rest}")
    meant = timedelta(hours=n * UNITS[unit])
    assert lasts == (meant if timedelta() < meant <= LENGTH_MAX else None)
    assert left.split() == rest.split()


@given(words)
def test_what_is_no_duration_is_none(text: str) -> None:
    assert take_length(text) == (None, text)


@pytest.mark.parametrize("glued", ["7jours10", "7jx", "7 joursx", "h", "j7", "7", "7 k", "-7j", "1.5h"])
def test_what_only_looks_like_one_is_none(glued: str) -> None:
    assert take_length(f"{glued} raison")[0] is None


@given(
    st.sampled_from(["Général", "general", "~general", "69", "69 - Rhône", "Aide métier", "aide-metier", "« Aide »"]),
    words,
)
def test_the_longest_name_of_a_channel_is_meant(name: str, rest: str) -> None:
    ident, left = take_channel(f"{name} {rest}", NAMES)
    assert ident == NAMES[fold(name.strip("~« »"))]
    assert left.split() == rest.split()


@given(words)
def test_words_that_begin_with_no_channel_are_left_whole(text: str) -> None:
    assert take_channel(text, NAMES) == ("", text)
    word, rest = take_word(text)
    assert f"{word} {rest}".split() == text.split()
