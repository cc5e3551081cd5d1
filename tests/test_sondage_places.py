"""Where « /sondage » asks: who may ask where, people of a role, départements apart, and words that mean no harm."""

import pytest

from bot.texts import BREAK
from storage.people import Role
from tests.people import Person, unique
from tests.support.house import House, agathe
from tests.support.publications import (
    ISERE,
    OUTILS,
    RHONE,
    add_members,
    ask_poll,
    end_poll,
    find_poll,
    find_said,
    launch_poll,
    make_club,
    make_coordinateur,
    make_voters,
    plain_spaces,
    preview_poll,
    read_poll_number,
    vote_and_wait,
)

__all__ = ["agathe"]


async def test_where_the_bot_is_not_a_conseiller_is_told_so(house: House) -> None:
    juliette = await house.conseiller()
    body = {"team_id": house.site.team_id, "name": unique("seul").lower(), "display_name": "Seul", "type": "P"}
    alone = (await house.site.admin.post("/channels", body))["id"]
    await add_members(house, alone, juliette)
    for channel in (alone, await juliette.direct_channel()):
        assert "invitez-y d’abord le bot" in (await juliette.asks("/sondage", channel)).text


async def test_a_large_channel_is_said_before_the_window_is_filled(house: House) -> None:
    """Only animateurs and coordinateurs ask a crowd: nobody else writes a question for nothing."""
    usual, house.settings = house.settings, house.settings.model_copy(update={"crowd": 2})
    await house.restart()
    try:
        juliette, marc = await house.conseiller(), await house.conseiller("marc")
        channel = await make_club(house, juliette, marc)
        for line in ("/sondage", "/sondage Qui vient jeudi ? oui ; non"):
            assert "plus de 2 membres" in plain_spaces((await juliette.asks(line, channel)).text)
        omar = await make_coordinateur(house, "69")
        await add_members(house, channel, omar)
        assert (await omar.opens("/sondage", channel)).title
    finally:
        house.settings = usual
        await house.restart()


@pytest.mark.every_mode
async def test_a_coordinateur_asks_in_their_departements(house: House) -> None:
    rhone, omar = await house.site.channel(*RHONE), await make_coordinateur(house, "69")
    marc = await house.conseiller("marc")
    await add_members(house, rhone, omar, marc)
    form = await omar.opens("/sondage Qui vient jeudi ?", await omar.direct_channel())
    assert form.shown("question") == "Qui vient jeudi ?"
    assert list(form.options("destinataire")) == ["69"]
    assert (await form.fill(reponses="Moi\nPas moi", votes="nominatif").submit()).accepted
    number = await launch_poll(omar, await omar.told("Qui vient jeudi"))
    await house.settled()
    await vote_and_wait(house, marc, await find_poll(house, rhone, number), "1")


async def test_nobody_asks_elsewhere_by_a_forged_choice(house: House) -> None:
    await house.site.channel(*ISERE)
    juliette = await house.conseiller()
    channel = await make_club(house, juliette)
    form = await juliette.opens("/sondage", channel)
    form.fill(question="Ailleurs ?", reponses="Oui\nNon")
    form.enter("destinataire", "ici")
    answer = await form.send({"question": "Ailleurs ?", "reponses": "Oui\nNon", "destinataire": "38"})
    assert "destinataire" in answer.errors


async def test_a_role_is_asked_by_direct_message_and_each_has_one_vote(house: House, agathe: Person) -> None:
    zoe, lea = await house.someone(Role.HOTLINE, "zoe"), await house.someone(Role.HOTLINE, "lea")
    rhone, question = await house.site.channel(*RHONE), unique("Hotline")
    await add_members(house, rhone, zoe)
    preview = await preview_poll(agathe, question=question, destinataires=["role:hotline", "69"], votes="nominatif")
    number = await launch_poll(agathe, preview)
    await house.settled()
    direct = [post for post in await zoe.direct() if question in post.text]
    assert len(direct) == 1
    listed = await zoe.asks("/sondage", await zoe.direct_channel())
    assert any(question in label for label in listed.buttons), "who came to vote finds the poll"
    await vote_and_wait(house, zoe, direct[0], "1")
    again = await zoe.opens_by((await zoe.direct())[-1], "Changer mon vote")
    assert again.shown("reponse") == "1"
    await again.cancel()
    form = await zoe.opens_by(await find_poll(house, rhone, number), "Voter")
    assert form.shown("reponse") == "1", "the same vote in all places"
    await end_poll(house, number)
    (told,) = [
        post for post in await lea.direct() if "c’est terminé" in plain_spaces(post.text) and question in post.text
    ]
    assert "1. Visio : 1 vote, 100 %" in plain_spaces(told.text)
    house.clock.is_right_again()


async def test_departements_are_told_apart_from_five_votes_on(house: House) -> None:
    author = await house.conseiller("autrice")
    voters = await make_voters(house, 12, "69", "38")
    alone = await house.conseiller("seule", departements=["01"])
    channel = await make_club(house, author, alone, *voters)
    post = await ask_poll(house, author, channel)
    for at, person in enumerate(voters):
        await vote_and_wait(house, person, post, "1" if at % 2 else "2")
    await vote_and_wait(house, alone, post, "3")
    await end_poll(house, read_poll_number(post))
    text = plain_spaces((await find_poll(house, channel, read_poll_number(post))).text)
    assert "- Rhône (69), 6 votes : Agenda partagé 100 %" in text
    assert "- Autres départements, 7 votes" in text, "the one of Ain goes with those of Isère"
    assert "Ain" not in text
    assert "Isère" not in text
    house.clock.is_right_again()


@pytest.mark.every_mode
async def test_the_words_of_an_author_call_nobody_and_draw_nothing(house: House) -> None:
    juliette, marc = await house.conseiller(), await house.conseiller("marc")
    channel = await make_club(house, juliette, marc)
    hostile = "@all \u202e# **gras** [clic](http://mal.example) | x :smile:"
    answers = f"@here {marc.username}\n# {OUTILS[0]}\n- 1. b"
    preview = await preview_poll(juliette, channel, question=f"Ici {hostile}", reponses=answers)
    number = await launch_poll(juliette, preview)
    await house.settled()
    post = await find_poll(house, channel, number)
    for harmful in ("@all", "@here", "\u202e", " **gras**", "://mal", "\n#", ":smile:"):
        assert harmful not in post.message.replace(f"@{BREAK}", "@·"), harmful
    form = await marc.opens_by(post, "Voter")
    assert "@all" not in form.introduction
    await vote_and_wait(house, marc, post, "3")
    await end_poll(house, number)
    assert all("@all" not in one.message and "@here" not in one.message for one in await find_said(house, channel, ""))
    house.clock.is_right_again()


@pytest.mark.parametrize(
    ("filled", "element", "sentence"),
    [
        ({"question": "\u200b"}, "question", "Écrivez votre question"),
        ({"reponses": "Oui\noui "}, "reponses", "deux fois"),
        ({"fin": "hier 9h"}, "fin", "Ce jour est passé"),
        ({"fin": "01/01/2031 9h"}, "fin", "90 jours au plus"),
    ],
)
async def test_what_cannot_be_asked_is_explained_under_its_field(
    house: House, filled: dict[str, str], element: str, sentence: str
) -> None:
    juliette = await house.conseiller()
    form = await juliette.opens("/sondage", await make_club(house, juliette))
    answer = await form.fill(**({"question": "Quoi ?", "reponses": "A\nB"} | filled)).submit()
    assert sentence in plain_spaces(answer.errors[element])


@pytest.mark.every_mode
async def test_answers_are_typed_behind_the_question_or_on_one_line(house: House) -> None:
    juliette = await house.conseiller()
    channel = await make_club(house, juliette)
    form = await juliette.opens("/sondage Quel jour pour la réunion ? lundi, mardi ou jeudi 3,5 h", channel)
    assert form.shown("question") == "Quel jour pour la réunion ?"
    assert form.shown("reponses").splitlines() == ["lundi", "mardi", "jeudi 3,5 h"]
    form = await juliette.opens("/sondage Quel jour ? Dites-moi", channel)
    assert (form.shown("question"), form.shown("reponses") or "") == ("Quel jour ? Dites-moi", "")
    answer = await form.fill(question="Quel jour ?", reponses="lundi").submit()
    assert "une par ligne ou séparées par des virgules" in answer.errors["reponses"]
    form = await juliette.opens("/sondage", channel)
    assert (await form.fill(question="Quel jour ?", reponses="lundi, mardi ; jeudi, ou vendredi ?").submit()).accepted
    preview = await juliette.told("Quel jour")
    assert "1. lundi\n2. mardi\n3. jeudi\n4. vendredi" in preview.text.replace("\n\n", "\n")


async def test_a_mistyped_subcommand_is_no_question(house: House, agathe: Person) -> None:
    assert "Vouliez-vous dire" in (await agathe.asks("/sondage resultat")).text
    assert "Aucun sondage n’a ce numéro" in (await agathe.asks("/sondage 987654")).text
    assert "par son numéro" in (await agathe.asks("/sondage resultats")).text
    assert "`/sondage resultats 12`" in (await agathe.asks("/sondage resultats abc")).text
