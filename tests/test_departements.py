"""The départements: all there, each with its region, its own time zone and its channel."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.territories import DEPARTEMENTS
from storage import communes

OVERSEAS = {"971", "972", "973", "974", "976"}
TERRITORIES = {"975", "977", "978", "984", "986", "987", "988", "989"}


def test_there_are_101_and_the_territories() -> None:
    mainland = {f"{n:02}" for n in range(1, 96) if n != 20} | {"2A", "2B"}
    assert set(DEPARTEMENTS) == mainland | OVERSEAS | TERRITORIES
    assert all(departement.code == code for code, departement in DEPARTEMENTS.items())


def test_regions() -> None:
    assert (DEPARTEMENTS["69"].code_region, DEPARTEMENTS["69"].region) == ("84", "Auvergne-Rhône-Alpes")
    assert DEPARTEMENTS["2A"].region == DEPARTEMENTS["2B"].region == "Corse"
    assert len({each.code_region for each in DEPARTEMENTS.values() if each.code_region}) == 18
    assert {code for code, each in DEPARTEMENTS.items() if not each.region} == TERRITORIES


def test_channels() -> None:
    slugs = [each.canal for code, each in DEPARTEMENTS.items() if code not in TERRITORIES]
    assert len(set(slugs)) == 101
    assert all(slug.isascii() and slug.isalpha() and slug.islower() for slug in slugs)
    assert (DEPARTEMENTS["21"].canal, DEPARTEMENTS["974"].canal) == ("cotedor", "lareunion")
    assert DEPARTEMENTS["978"].canal == DEPARTEMENTS["971"].canal, (
        "Saint-Martin and Saint-Barthélemy sit with Guadeloupe"
    )
    assert {code for code in TERRITORIES if DEPARTEMENTS[code].canal} == {"977", "978"}


def test_time_zones() -> None:
    noon = datetime(2026, 1, 15, 12, tzinfo=ZoneInfo("UTC"))
    hours = {
        code: noon.astimezone(ZoneInfo(each.fuseau)).utcoffset() or timedelta() for code, each in DEPARTEMENTS.items()
    }
    expected = {"69": 1, "2A": 1, "971": -4, "972": -4, "973": -3, "974": 4, "976": 3, "975": -3, "988": 11}
    assert {code: hours[code] / timedelta(hours=1) for code in expected} == expected
    assert all(
        each.fuseau == "Europe/Paris" for code, each in DEPARTEMENTS.items() if code not in OVERSEAS | TERRITORIES
    )


def test_every_commune_lies_in_one_of_them() -> None:
    assert {commune.departement for commune in communes.list_communes()} == set(DEPARTEMENTS)
