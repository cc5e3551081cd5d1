"""The register of processing, docs/rgpd.md, made from what is declared of each table: ``python -m`` writes it."""

from pathlib import Path

from bot.texts import render, typeset
from commands.donnees.feature import PATIENCE, WARNED
from storage.holdings import HOLDINGS, Ground, Holding, Span
from storage.holdings.erasing import STEPS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "rgpd.md"


def page() -> str:
    """The page as it is to be."""
    said = {
        "days": PATIENCE.days,
        "warned": WARNED.days,
        "steps": STEPS,
        "account": Span(setting="account_months").said,
        "limited": [one for one in HOLDINGS if one.limit],
        "purposes": sorted(_by_purpose().items()),
        "others": [one for one in HOLDINGS if one.ground is Ground.NOTHING],
    }
    return typeset(render("donnees/rgpd", **said)) + "\n"


def _by_purpose() -> dict[str, list[Holding]]:
    """The tables with personal data, by what they are kept for."""
    found: dict[str, list[Holding]] = {}
    for one in HOLDINGS:
        if one.ground is not Ground.NOTHING:
            found.setdefault(one.why.rstrip("."), []).append(one)
    return found


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
