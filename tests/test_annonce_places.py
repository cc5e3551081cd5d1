"""Where « /annonce » goes: channels of places and themes, people of a role; and who may announce where."""

from datetime import timedelta

import pytest

from storage.people import Role
from tests.people import Person, unique
from tests.support.house import House, agathe
from tests.support.publications import (
    ISERE,
    RHONE,
    confirm,
    list_standing,
    make_coordinateur,
    plain_spaces,
    preview_announcement,
    send_announcement,
)

__all__ = ["agathe"]


async def test_people_of_a_role_are_written_to_one_by_one(house: House, agathe: Person) -> None:
    zoe, lea = await house.someone(Role.HOTLINE, "zoe"), await house.someone(Role.HOTLINE, "lea")
    gone = await house.site.person("gone")
    await house.registers(gone, Role.HOTLINE, left_on=house.today - timedelta(days=2))
    others = await house.conseiller("juliette")
    words = unique("Hotline")
    preview = await preview_announcement(agathe, texte=words, destinataires=["role:hotline"])
    assert "Où : la hotline, en message direct" in preview.text
    await confirm(house, agathe, preview)
    for person, count in ((zoe, 1), (lea, 1), (gone, 0), (others, 0)):
        assert [post.message for post in await person.direct() if words in post.message] == [words] * count


async def test_the_nation_a_region_and_a_theme(house: House, agathe: Person) -> None:
    words = unique("Thème")
    theme = await house.site.channel("veille-numerique", "Veille numérique")
    preview = await preview_announcement(agathe, texte=words, destinataires=["national", "theme:veille-numerique"])
    assert "les membres des canaux thématiques" in preview.text
    await confirm(house, agathe, preview)
    assert await list_standing(house, house.site.square, theme, containing=words) == [[words]] * 2


async def test_a_hub_is_the_channels_of_its_departements(house: House, agathe: Person) -> None:
    corse = [
        await house.site.channel("corsedusud", "2A - Corse-du-Sud"),
        await house.site.channel("hautecorse", "2B - Haute-Corse"),
    ]
    rhone, words = await house.site.channel(*RHONE), unique("Île")
    preview = await preview_announcement(agathe, texte=words, destinataires=["hub:hubcorse"])
    assert "Où : Hub Corse" in preview.text
    assert "2 canaux" in plain_spaces(preview.text)
    await confirm(house, agathe, preview)
    assert await list_standing(house, *corse, rhone, containing=words) == [[words], [words], []]


async def test_a_channel_that_is_not_there_is_said_in_the_window_and_nothing_leaves(
    house: House, agathe: Person
) -> None:
    rhone, words = await house.site.channel(*RHONE), unique("Absent")
    form = await agathe.opens("/annonce")
    answer = await form.fill(texte=words, destinataires=["69", "75"]).submit()
    assert "« 75 - Paris » n’existe pas" in plain_spaces(next(iter(answer.errors.values())))
    assert form.is_open
    assert await list_standing(house, rhone, containing=words) == [[]]


@pytest.mark.every_mode
async def test_a_coordinateur_announces_in_their_own_departements_only(house: House) -> None:
    rhone, isere = await house.site.channel(*RHONE), await house.site.channel(*ISERE)
    omar, words = await make_coordinateur(house, "69", "38"), unique("Coordination")
    form = await omar.opens("/annonce")
    assert form.options("destinataire") == {
        "miens": "Tous mes départements",
        "69": "Rhône (69)",
        "38": "Isère (38)",
    }
    preview = await send_announcement(omar, form, texte=words)
    assert "2 canaux" in plain_spaces(preview.text), "all of one’s own if nothing else is chosen"
    await house.registers(omar, Role.COORDINATEUR, departements=["69"])
    await omar.clicks(preview, "Envoyer")
    assert "vos départements" in (await omar.whispered()).text
    window = await omar.opens_by(preview, "Modifier")
    assert (await window.fill(destinataire="69").submit()).accepted
    preview = await omar.rewritten(preview, words)
    await confirm(house, omar, preview)
    assert await list_standing(house, rhone, isere, containing=words) == [[words], []]


async def test_who_has_no_departement_or_no_such_role_is_told_so(house: House) -> None:
    omar = await make_coordinateur(house)
    assert "aucun département" in (await omar.asks("/annonce")).text
    juliette = await house.conseiller("juliette")
    assert "animateur" in (await juliette.asks("/annonce")).text
