"""Which territory a line names, and what is said of one that names none."""

import pytest

from commands.stats.queries import read_territory_name
from config.territories import TerritoryKind
from tests.people import Person
from tests.support.house import agathe
from tests.support.stats import plain_spaces

__all__ = ["agathe"]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (TerritoryKind.DEPARTEMENT, "69", ("69", "")),
        (TerritoryKind.DEPARTEMENT, "2a septembre", ("2A", "septembre")),
        (TerritoryKind.DEPARTEMENT, "01 septembre", ("01", "septembre")),
        (TerritoryKind.DEPARTEMENT, "loire atlantique mois dernier", ("44", "mois dernier")),
        (TerritoryKind.DEPARTEMENT, "Loire 2025", ("42", "2025")),
        (TerritoryKind.DEPARTEMENT, "de l’Ain", ("01", "")),
        (TerritoryKind.DEPARTEMENT, "RHONE", ("69", "")),
        (TerritoryKind.DEPARTEMENT, "la semaine", (None, "la semaine")),
        (TerritoryKind.DEPARTEMENT, "septembre", (None, "septembre")),
        (TerritoryKind.REGION, "ile-de-france 2025", ("11", "2025")),
        (TerritoryKind.REGION, "en Bretagne", ("53", "")),
        (TerritoryKind.NATIONAL, "2025", (None, "2025")),
    ],
)
def test_territories_are_read_by_code_and_name(
    kind: TerritoryKind, text: str, expected: tuple[str | None, str]
) -> None:
    assert read_territory_name(kind, text) == expected


@pytest.mark.newest_only
async def test_a_territory_that_was_recognised_is_not_asked_for_again(agathe: Person) -> None:
    text = plain_spaces(await agathe.asks("/stats departement Rhone nimporte"))
    assert "Je n’ai pas compris la période « nimporte ». Essayez :" in text
    assert "ni département" not in text


@pytest.mark.parametrize("line", ["departement Lugdunum", "departement 69 brumaire", "region Gaule", "national 99"])
async def test_what_is_not_understood_is_said(agathe: Person, line: str) -> None:
    text = plain_spaces(await agathe.asks(f"/stats {line}"))
    assert "Je n’ai reconnu ni" in text or "Je n’ai pas compris la période" in text
    assert "mois dernier" in text
