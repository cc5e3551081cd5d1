"""Themes as a field of forms: what was done, or what somebody can help with."""

from typing import Annotated

from bot.forms import Many
from config.themes import THEMES, theme_of


def _theme_code(word: str) -> str | None:
    theme = theme_of(word)
    return theme.code if theme else None


THEME_FIELD = Many(
    options={code: theme.libelle for code, theme in THEMES.items()},
    singular="theme",
    noun="thème",
    listed={code: theme.option for code, theme in THEMES.items()},
    reader=_theme_code,
    more_label="Autres thèmes",
    more_help="Facultatif, séparés par des virgules : mail, emploi, imprimante…",
)
Themes = Annotated[tuple[str, ...], THEME_FIELD]
