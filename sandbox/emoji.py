"""The names of emoji (emoji.txt)."""

from functools import cache
from importlib.resources import files

TONES = ("light", "medium_light", "medium", "medium_dark", "dark")


@cache
def _names() -> frozenset[str]:
    lines = files("sandbox").joinpath("emoji.txt").read_text(encoding="utf-8").splitlines()[1:]
    plain = [line.removesuffix("*") for line in lines]
    toned = [line.removesuffix("*") for line in lines if line.endswith("*")]
    return frozenset([*plain, "mattermost", *(f"{name}_{tone}_skin_tone" for name in toned for tone in TONES)])


def is_emoji(name: str) -> bool:
    """Tell whether a name such as « ticket » is an emoji that every server knows."""
    return name in _names()
