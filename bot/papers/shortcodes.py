"""The pictographs that Mattermost keeps as words: « :tada: » is 🎉 on paper."""

import re
from collections.abc import Mapping
from functools import cache

from config import tables

_SHORTCODE = re.compile(r":([a-z0-9_+-]{1,60}):")


@cache
def named() -> Mapping[str, str]:
    """What each name stands for, where the fonts have a shape for it."""
    return {row["nom"]: row["signe"] for row in tables.read("emojis.tsv")}


def draw(text: str) -> str:
    """A text with its pictographs; a name that is none stays as it is."""
    return _SHORTCODE.sub(lambda found: named().get(found[1], found[0]), text)
