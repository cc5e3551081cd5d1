"""The characters of emoji by name (emoji.tsv)."""

from functools import cache
from importlib.resources import files


@cache
def emoji() -> dict[str, str]:
    """Return all emoji by short name."""
    lines = files("sandbox.page").joinpath("emoji.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return dict(line.split("\t") for line in lines)
