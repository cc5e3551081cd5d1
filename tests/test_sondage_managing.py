"""What becomes of a poll: changed before it is asked, closed, put off, withdrawn; through restarts and by replicas."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlmodel import SQLModel

from storage.people import Role
from storage.sondage import PollState
from tests.people import Person, unique
from tests.support.house import House, agathe, list_audit, wait_for
from tests.support.publications import (
    MANY,
    POLL_CONFIRM,
    POLL_OPEN,
    ask_poll,
    ensure_many_channels,
    find_poll,
    find_said,
    launch_poll,
    list_standing,
    make_club,
    make_voters,
    plain_spaces,
    preview_poll,
    read_poll,
    read_poll_number,
    run_job,
    vote_and_wait,
)

__all__ = ["agathe"]


async def test_it_is_changed_or_dropped_before_it_is_asked(house: House) -> None:
    juliette = await house.conseiller()
    channel = await make_club(house, juliette)
    preview = await preview_poll(juliette, channel, question="Avant ?", fin="demain 9h", votes="nominatif")
    window = await juliette.opens_by(preview, "Modifier")
    assert (window.shown("question"), window.shown("votes")) == ("Avant ?", "nominatif")
    assert window.shown("reponses").splitlines()[0] == "Visio"
    assert window.shown("fin").endswith("09h00")
    assert (await window.fill(question="Après ?", votes="secret").submit()).accepted
    changed = await juliette.rewritten(preview, "Après")
    assert (changed.buttons, "Vote secret" in changed.text) == (POLL_CONFIRM, True)
    await juliette.clicks(changed, "Annuler")
    assert (await juliette.rewritten(changed, "abandonné")).buttons == []
    await house.settled()
    assert await find_said(house, channel, "Après") == []


async def test_two_clicks_at_once_ask_once(house: House) -> None:
    juliette = await house.conseiller()
    channel = await make_club(house, juliette)
    preview = await preview_poll(juliette, channel)
    await asyncio.gather(juliette.clicks(preview, "Lancer"), juliette.clicks(preview, "Lancer"))
    await house.settled()
    assert len(await find_said(house, channel, f"Sondage n° {read_poll_number(preview)} ")) == 1


@pytest.mark.both_databases
async def test_an_author_closes_after_being_asked_once_more(house: House) -> None:
    juliette = await house.conseiller()
    voters = await make_voters(house, 5)
    channel = await make_club(house, juliette, *voters)
    preview = await preview_poll(juliette, channel)
    number = await launch_poll(juliette, preview)
    await house.settled()
    await juliette.clicks(await juliette.sees(preview), "Clore")
    early = await juliette.rewritten(preview, "Clore le sondage")
    assert "aucun résultat ne sera montré" in plain_spaces(early.text), "a secret poll with too few votes tells nothing"
    await juliette.clicks(early, "Non, laisser ouvert")
    await juliette.rewritten(early, "Ouvert")
    for person in voters:
        await vote_and_wait(house, person, await find_poll(house, channel, number), "1")
    await juliette.clicks(await juliette.sees(preview), "Clore")
    sure = await juliette.rewritten(preview, "5 votes jusqu’ici")
    await juliette.clicks(sure, "Non, laisser ouvert")
    left_open = await juliette.rewritten(sure, "Ouvert, 5 votes")
    assert left_open.buttons == POLL_OPEN
    assert re.search(r"Ouvert, 5 votes à \d+ h", plain_spaces(left_open.text)), "it is not rewritten at each vote"
    await juliette.clicks(await juliette.sees(preview), "Clore")
    await juliette.clicks(await juliette.rewritten(preview, "Clore le sondage"), "Clore maintenant")
    results = await juliette.rewritten(preview, "terminé")
    assert results.buttons == ["Télécharger (image)", "Télécharger (CSV)"]
    await house.settled()
    assert "État : Terminé" in (await juliette.sees(preview)).text
    await juliette.clicks(results, "Télécharger (CSV)")
    files = await juliette.files(await juliette.told("Les résultats"))
    (content,) = files.values()
    assert "Visio;Tous;5;5" in content.decode("utf-8-sig")
    assert [act for act, _ in await list_audit(house, f"sondage:{number}")] == ["lancer", "clore"]


async def test_an_animateur_manages_it_and_nobody_else_does(house: House, agathe: Person) -> None:
    juliette, marc = await house.conseiller(), await house.conseiller("marc")
    channel = await make_club(house, juliette, marc)
    post = await ask_poll(house, juliette, channel, votes="nominatif")
    number = read_poll_number(post)
    await vote_and_wait(house, marc, post, "2")
    seen = await marc.asks(f"/sondage {number}", channel)
    assert seen.buttons == ["Voter"]
    assert "l’équipe d’animation peuvent le gérer" in (await marc.asks(f"/sondage export {number}", channel)).text
    later = plain_spaces((await marc.asks(f"/sondage resultats {number}", channel)).text)
    assert later.startswith(f"Les résultats du sondage n° {number} s’afficheront à la fin du vote")
    assert later.endswith("1 vote jusqu’ici.")
    assert "2. Agenda partagé : 1 vote" in plain_spaces((await agathe.asks(f"/sondage résultats n° {number}")).text)
    await agathe.asks(f"/sondage n° {number}")
    card = await agathe.told("Ouvert")
    assert card.buttons == POLL_OPEN
    await agathe.asks(f"/sondage export {number}")
    parcel = await agathe.told("qui a voté quoi")
    named = {name: content.decode("utf-8-sig") for name, content in (await agathe.files(parcel)).items()}
    assert marc.username in named[f"Sondage_{number}_votes.csv"]


async def test_its_end_is_put_off_and_said_where_it_stands(house: House) -> None:
    juliette = await house.conseiller()
    channel = await make_club(house, juliette)
    preview = await preview_poll(juliette, channel, fin="demain 9h")
    number = await launch_poll(juliette, preview)
    await house.settled()
    window = await juliette.opens_by(await juliette.sees(preview), "Changer la fin")
    assert "Choisissez un moment à venir" in (await window.fill(fin="01/01/2031 9h").submit()).errors["fin"]
    later = (house.clock() + timedelta(days=30)).strftime("%d/%m/%Y")
    assert (await window.fill(fin=f"{later} 18h").submit()).accepted
    await house.settled()
    assert "à 18 h" in plain_spaces((await find_poll(house, channel, number)).text)


async def test_what_is_withdrawn_takes_no_votes_and_says_none(house: House) -> None:
    juliette, marc = await house.conseiller(), await house.conseiller("marc")
    channel = await make_club(house, juliette, marc)
    preview = await preview_poll(juliette, channel, votes="nominatif")
    number = await launch_poll(juliette, preview)
    await house.settled()
    post = await find_poll(house, channel, number)
    await vote_and_wait(house, marc, post, "2")
    await juliette.clicks(await juliette.sees(preview), "Retirer")
    await juliette.clicks(await juliette.rewritten(preview, "effacé"), "Retirer")
    await house.settled()
    gone = await find_poll(house, channel, number)
    assert ("a été retiré" in gone.text, gone.buttons) == (True, [])
    async with house.bot.database.transaction(writes=False) as db:
        rows = (await db.execute(SQLModel.metadata.tables["poll_vote"].select())).mappings().all()
    assert [row for row in rows if row["poll"] == number] == []
    assert (await read_poll(house, number)).state is PollState.WITHDRAWN


async def test_live_votes_are_shown_gathered(house: House) -> None:
    juliette, marc = await house.conseiller(), await house.conseiller("marc")
    channel = await make_club(house, juliette, marc)
    post = await ask_poll(house, juliette, channel, votes="nominatif", resultats="direct")
    await vote_and_wait(house, marc, post, "2")
    await vote_and_wait(house, juliette, post, "2")
    house.clock.goes_to(house.clock() + timedelta(minutes=1))
    house.bot.workers.look()
    await house.settled()
    shown = await find_poll(house, channel, read_poll_number(post))
    assert "2. Agenda partagé : 2 votes, 100 %" in plain_spaces(shown.text)
    assert shown.buttons == ["Voter"]
    house.clock.is_right_again()


@pytest.mark.both_databases
@pytest.mark.replicas
async def test_two_replicas_end_it_once(house: House) -> None:
    juliette = await house.conseiller()
    channel = await make_club(house, juliette)
    number = read_poll_number(await ask_poll(house, juliette, channel, votes="nominatif"))
    house.clock.goes_to((await read_poll(house, number)).ends_at + timedelta(seconds=1))
    async with house.replica() as second:
        # As if the clock of each had told another period.
        await asyncio.gather(
            run_job(house, "sondage.end_due", f"a {number}"), second.runs.run(("job", "sondage.end_due"), f"b {number}")
        )
        await house.settled()
    assert len(await find_said(house, channel, "c’est terminé")) == 1
    house.clock.is_right_again()


@pytest.mark.both_databases
async def test_a_bot_that_is_stopped_in_the_middle_asks_everybody_once(house: House, agathe: Person) -> None:
    channels, question = await ensure_many_channels(house), unique("Partout")
    preview = await preview_poll(agathe, question=question, destinataires=MANY)
    await agathe.clicks(preview, "Lancer")

    async def some() -> bool:
        return any(await list_standing(house, *channels[9:12], containing=question))

    await wait_for(some)
    await house.restart()
    await house.settled()
    found = await list_standing(house, *channels, containing=question)
    assert [len(posts) for posts in found] == [1] * len(MANY)
    assert "Ouvert" in (await agathe.sees(preview)).text


async def test_the_list_and_aide_show_what_waits_for_a_vote(house: House, agathe: Person) -> None:
    zoe = await house.someone(Role.HOTLINE, "zoe")
    question = unique("Attente")
    asked = await preview_poll(agathe, question=f"{question} ?", destinataires=["role:hotline"])
    number = await launch_poll(agathe, asked)
    await house.settled()
    listed = plain_spaces((await zoe.asks("/sondage liste")).text)
    assert f"{question} ?" in listed, "a question stays one"
    assert "? ?" not in listed
    home = await zoe.asks("/aide")
    assert f"{question} ?" in plain_spaces(home.text)
    assert any("Voter (n°" in label for label in home.buttons), home.buttons
    (post,) = [one for one in await zoe.direct() if question in one.text]
    await vote_and_wait(house, zoe, post, "1")
    assert f"Voter (n° {number})" not in [plain_spaces(label) for label in (await zoe.asks("/aide")).buttons]


@pytest.mark.both_databases
async def test_a_bot_that_is_stopped_while_it_tells_the_results_tells_them_once(house: House, agathe: Person) -> None:
    channels, question = await ensure_many_channels(house), unique("Fin")
    preview = await preview_poll(agathe, question=question, destinataires=MANY, votes="nominatif")
    number = await launch_poll(agathe, preview)
    house.clock.goes_to((await read_poll(house, number)).ends_at + timedelta(seconds=1))
    await run_job(house, "sondage.end_due", f"fin {number}")

    async def some() -> bool:
        return any(await list_standing(house, *channels[:3], containing="c’est terminé"))

    await wait_for(some)
    await house.restart()
    await house.settled()
    for channel in channels:
        told = [plain_spaces(post.message) for post in await find_said(house, channel, question)]
        assert [("c’est terminé" in text, "Vote terminé le" in text) for text in told] == [(False, True), (True, False)]
    house.clock.is_right_again()
    await house.restart()
