"""The hubs: seventeen, each département with the one that the platform gives it."""

from datetime import UTC, datetime

import pytest

from config.territories import DEPARTEMENTS, HUBS, REGIONS, hub_of
from config.text import fold
from storage.people import Person

SHARED = {"971": "Hub UltraNumérique", "972": "Mednum Antilles", "974": "Solidarnum", "976": "Hub UltraNumérique"}


def test_every_departement_has_one_and_those_of_a_region_on_land_the_same() -> None:
    assert len(HUBS) == 17
    assert {code for code in REGIONS if hub_of(code) is None} == set()
    for region in {code for code in REGIONS.values() if int(code) > 10}:
        assert len({hub_of(code) for code, its in REGIONS.items() if its == region}) == 1, region


def test_each_names_departements_once_and_is_called_as_its_channel_is() -> None:
    for key, hub in HUBS.items():
        assert set(hub.departements) <= set(DEPARTEMENTS), key
        assert len(set(hub.departements)) == len(hub.departements)
        assert key == fold(hub.name).replace(" ", "")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        *SHARED.items(),
        ("973", "Guyaclic"),
        ("978", "Guyaclic"),
        ("69", "Hinaura"),
        ("2A", "Hub Corse"),
        ("75", "Francil-in"),
    ],
)
def test_of_two_that_share_a_departement_the_first_is_its_own(code: str, name: str) -> None:
    found = hub_of(code)
    assert found
    assert found.name == name


@pytest.mark.parametrize(
    ("departements", "region", "hub"),
    [
        (["69", "38"], "Auvergne-Rhône-Alpes", "Hinaura"),
        (["04"], "Provence-Alpes-Côte d’Azur", "Hub du Sud"),
        (["978"], "", "Guyaclic"),
        (["988"], "", ""),
        ([], "", ""),
    ],
)
def test_region_and_hub_of_somebody_follow_from_where_they_work(departements: list[str], region: str, hub: str) -> None:
    person = Person(id="a" * 26, username="a", departements=departements, since=datetime.now(UTC))
    assert (person.region, person.hub) == (region, hub)
