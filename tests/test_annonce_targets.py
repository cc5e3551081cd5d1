"""At what an announcement may be aimed: read as people write it, said in words, turned into channels and people."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.forms.kinds import PICKED_MAX
from config import canaux
from config.territories import HUBS, REGION_NAMES
from dialogs.destinations import PLACES
from storage import people, targets
from storage.database import Database
from storage.people import Person, Role
from tests.support.databases import database

__all__ = ["database"]


TABLE = canaux.read()
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("national", "national"),
        (" France entière ", "national"),
        ("69", "69"),
        ("2a", "2A"),
        ("1", "01"),
        ("Rhône", "69"),
        ("region:Bretagne", "region:53"),
        ("région Auvergne-Rhône-Alpes", "region:84"),
        ("region:84", "region:84"),
        ("hub:Hinaura", "hub:hinaura"),
        ("Francil-in", "hub:francilin"),
        ("hub:Bretagne", "hub:hubbretagne"),
        ("hub medNum bfc", "hub:hubmednumbfc"),
        ("theme:éducation", "theme:education"),
        ("Démarches en ligne", "theme:demarches-en-ligne"),
        ("role:coordinateur", "role:coordinateur"),
    ],
)
def test_targets_are_read_as_people_write_them(text: str, code: str) -> None:
    assert targets.read_target(text, TABLE) == code


@pytest.mark.parametrize("text", ["", "lune", "theme:lune", "region:lune", "hub:lune", "role:lune", "lune:69", "96"])
def test_what_is_none_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^« .* n’est .*\.$"):
        targets.read_target(text, TABLE)


def test_all_that_is_offered_can_be_read_and_has_a_channel() -> None:
    for code in (*targets.list_territories(), *targets.list_themes(TABLE)):
        assert targets.read_target(code, TABLE) == code
        assert targets.find_channels([code], TABLE), code
        assert targets.say_target(code, TABLE)


def test_all_of_them_can_be_chosen_at_once() -> None:
    assert len(PLACES.options) + len(targets.list_themes(TABLE)) <= PICKED_MAX


def test_a_channel_that_several_targets_mean_is_one() -> None:
    found = targets.find_channels(["69", "region:84", "69", "theme:education", "role:conseiller"], TABLE)
    keys = [planned.key for planned in found]
    assert len(keys) == len(set(keys)) == 12 + 1
    assert targets.find_channels(["978"], TABLE)[0].departement == "971", "they share that of Guadeloupe"


def test_every_departement_is_in_exactly_one_region() -> None:
    of_regions = [p.key for code in REGION_NAMES for p in targets.find_channels([f"region:{code}"], TABLE)]
    assert len(of_regions) == len(set(of_regions)) == 101


def test_a_hub_has_the_channels_of_its_departements_and_those_that_it_shares() -> None:
    assert {p.departement for p in targets.find_channels(["hub:mednumantilles"], TABLE)} == {"971", "972"}
    assert {p.departement for p in targets.find_channels(["hub:guyaclic"], TABLE)} == {"973"}, "Saint-Martin has none"
    every = [p.key for key in HUBS for p in targets.find_channels([f"hub:{key}"], TABLE)]
    assert len(set(every)) == 101
    assert sorted(key for key in set(every) if every.count(key) > 1) == ["departement:971", "departement:976"]


def test_where_there_is_no_channel_that_is_said() -> None:
    with pytest.raises(ValueError, match="Aucun canal n’est prévu pour « Saint-Pierre-et-Miquelon"):
        targets.find_channels(["975"], TABLE)


async def test_people_are_counted_once_and_who_left_is_not(database: Database) -> None:
    async with database.transaction() as db:
        for number, (role, places, left) in enumerate(
            [
                (Role.CONSEILLER, ["69"], None),
                (Role.CONSEILLER, ["38"], TODAY),
                (Role.CONSEILLER, ["38"], TODAY - timedelta(days=1)),
                (Role.COORDINATEUR, ["69", "38"], None),
                (Role.ANIMATEUR, [], None),
                (Role.CONSEILLER, ["978"], None),
            ]
        ):
            row = Person(id=f"{number:026}", username=f"u{number}", role=role, departements=places, left_on=left,
                         since=datetime(2026, 1, 1, tzinfo=UTC))  # fmt: skip
            await people.register_person(db, row)
    async with database.transaction(writes=False) as db:
        counts = {
            ("69",): 2,
            ("38", "69"): 3,
            ("national",): 5,
            ("region:84", "role:coordinateur"): 3,
            ("971",): 1,
            ("hub:hinaura",): 3,
            ("hub:guyaclic",): 0,
            ("hub:mednumantilles",): 1,
            ("theme:education",): 0,
        }
        for wanted, count in counts.items():
            assert await targets.count_reached(db, wanted, TODAY) == count, wanted
        assert await targets.find_with_roles(db, {Role.COORDINATEUR, Role.ANIMATEUR}, TODAY) == [f"{3:026}", f"{4:026}"]
        assert await targets.find_with_roles(db, [], TODAY) == []
