"""Which territory a line names, and what is said of one that names none."""

import pytest

from commands.stats.territory.places import Kind, named
from tests.people import Person
from tests.territories import agathe, plain

__all__ = ["agathe"]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (Kind.DEPARTEMENT, "69", ("69", "")),
        (Kind.DEPARTEMENT, "2a septembre", ("2A", "septembre")),
        (Kind.DEPARTEMENT, "01 septembre", ("01", "septembre")),
        (Kind.DEPARTEMENT, "loire atlantique mois dernier", ("44", "mois dernier")),
        (Kind.DEPARTEMENT, "Loire 2025", ("42", "2025")),
        (Kind.DEPARTEMENT, "de l’Ain", ("01", "")),
        (Kind.DEPARTEMENT, "RHONE", ("69", "")),
        (Kind.DEPARTEMENT, "la semaine", (None, "la semaine")),
        (Kind.DEPARTEMENT, "septembre", (None, "septembre")),
        (Kind.REGION, "ile-de-france 2025", ("11", "2025")),
        (Kind.REGION, "en Bretagne", ("53", "")),
        (Kind.NATIONAL, "2025", (None, "2025")),
    ],
)
def test_territories_are_read_by_code_and_name(kind: Kind, text: str, expected: tuple[str | None, str]) -> None:
    assert named(kind, text) == expected


@pytest.mark.newest_only
async def test_a_territory_that_was_recognised_is_not_asked_for_again(agathe: Person) -> None:
    text = plain(await agathe.asks("/stats departement Rhone nimporte"))
    assert "Je n’ai reconnu aucune période dans « nimporte ». Pour la période, essayez :" in text
    assert "ni département" not in text


@pytest.mark.parametrize("line", ["departement Lugdunum", "departement 69 brumaire", "region Gaule", "national 99"])
async def test_what_is_not_understood_is_said(agathe: Person, line: str) -> None:
    text = plain(await agathe.asks(f"/stats {line}"))
    assert "Je n’ai reconnu" in text
    assert "mois dernier" in text
