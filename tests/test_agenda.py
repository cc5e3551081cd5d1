"""Stories of « /agenda »: an event is proposed, read over, published, seen by those it is for, and come to."""

import asyncio
from datetime import timedelta

import pytest

from storage import canaux
from storage.agenda import EventState
from storage.people import Role
from tests.people import Post, unique
from tests.support.house import plain, read_news
from tests.support.publications import AgendaStage, agenda, write_day

__all__ = ["agenda"]


def buttons(post: Post) -> list[str]:
    """Those that all may see, without what depends on the list."""
    return [
        label
        for label in post.buttons
        if label not in ("Proposer un événement", "Voir les miens", "Voir ceux à venir", "Voir la suite")
    ]


@pytest.mark.every_mode
async def test_proposed_read_over_published_and_come_to(agenda: AgendaStage) -> None:
    juliette, agathe, lea = agenda.juliette, agenda.agathe, agenda.lea
    event = await agenda.proposes(juliette, lien="visio.exemple.fr/pix", details="Pour débuter.\nOn apporte son ordi.")
    assert event.state is EventState.PROPOSED
    assert event.title not in plain(await lea.asks("/agenda"))
    assert "attend d’être relu" in plain(await juliette.asks("/agenda mes"))
    card = await agenda.card(event, "à relire")
    assert card.buttons == ["Publier", "Corriger", "Refuser"]
    assert "> On apporte son ordi." in plain(card)
    juliette.acts()
    await agathe.clicks(card, "Publier")
    told = await read_news(juliette, "est publié")
    assert event.title in told.text
    assert "publié par" in plain(await agenda.card(event, "publié"))
    said = await agenda.said(event.title, room="actualites")
    assert said.buttons == ["J’y serai", "Ajouter à mon agenda", "Détails"]
    assert "[visio.exemple.fr](<https://visio.exemple.fr/pix>)" in said.text
    assert "de 14 h à 15 h" in plain(said), "an hour unless somebody says otherwise"
    assert "Pour tout le réseau" in plain(said)

    await lea.clicks(said, "J’y serai")
    noted = await lea.told("C’est noté")
    assert noted.buttons == ["Ajouter à mon agenda", "Je n’y serai plus"]
    await lea.clicks(said, "J’y serai")
    assert "C’était déjà noté" in plain(await lea.told("noté"))
    await agenda.house.settled()
    assert "1 personne y sera" in plain(await lea.sees(said))
    assert "vous y serez" in plain(await lea.asks("/agenda mes"))
    assert plain(await lea.asks("/agenda mes inscriptions")) == plain(await lea.asks("/agenda mes"))
    assert plain(await lea.asks("/agenda liste")) == plain(await lea.asks("/agenda"))
    await lea.clicks(noted, "Je n’y serai plus")
    assert "ne recevrez pas de rappel" in plain(await lea.told("C’est noté"))
    await agenda.house.settled()
    assert "y sera" not in plain(await lea.sees(said))


@pytest.mark.every_mode
async def test_an_animateur_publishes_at_once_and_a_coordinateur_in_their_own_departements(agenda: AgendaStage) -> None:
    event = await agenda.proposes(agenda.agathe, pour="69")
    assert event.state is EventState.PUBLISHED
    await agenda.said(event.title, room="departement:69")
    assert not await agenda.all_said(event.title, "actualites")
    assert not await agenda.all_said(event.title, "animation")
    nora = await agenda.house.site.person("nora")
    await agenda.house.registers(nora, Role.COORDINATEUR, departements=["69"])
    assert (await agenda.proposes(nora, pour="69")).state is EventState.PUBLISHED
    assert (await agenda.proposes(nora)).state is EventState.PROPOSED
    form = await agenda.juliette.opens("/agenda proposer Un café")
    assert form.options("pour") == {"reseau": "Tout le réseau", "69": "Rhône (69)"}


@pytest.mark.every_mode
async def test_refused_with_a_reason_corrected_and_proposed_again(agenda: AgendaStage) -> None:
    juliette, agathe = agenda.juliette, agenda.agathe
    event = await agenda.proposes(juliette)
    juliette.acts()
    window = await agathe.opens_by(await agenda.card(event), "Refuser")
    assert (await window.fill(raison="Il manque **l’adresse**.").submit()).accepted
    told = await juliette.told("n’est pas publié")
    assert "> Il manque \\*\\*l’adresse\\*\\*." in told.text
    window = await juliette.opens_by(told, "Corriger")
    assert (await window.fill(lieu="12 rue de la Paix, Lyon").submit()).accepted
    await agenda.house.settled()
    card = await agenda.card(event, "à relire")
    assert "12 rue de la Paix, Lyon" in plain(card)
    await agathe.clicks(card, "Publier")
    assert (await agenda.as_is(event)).state is EventState.PUBLISHED


@pytest.mark.every_mode
async def test_of_two_at_once_one_decides_and_the_other_reads_who_did(agenda: AgendaStage) -> None:
    event = await agenda.proposes(agenda.juliette)
    card = await agenda.card(event)
    window = await agenda.omar.opens_by(card, "Refuser")
    await agenda.agathe.clicks(card, "Publier")
    agenda.omar.acts()
    await window.fill(raison="Non.").submit()
    assert f"@{agenda.agathe.username}" in plain(await agenda.omar.told("déjà publié"))
    await asyncio.gather(*(who.races(card, "Publier") for who in (agenda.agathe, agenda.omar) for _ in range(4)))
    await agenda.house.settled()
    assert (await agenda.as_is(event)).state is EventState.PUBLISHED
    assert len(await agenda.all_said(event.title, "actualites")) == 1
    assert (await read_news(agenda.juliette, event.title)).text.count("est publié") == 1


async def test_who_clicks_at_once_is_counted_and_what_stands_is_not_edited_before(agenda: AgendaStage) -> None:
    event = await agenda.proposes(agenda.agathe)
    said = await agenda.said(event.title, room="actualites")
    assert (await agenda.lea.api.get(f"/posts/{said.id}"))["edit_at"] == 0
    people = (agenda.juliette, agenda.lea, agenda.paul, agenda.agathe, agenda.omar)
    await asyncio.gather(*(who.clicks(said, "J’y serai") for who in people for _ in range(2)))
    await agenda.house.settled()
    assert "5 personnes y seront" in plain(await agenda.lea.sees(said))
    await agenda.goes_to(event.ends_at + timedelta(days=89))
    await agenda.house.bot.runs.run(("job", "menage.tidy"), unique("fois"))
    assert "5 personnes y étaient" in plain(await agenda.lea.asks(f"/agenda {event.id}"))
    await agenda.goes_to(event.ends_at + timedelta(days=91))
    await agenda.house.bot.runs.run(("job", "menage.tidy"), unique("fois"))
    assert "y étaient" not in plain(await agenda.lea.asks(f"/agenda {event.id}")), "who came is forgotten"


async def test_ten_clicks_publish_once(agenda: AgendaStage) -> None:
    event = await agenda.proposes(agenda.juliette)
    card = await agenda.card(event)
    await asyncio.gather(*(who.races(card, "Publier") for who in (agenda.agathe, agenda.omar) for _ in range(5)))
    await agenda.house.settled()
    assert len(await agenda.all_said(event.title, "actualites")) == 1
    assert (await read_news(agenda.juliette, event.title)).text.count("est publié") == 1


@pytest.mark.every_mode
async def test_who_is_elsewhere_sees_nothing_of_a_departement(agenda: AgendaStage) -> None:
    event = await agenda.proposes(agenda.agathe, pour="69")
    said = await agenda.said(event.title, room="departement:69")
    for line in ("/agenda", "/agenda mes", "/agenda passés", f"/agenda {event.id}"):
        assert event.title not in plain(await agenda.paul.asks(line))
    assert event.title in plain(await agenda.juliette.asks(f"/agenda {event.id}"))
    assert "Rhône (69)" in plain(await agenda.agathe.asks(f"/agenda {event.id}"))
    assert (await agenda.sends(agenda.paul, titre="Ailleurs", pour="01")).accepted
    await agenda.comes(agenda.lea, event)
    await agenda.house.registers(agenda.lea, Role.CONSEILLER, departements=["01"])
    for label in ("J’y serai", "Ajouter à mon agenda", "Détails"):
        await agenda.lea.clicks(said, label)
        assert "Il n’y a pas d’événement" in plain(await agenda.lea.whispered())
    for line in ("/agenda", "/agenda mes"):
        assert event.title not in plain(await agenda.lea.asks(line))


async def test_pages_past_ones_and_numbers(agenda: AgendaStage) -> None:
    many = [await agenda.proposes(agenda.agathe, pour="69", quand=write_day(agenda.now, 2, "10h")) for _ in range(6)]
    first = await agenda.juliette.asks("/agenda")
    assert "page 1 sur" in plain(first)
    assert first.buttons == [
        *["Détails, s’inscrire"] * 5,
        "Voir la suite",
        "Voir les miens",
        "Proposer un événement",
    ], "one for each on a phone"
    await agenda.juliette.clicks(first, "Détails, s’inscrire")
    opened = await agenda.juliette.whispered()
    assert opened.buttons[:2] == ["J’y serai", "Ajouter à mon agenda"]
    await agenda.juliette.clicks(opened, "J’y serai")
    await agenda.juliette.whispered("C’est noté")
    first = await agenda.juliette.asks("/agenda")
    assert first.buttons[:2] == ["Détails", "Détails, s’inscrire"]
    await agenda.juliette.clicks(first, "Voir la suite")
    assert "page 2 sur" in plain(await agenda.juliette.whispered())
    agenda.house.clock.goes_to(many[0].ends_at)
    past = plain(await agenda.juliette.asks("/agenda passés"))
    assert many[-1].title in past
    assert "J’y serai" not in past
    assert "est passé" in plain(await _refused(agenda, many[0].number))
    assert "Il n’y a pas d’événement" in plain(await agenda.juliette.asks("/agenda 999999"))


async def test_events_of_some_days_or_about_something(agenda: AgendaStage) -> None:
    """What was asked for holds on the second page; where nothing is found, the way to what is past or elsewhere."""
    word = unique("vielle")
    far, tomorrow = write_day(agenda.now, 40, "10h"), write_day(agenda.now, 1, "9h")
    later = [await agenda.proposes(agenda.agathe, titre=f"Café {word} {n}", quand=far) for n in range(6)]
    near = await agenda.proposes(agenda.agathe, titre="Accordéons", quand=tomorrow)
    found = await agenda.juliette.asks(f"/agenda {word}s")
    assert "6 événements" in plain(found)
    await agenda.juliette.clicks(found, "Voir la suite")
    second = plain(await agenda.juliette.whispered())
    assert later[-1].title in second
    assert f"sur « {word}s »** : 6 événements (page 2 sur 2)" in second
    of_day = plain(await agenda.juliette.asks("/agenda demain"))
    assert near.title in of_day
    assert later[0].title not in of_day
    assert later[0].title in plain(await agenda.juliette.asks(f"/agenda {later[0].starts_at:%m/%Y}"))
    past = await agenda.juliette.asks(f"/agenda passés {word}")
    assert f"Aucun événement passé sur « {word} »." in plain(past)
    assert buttons(past) == ["Chercher partout"]
    agenda.house.clock.goes_to(later[0].ends_at)
    assert "6 événements" in plain(await agenda.juliette.asks(f"/agenda passés {word}"))
    assert "Aucun événement passé pour " in plain(await agenda.juliette.asks("/agenda hier"))
    gone = plain(await agenda.juliette.asks(f"/agenda passés {later[0].starts_at:%d/%m/%Y}"))
    assert later[-1].title in gone
    assert "Aucun événement à venir pour" in plain(await agenda.juliette.asks("/agenda janvier 2087"))


async def _refused(agenda: AgendaStage, number: int) -> Post:
    """What is said of a click under what is over."""
    said = await agenda.said(f"n° {number}", room="departement:69")
    await agenda.juliette.clicks(said, "J’y serai")
    return await agenda.juliette.whispered()


async def test_nothing_to_come_leads_to_a_proposal(agenda: AgendaStage) -> None:
    agenda.house.clock.goes_to(agenda.now.replace(year=agenda.now.year + 4))
    empty = await agenda.juliette.asks("/agenda")
    assert "Aucun événement à venir" in plain(empty)
    form = await agenda.juliette.opens_by(empty, "Proposer un événement")
    assert "titre" in form.names


@pytest.mark.every_mode
async def test_without_a_room_it_waits_and_without_a_channel_it_is_said_later(agenda: AgendaStage) -> None:
    async with agenda.house.bot.database.transaction() as db:
        for key in agenda.rooms:
            await canaux.forget_channel(db, key)
    first = await agenda.proposes(agenda.juliette)
    listed = await agenda.agathe.asks("/agenda propositions")
    assert "ne connaît pas encore la salle" in plain(listed)
    home = await agenda.agathe.asks("/aide")
    assert "relu" in plain(home)
    async with agenda.house.bot.database.transaction() as db:
        await canaux.remember_channel(db, "animation", agenda.rooms["animation"], agenda.house.clock())
    event = await agenda.proposes(agenda.juliette)
    await agenda.agathe.clicks(await agenda.card(event), "Publier")
    assert "ne connaît pas encore le canal" in plain(await agenda.agathe.whispered("publié"))
    async with agenda.house.bot.database.transaction() as db:
        await canaux.remember_channel(db, "actualites", agenda.rooms["actualites"], agenda.house.clock())
    for _ in range(2):
        await agenda.house.bot.runs.run(("job", "agenda.catch_up"), unique("fois"))
        await agenda.house.settled()
    assert len(await agenda.all_said(event.title, "actualites")) == 1
    assert len(await agenda.all_said(first.title, "animation")) == 1, "its card came with the room"


async def test_what_is_today_is_at_home(agenda: AgendaStage) -> None:
    event = await agenda.proposes(agenda.agathe, pour="69", quand=write_day(agenda.now, 3, "18h"))
    await agenda.comes(agenda.juliette, event)
    assert "Aujourd’hui à 18 h" not in plain(await agenda.juliette.asks("/aide"))
    agenda.house.clock.goes_to(event.starts_at.replace(hour=8))
    home = await agenda.juliette.asks("/aide")
    assert "Aujourd’hui à 18 h" in plain(home)
    await agenda.juliette.clicks(home, "Voir l’événement")
    assert event.title in plain(await agenda.juliette.whispered())
