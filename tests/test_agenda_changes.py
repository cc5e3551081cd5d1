"""Stories: an event is moved, cancelled, restored; who said that they come is told once, and reminded once."""

from datetime import timedelta

import pytest
from icalendar import Event

from storage.agenda import AgendaEvent, EventState
from storage.people import Role
from tests.people import Person, Post
from tests.people.dialog import Dialog
from tests.support.house import PARIS, list_audit, plain
from tests.support.publications import AgendaStage, agenda, read_events, write_day

__all__ = ["agenda"]


async def coming(agenda: AgendaStage, *who: Person, days: int = 8, hour: str = "14h", **fields: str) -> AgendaEvent:
    """A published event, and people who come to it."""
    event = await agenda.proposes(agenda.agathe, quand=write_day(agenda.now, days, hour), **({"pour": "69"} | fields))
    for one in who:
        await agenda.comes(one, event)
    return event


async def window_of(who: Person, event: AgendaEvent, label: str) -> Dialog:
    """The window that « Modifier » or « Annuler l’événement » opens."""
    return await who.opens_by(await who.asks(f"/agenda {event.id}"), label)


async def changes(agenda: AgendaStage, who: Person, event: AgendaEvent, **fields: str) -> AgendaEvent:
    """Somebody corrects it; it, as it is then."""
    window = await window_of(who, event, "Modifier")
    answer = await window.fill(**fields).submit()
    assert answer.accepted, answer
    await agenda.house.settled()
    return await agenda.as_is(event)


async def cancels(agenda: AgendaStage, who: Person, event: AgendaEvent, reason: str = "") -> None:
    """Somebody cancels it."""
    window = await window_of(who, event, "Annuler l’événement")
    assert (await window.fill(raison=reason).submit()).accepted
    await agenda.house.settled()


async def offers(who: Person, event: AgendaEvent) -> Post:
    """All that is known of it, with what can be done."""
    return await who.asks(f"/agenda {event.id}")


@pytest.mark.every_mode
async def test_moved_it_is_rewritten_and_who_comes_is_told_once(agenda: AgendaStage) -> None:
    event = await coming(agenda, agenda.lea, agenda.agathe)
    said = await agenda.said(event.title, room="departement:69")
    moved = await changes(
        agenda, agenda.agathe, event, quand=write_day(agenda.now, 9, "10h30"), jusqua="12h", lieu="Mairie"
    )
    assert moved.sequence > event.sequence
    now = plain(await agenda.lea.sees(said))
    assert "de 10 h 30 à 12 h" in now
    assert "Mairie" in now
    for _ in range(2):
        await agenda.runs()
    (told,) = await agenda.told(agenda.lea, event, "a changé")
    assert "de 10 h 30 à 12 h" in told
    assert "Mairie" in told
    assert not await agenda.told(agenda.agathe, event, "a changé"), "who changed it knows"
    assert not await agenda.told(agenda.juliette, event, "a changé"), "who does not come has no use for it"
    await changes(agenda, agenda.agathe, event, details="Avec un goûter.")
    await agenda.runs()
    assert len(await agenda.told(agenda.lea, event, "a changé")) == 1, "where and when it is did not change"


@pytest.mark.every_mode
async def test_cancelled_with_a_word_and_restored(agenda: AgendaStage) -> None:
    event = await coming(agenda, agenda.lea)
    said = await agenda.said(event.title, room="departement:69")
    await cancels(agenda, agenda.agathe, event, "La salle est prise. @channel")
    assert (await agenda.as_is(event)).state is EventState.CANCELLED
    stands = await agenda.lea.sees(said)
    assert "annulé" in plain(stands)
    assert "J’y serai" not in stands.buttons
    assert event.title not in plain(await agenda.lea.asks("/agenda"))
    assert "annulé" in plain(await agenda.lea.asks("/agenda mes"))
    await agenda.runs()
    (told,) = await agenda.told(agenda.lea, event, "annulé")
    assert "La salle est prise." in told
    await agenda.lea.clicks(stands, "Détails")
    await agenda.agathe.clicks(await offers(agenda.agathe, event), "Rétablir")
    await agenda.agathe.whispered("rétabli")
    await agenda.house.settled()
    assert "J’y serai" in (await agenda.lea.sees(said)).buttons
    await agenda.runs()
    await agenda.runs()
    assert len(await agenda.told(agenda.lea, event, "a lieu finalement")) == 1
    assert (await list_audit(agenda.house, f"evenement:{event.number}"))[-2:] == [
        ("annuler", "agathe"),
        ("retablir", "agathe"),
    ]


async def test_cancelled_and_restored_at_once_nobody_is_told(agenda: AgendaStage) -> None:
    event = await coming(agenda, agenda.lea)
    await cancels(agenda, agenda.agathe, event)
    await agenda.agathe.clicks(await offers(agenda.agathe, event), "Rétablir")
    await agenda.house.settled()
    await agenda.runs()
    assert not await agenda.told(agenda.lea, event, "annulé")
    assert not await agenda.told(agenda.lea, event, "finalement")


async def test_the_author_changes_what_is_theirs_and_others_do_not(agenda: AgendaStage) -> None:
    event = await agenda.proposes(agenda.juliette, pour="69")
    card = await agenda.card(event)
    await agenda.agathe.clicks(card, "Publier")
    await agenda.house.settled()
    assert not {"Modifier", "Plus…"} & set((await offers(agenda.lea, event)).buttons)
    window = await window_of(agenda.juliette, event, "Modifier")
    assert window.options("pour") == {"69": "Rhône (69)"}, "what is out stays for whom it was"
    assert (await window.fill(lieu="Gymnase").submit()).accepted
    under = await agenda.said("Modifié par", room="animation", event="Modifié par")
    assert under.root_id == card.id
    await cancels(agenda, agenda.agathe, event)
    assert "Votre événement" in (await agenda.told(agenda.juliette, event, "annulé par un animateur"))[0]
    await agenda.juliette.clicks(await offers(agenda.juliette, event), "Rétablir")
    assert "demandez-lui" in plain(await agenda.juliette.whispered())
    assert (await agenda.as_is(event)).state is EventState.CANCELLED


async def test_of_two_windows_the_second_is_told_that_it_changed(agenda: AgendaStage) -> None:
    event = await coming(agenda)
    window = await window_of(agenda.omar, event, "Modifier")
    await changes(agenda, agenda.agathe, event, lieu="Gymnase")
    answer = await window.fill(lieu="Piscine").submit()
    assert "a changé pendant que vous écriviez" in plain_text(answer.error)
    assert (await agenda.as_is(event)).place == "Gymnase"
    again = await agenda.omar.opens("/brouillon")
    assert again.shown("lieu") == "Piscine"
    assert (await again.submit()).accepted
    assert (await agenda.as_is(event)).place == "Piscine"


def plain_text(text: str) -> str:
    """With plain spaces."""
    return text.replace("\u00a0", " ")


async def test_a_coordinateur_s_refused_event_is_proposed_again(agenda: AgendaStage) -> None:
    nora = await agenda.house.site.person("nora")
    await agenda.house.registers(nora, Role.COORDINATEUR, departements=["69"])
    event = await agenda.proposes(nora)
    window = await agenda.agathe.opens_by(await agenda.card(event), "Refuser")
    assert (await window.fill(raison="Pour le Rhône seulement.").submit()).accepted
    await agenda.house.settled()
    assert (await changes(agenda, nora, event, pour="69")).state is EventState.PROPOSED
    await cancels(agenda, nora, event)
    assert "annulé" in plain(await agenda.card(event, "annulé"))
    assert event.title not in plain(await agenda.juliette.asks(f"/agenda {event.id}")), "it was never out"
    await nora.clicks(await offers(nora, event), "Rétablir")
    await agenda.card(event, "à relire")


@pytest.mark.every_mode
async def test_reminded_the_day_before_and_an_hour_before_each_once_over_restarts(agenda: AgendaStage) -> None:
    event = await coming(agenda, agenda.lea, lien="https://visio.exemple.fr/salle")
    assert "la veille à 17 h, puis une heure avant" in plain(await agenda.comes(agenda.juliette, event))
    evening = (event.starts_at.astimezone(PARIS) - timedelta(days=1)).replace(hour=17, minute=0)
    await agenda.goes_to(evening - timedelta(minutes=5))
    await agenda.runs()
    assert not await agenda.told(agenda.lea, event, "Rappel")
    await agenda.goes_to(evening + timedelta(seconds=1))
    await agenda.runs()
    await agenda.house.restart()
    async with agenda.house.replica() as other:
        await other.runs.run(("job", "agenda.tell"), "autre")
    await agenda.runs()
    (told,) = await agenda.told(agenda.lea, event, "Rappel")
    assert "visio.exemple.fr" in told
    await agenda.goes_to(event.starts_at - timedelta(minutes=55))
    await agenda.runs()
    await agenda.runs()
    assert len(await agenda.told(agenda.lea, event, "Rappel")) == 2
    newest = (await agenda.lea.direct())[-1]
    assert newest.buttons == ["Ajouter à mon agenda", "Je n’y serai plus"]


async def test_nobody_is_reminded_who_has_no_use_for_it(agenda: AgendaStage) -> None:
    paul, lea, juliette, omar = agenda.paul, agenda.lea, agenda.juliette, agenda.omar
    event = await coming(agenda, lea, juliette, omar, days=3)
    other = await coming(agenda, lea, days=3)
    whole = await offers(lea, event)
    await lea.clicks(whole, "Je n’y serai plus")
    await agenda.house.registers(juliette, Role.CONSEILLER, departements=["01"])
    yesterday = agenda.now.date() - timedelta(days=1)
    await agenda.house.registers(omar, Role.ANIMATEUR, left_on=yesterday)
    await cancels(agenda, agenda.agathe, other)
    await agenda.runs()
    await agenda.goes_to((event.starts_at - timedelta(days=1)).astimezone(PARIS).replace(hour=18))
    assert "Un rappel vient une heure avant." in plain(await agenda.comes(agenda.agathe, event))
    await agenda.runs()
    for who in (paul, lea, juliette, omar, agenda.agathe):
        assert not await agenda.told(who, event, "Rappel"), who.username
        assert not await agenda.told(who, other, "Rappel"), who.username
    await agenda.goes_to(event.starts_at - timedelta(minutes=30))
    await agenda.runs()
    assert len(await agenda.told(agenda.agathe, event, "Rappel")) == 1, "who came late hears of the last hour"


async def test_moved_to_tomorrow_in_the_evening_it_is_said_once(agenda: AgendaStage) -> None:
    event = await coming(agenda, agenda.lea)
    await agenda.goes_to(agenda.now.replace(hour=18))
    await changes(agenda, agenda.agathe, event, quand=write_day(agenda.now, 1, "15h"), jusqua="")
    await agenda.runs()
    await agenda.runs()
    assert len(await agenda.told(agenda.lea, event, "a changé")) == 1
    assert not await agenda.told(agenda.lea, event, "Rappel"), "the same words a second time"
    await agenda.goes_to((await agenda.as_is(event)).starts_at - timedelta(minutes=59))
    await agenda.runs()
    assert len(await agenda.told(agenda.lea, event, "Rappel")) == 1


@pytest.mark.every_mode
async def test_the_file_is_the_same_event_with_each_change(agenda: AgendaStage) -> None:
    event = await coming(agenda, agenda.lea, lien="https://visio.exemple.fr/salle")
    first = await file_of(agenda, event)
    await changes(agenda, agenda.agathe, event, quand=write_day(agenda.now, 9, "10h"), jusqua="11h")
    second = await file_of(agenda, event)
    await cancels(agenda, agenda.agathe, event)
    await agenda.runs()
    third = await file_by(agenda, (await agenda.lea.direct())[-1], "Retirer de mon agenda")
    assert first.uid == second.uid == third.uid
    assert first.sequence < second.sequence < third.sequence
    assert (first["STATUS"], third["STATUS"]) == ("CONFIRMED", "CANCELLED")
    moved = await agenda.as_is(event)
    assert (event.starts_at, moved.starts_at, moved.ends_at) == (first.DTSTART, second.DTSTART, second.DTEND)
    assert second["URL"] == "https://visio.exemple.fr/salle"
    assert second["LOCATION"] == "Médiathèque"


async def file_of(agenda: AgendaStage, event: AgendaEvent) -> Event:
    """What the file says of it."""
    return await file_by(agenda, await agenda.said(event.title, room="departement:69"), "Ajouter à mon agenda")


async def file_by(agenda: AgendaStage, post: Post, label: str) -> Event:
    """What the file says that a button gives."""
    await agenda.lea.clicks(post, label)
    (name, body), *others = (await agenda.lea.files(await agenda.lea.told("ouvrez ce fichier"))).items()
    assert not others
    assert name.endswith(".ics")
    (only,) = read_events(body)
    return only
