"""Stories of « /sondage »: asked in a channel, answered by its members, ended, and what came of it said."""

import pytest

from storage.people import Role
from tests.announcing import plain
from tests.house import House
from tests.people import Person
from tests.polling import (
    CONFIRM,
    OUTILS,
    agathe,
    asked,
    club,
    ends,
    number_of,
    people,
    previewed,
    said,
    standing,
    stored,
    voted,
    votes,
)

__all__ = ["agathe"]


@pytest.mark.every_mode
async def test_anybody_asks_the_channel_where_they_are(house: House) -> None:
    juliette, marc = await house.conseiller(), await house.conseiller("marc")
    channel = await club(house, juliette, marc)
    preview = await previewed(juliette, channel, question="Quels outils vous manquent ?")
    assert preview.buttons == CONFIRM
    shown = plain(preview.text)
    for fact in ("Quels outils vous manquent ?", "Une seule réponse", "Vote secret", "Où : Club", "1. Visio"):
        assert fact in shown, shown
    assert await said(house, channel, "Quels outils") == []
    await juliette.clicks(preview, "Lancer")
    await juliette.rewritten(preview, "Ouvert")
    await house.settled()
    post = await standing(house, channel, number_of(preview))
    assert post.buttons == ["Voter"]
    await voted(house, marc, post, "2")
    await house.settled()
    post = await standing(house, channel, number_of(post))
    assert "1 vote jusqu’ici." in plain(post.text), "seen there; what was chosen is not"
    await voted(house, juliette, post, "1")
    await ends(house, number_of(post))
    over = await standing(house, channel, number_of(post))
    assert over.buttons == []
    assert "2 votes ; il en faut 5" in plain(over.text), "two are too few for a secret"
    house.clock.is_right_again()


@pytest.mark.every_mode
async def test_several_answers_by_name_are_changed_until_the_end(house: House) -> None:
    juliette, marc = await house.conseiller(), await house.conseiller("marc")
    channel = await club(house, juliette, marc)
    post = await asked(house, juliette, channel, choix="plusieurs", votes="nominatif")
    assert "voient qui a voté quoi" in plain(post.text)
    await voted(house, juliette, post, ["1"])
    await voted(house, marc, post, ["1", "3"])
    form = await marc.opens_by(post, "Voter")
    assert form.chosen("reponses") == ["1", "3"]
    assert (await form.fill(reponses=["2", "3"]).submit()).accepted
    await house.settled()
    await ends(house, number_of(post))
    told = [plain(one.text) for one in await said(house, channel, "c’est terminé")]
    assert len(told) == 1
    assert "2 votes." in told[0]
    for number, answer in enumerate(OUTILS, 1):
        assert f"{number}. {answer} : 1 vote, 50 % █████" in told[0], told[0]
    house.clock.is_right_again()


async def test_the_picture_of_the_results_comes_once_into_the_channel(house: House) -> None:
    juliette = await house.conseiller()
    voters = await people(house, 5)
    channel = await club(house, juliette, *voters)
    post = await asked(house, juliette, channel)
    for person in voters:
        await voted(house, person, post, "1" if person is voters[0] else "2")
    await ends(house, number_of(post))
    (picture,) = await said(house, channel, "les résultats en image")
    assert "Visio 20 %, Agenda partagé 80 % (5 votes)" in plain(picture.text)
    (name,) = await voters[0].files(picture)
    assert name.endswith(".png")
    assert (await stored(house, number_of(post))).state == "ended"
    house.clock.is_right_again()


async def test_who_is_not_in_the_channel_has_no_vote(house: House, agathe: Person) -> None:
    juliette, stranger = await house.conseiller(), await house.someone(Role.HOTLINE, "zoe")
    channel = await club(house, juliette)
    post = await asked(house, juliette, channel)
    seen = await stranger.asks(f"/sondage {number_of(post)}")
    assert "ne vous était pas adressé" in seen.text
    assert "conversation avec le bot" in (await agathe.asks(f"/sondage n° {number_of(post)}")).text


async def test_after_the_end_nobody_votes(house: House) -> None:
    juliette, marc = await house.conseiller(), await house.conseiller("marc")
    channel = await club(house, juliette, marc)
    post = await asked(house, juliette, channel)
    form = await marc.opens_by(post, "Voter")
    poll = await stored(house, number_of(post))
    house.clock.goes_to(poll.ends_at)
    late = await form.fill(reponse="1").submit()
    assert "est terminé" in str(late)
    await marc.clicks(post, "Voter")
    assert "est terminé" in (await marc.whispered()).text
    house.clock.is_right_again()
    assert (await votes(marc, post, "1")).accepted, "while it is not ended, its time is what counts"
