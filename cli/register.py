"""The register of processing, docs/rgpd.md, generated from the declarations of the tables: ``python -m cli.register``
writes it."""

from pathlib import Path

from bot.texts import render, typeset
from commands.donnees import PATIENCE, WARNED
from storage.personal_data import PERSONAL_DATA
from storage.personal_data.declarations import LegalBasis, PersonalData, RetentionSpan
from storage.personal_data.rights import STEPS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "rgpd.md"


def page() -> str:
    """Generate the page."""
    said = {
        "days": PATIENCE.days,
        "warned": WARNED.days,
        "steps": STEPS,
        "account": RetentionSpan(setting="account_months").said,
        "limited": [one for one in PERSONAL_DATA if one.limit],
        "purposes": sorted(_by_purpose().items()),
        "others": [one for one in PERSONAL_DATA if one.ground is LegalBasis.NOTHING],
    }
    return typeset(render("donnees/rgpd", **said)) + "\n"


def _by_purpose() -> dict[str, list[PersonalData]]:
    """Group the tables with personal data by purpose."""
    found: dict[str, list[PersonalData]] = {}
    for one in PERSONAL_DATA:
        if one.ground is not LegalBasis.NOTHING:
            found.setdefault(one.why.rstrip("."), []).append(one)
    return found


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
