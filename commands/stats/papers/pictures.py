"""Pictures and PDF of statistics, composed from templates/reports; to be run in a thread, none is slow."""

from pathlib import Path

from bot.papers import Page, typeset


def charts(page: Page, folder: Path) -> list[Path]:
    """Two pictures of the page in ``folder``: what was done, and for whom."""
    return [typeset.picture(page, kind, folder) for kind in ("activite", "usagers")]


def carte(page: Page, folder: Path) -> Path:
    """A picture of the page’s first section, one bar a département, the largest first."""
    return typeset.picture(page, "carte", folder)


def pdf(page: Page, path: Path) -> None:
    """The page as a document for an employer, on A4."""
    typeset.document(page, "recapitulatif", path)
