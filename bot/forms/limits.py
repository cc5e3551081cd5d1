"""How much of what is sent for a dialog is read, and kept."""

from typing import Any

TEXT_MAX, LONG_MAX = 150, 3000
"""What clients let one type (bytes, docs/mattermost.md §3.3)."""

NUMBER_SENT_MAX = 10**15
PICKED_MAX = 300
"""Values of one element; no list is as long (tests/test_annonce_targets.py)."""


def say_too_long(most: int) -> str:
    """The sentence under what is longer than fits."""
    return f"Raccourcissez ce texte : {most} caractères au plus."


def cut(value: object, most: int = LONG_MAX) -> Any:
    """A value as it is kept: no longer than people can type it, and of a kind that clients send."""
    if isinstance(value, str):
        # A lone surrogate is no character, and of NUL no text is made: PostgreSQL would refuse the whole.
        return value[:most].replace("\0", "").encode(errors="replace").decode()
    if isinstance(value, list):
        return [cut(one) for one in value[:PICKED_MAX] if not isinstance(one, list)]
    # (NaN and infinities are no JSON.)
    known = isinstance(value, bool) or (isinstance(value, (int, float)) and abs(value) < NUMBER_SENT_MAX)
    return value if known else None
