"""Stories of « /sondage »: asked in a channel, answered by its members, ended, and what came of it said."""

import pytest

from storage.people import Role
from tests.people import Mobile, Person, unique
from tests.support.house import House, agathe
from tests.support.publications import (
    OUTILS,
    POLL_CONFIRM,
    ask_poll,
    end_poll,
    find_poll,
    find_said,
    make_club,
    make_voters,
    plain_spaces,
    preview_poll,
    read_poll,
    read_poll_number,
    vote,
    vote_and_wait,
)

__all__ = ["agathe"]


@pytest.mark.every_mode
async def test_anybody_asks_the_channel_where_they_are(house: House) -> None:
    juliette, marc = await house.conseiller(), await house.conseiller("marc")
    channel = await make_club(house, juliette, marc)
    preview = await preview_poll(juliette, channel, question="Quels outils vous manquent ?")
    assert preview.buttons == POLL_CONFIRM
    shown = plain_spaces(preview.text)
    for fact in ("Quels outils vous manquent ?", "Une seule réponse", "Vote secret", "Où : Club", "1. Visio"):
        assert fact in shown, shown
    assert await find_said(house, channel, "Quels outils") == []
    await juliette.clicks(preview, "Lancer")
    await juliette.rewritten(preview, "Ouvert")
    await house.settled()
    post = await find_poll(house, channel, read_poll_number(preview))
    assert post.buttons == ["Voter"]
    await vote_and_wait(house, marc, post, "2")
    await house.settled()
    post = await find_poll(house, channel, read_poll_number(post))
    assert "1 vote jusqu’ici." in plain_spaces(post.text), "seen there; what was chosen is not"
    await vote_and_wait(house, juliette, post, "1")
    await end_poll(house, read_poll_number(post))
    over = await find_poll(house, channel, read_poll_number(post))
    assert over.buttons == []
    assert "2 votes. Les résultats d’un vote secret se montrent à partir de 5" in plain_spaces(over.text), (
        "two are too few for a secret"
    )
    house.clock.is_right_again()


@pytest.mark.every_mode
async def test_several_answers_by_name_are_changed_until_the_end(house: House) -> None:
    juliette, marc = await house.conseiller(), await house.conseiller("marc")
    channel = await make_club(house, juliette, marc)
    post = await ask_poll(house, juliette, channel, choix="plusieurs", votes="nominatif")
    assert "voient qui a voté quoi" in plain_spaces(post.text)
    await vote_and_wait(house, juliette, post, ["1"])
    await vote_and_wait(house, marc, post, ["1", "3"])
    form = await marc.opens_by(post, "Voter")
    assert form.chosen("reponses") == ["1", "3"]
    assert (await form.fill(reponses=["2", "3"]).submit()).accepted
    await house.settled()
    await end_poll(house, read_poll_number(post))
    told = [plain_spaces(one.text) for one in await find_said(house, channel, "c’est terminé")]
    assert len(told) == 1
    assert "2 votes." in told[0]
    for number, answer in enumerate(OUTILS, 1):
        assert f"{number}. {answer} : 1 vote, 50 % █████" in told[0], told[0]
    house.clock.is_right_again()


async def test_the_picture_of_the_results_comes_once_into_the_channel(house: House) -> None:
    juliette = await house.conseiller()
    voters = await make_voters(house, 5)
    channel = await make_club(house, juliette, *voters)
    post = await ask_poll(house, juliette, channel)
    for person in voters:
        await vote_and_wait(house, person, post, "1" if person is voters[0] else "2")
    await end_poll(house, read_poll_number(post))
    (picture,) = await find_said(house, channel, "les résultats en image")
    assert "Visio 20 %, Agenda partagé 80 % (5 votes)" in plain_spaces(picture.text)
    (name,) = await voters[0].files(picture)
    assert name.endswith(".png")
    assert (await read_poll(house, read_poll_number(post))).state == "ended"
    house.clock.is_right_again()


async def test_who_is_not_in_the_channel_has_no_vote(house: House, agathe: Person) -> None:
    juliette, stranger = await house.conseiller(), await house.someone(Role.HOTLINE, "zoe")
    channel = await make_club(house, juliette)
    post = await ask_poll(house, juliette, channel)
    seen = await stranger.asks(f"/sondage {read_poll_number(post)}")
    assert "ne vous était pas adressé" in seen.text
    assert "conversation avec le bot" in (await agathe.asks(f"/sondage n° {read_poll_number(post)}")).text


@pytest.mark.every_mode
async def test_a_poll_that_is_shown_elsewhere_tells_where_one_votes(house: House) -> None:
    juliette, marc = await house.conseiller(), await house.conseiller("marc")
    channel = await house.site.channel(unique("place"), "Place des ateliers", kind="O")
    await house.site.add_members(channel, juliette, marc)
    post = await ask_poll(house, juliette, channel)
    number = read_poll_number(post)
    assert (await marc.asks(f"/sondage {number}", channel)).buttons == ["Voter"]
    seen = await marc.asks(f"/sondage {number}")
    assert seen.buttons == []
    assert "là où elle est posée : Place des ateliers." in plain_spaces(seen.text)


async def test_after_the_end_nobody_votes(house: House) -> None:
    juliette, marc = await house.conseiller(), await house.conseiller("marc")
    channel = await make_club(house, juliette, marc)
    post = await ask_poll(house, juliette, channel)
    form = await marc.opens_by(post, "Voter")
    poll = await read_poll(house, read_poll_number(post))
    house.clock.goes_to(poll.ends_at)
    late = await form.fill(reponse="1").submit()
    assert "est terminé" in str(late)
    await marc.clicks(post, "Voter")
    assert "est terminé" in (await marc.whispered()).text
    house.clock.is_right_again()
    assert (await vote(marc, post, "1")).accepted, "while it is not ended, its time is what counts"


@pytest.mark.every_mode
async def test_a_phone_sees_in_the_channel_that_somebody_voted(house: House) -> None:
    """A window leaves nothing in the channel, and the receipt is elsewhere: the poll itself tells it, in a moment."""
    juliette, paul = await house.conseiller(), await house.conseiller("paul", client=Mobile())
    channel = await make_club(house, juliette, paul)
    post = await ask_poll(house, juliette, channel)
    assert (await vote(paul, post, "1")).accepted

    seen = await paul.rewritten(post, "1 vote")
    assert "1 vote jusqu’ici." in plain_spaces(seen.text)
