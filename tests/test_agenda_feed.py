"""Stories of « /agenda flux »: a calendar reads what its owner may see, at an address that nobody else knows."""

import re
from datetime import timedelta

import pytest

from bot.errors import ChatError
from storage.agenda import AgendaEvent, get_feed
from storage.people import Role
from tests.people import Person, Post
from tests.support.house import LOG, House, plain
from tests.support.publications import AgendaStage, agenda, read_events, read_titles, write_day
from tests.support.rdv import follow_calendar, read_calendar

__all__ = ["agenda"]


def address_in(post: Post) -> str:
    """Where a feed is."""
    found = re.search(r"`(http[^`]+/agenda/[\w-]+\.ics)`", post.text)
    assert found, post.text
    return found[1]


async def opened(who: Person) -> tuple[Post, str]:
    """Somebody opens their feed; what they are answered, and its address."""
    await who.runs("/agenda abonnement")
    told = await who.whispered("flux")
    return told, address_in(told)


async def one_of_each(agenda: AgendaStage) -> tuple[AgendaEvent, AgendaEvent]:
    """One event for all, and one for the Rhône."""
    return await agenda.proposes(agenda.agathe), await agenda.proposes(agenda.agathe, pour="69")


@pytest.mark.every_mode
async def test_each_reads_what_is_for_them_and_rights_are_read_each_time(agenda: AgendaStage) -> None:
    public, local = await one_of_each(agenda)
    proposed = await agenda.proposes(agenda.juliette)
    (_, hers), (_, his) = await opened(agenda.juliette), await opened(agenda.paul)
    answer, body = await agenda.fetches(hers)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in answer.headers["Cache-Control"]
    assert {public.title, local.title} <= set(read_titles(body))
    assert proposed.title not in read_titles(body)
    answer, body = await agenda.fetches(his)
    assert public.title in read_titles(body)
    assert local.title.encode() not in body
    await agenda.house.registers(agenda.juliette, Role.CONSEILLER, departements=["01"])
    answer, body = await agenda.fetches(hers)
    assert (answer.status, local.title.encode() in body) == (200, False)


@pytest.mark.every_mode
async def test_what_is_unchanged_is_not_sent_again_and_head_has_no_body(agenda: AgendaStage) -> None:
    public, _ = await one_of_each(agenda)
    _, address = await opened(agenda.juliette)
    first, body = await agenda.fetches(address)
    tag, before = first.headers["ETag"], read_calendar(body)
    again, nothing = await agenda.fetches(address, **{"If-None-Match": tag})
    assert (again.status, nothing, again.headers["ETag"]) == (304, b"", tag)
    again, nothing = await agenda.fetches(address, **{"If-None-Match": f'W/{tag}, "autre"'})
    assert again.status == 304
    head, nothing = await agenda.fetches(address, "HEAD")
    assert (head.status, nothing, head.headers["ETag"]) == (200, b"", tag)
    await agenda.comes(agenda.lea, public)
    await agenda.house.settled()
    same, _ = await agenda.fetches(address)
    assert same.headers["ETag"] == tag, "who comes is nobody’s business"
    assert not re.search(rb"ATTENDEE|ORGANIZER|juliette|agathe", body)
    await cancel(agenda, public)
    changed, body = await agenda.fetches(address, **{"If-None-Match": tag})
    assert changed.status == 200
    follow_calendar(before, body)
    statuses = {str(e["SUMMARY"]): str(e["STATUS"]) for e in read_events(body)}
    assert statuses[public.title] == "CANCELLED"


async def cancel(agenda: AgendaStage, event: AgendaEvent) -> None:
    """An animateur cancels it."""
    window = await agenda.agathe.opens_by(await agenda.agathe.asks(f"/agenda {event.id}"), "Annuler l’événement")
    assert (await window.submit()).accepted
    await agenda.house.settled()


@pytest.mark.every_mode
async def test_changed_or_closed_the_old_address_leads_nowhere(agenda: AgendaStage) -> None:
    told, first = await opened(agenda.juliette)
    assert "Gardez-la pour vous" in plain(told)
    again = await agenda.juliette.asks("/agenda flux")
    assert "Changer l’adresse du lien" in again.buttons
    assert first not in again.text, "nobody knows it any more"
    await agenda.juliette.clicks(again, "Changer l’adresse du lien")
    second = address_in(await agenda.juliette.whispered("nouvelle adresse"))
    statuses = [(await agenda.fetches(address))[0].status for address in (first, second)]
    assert statuses == [404, 200]
    await agenda.juliette.clicks(again, "Fermer le lien")
    await agenda.juliette.whispered("fermé")
    gone, body = await agenda.fetches(second)
    unknown, other = await agenda.fetches(second.replace(second[-20:-4], "x" * 16))
    assert (gone.status, body) == (unknown.status, other) == (404, b'{"error": "Not Found"}')


async def test_what_is_no_address_of_a_feed_says_nothing(agenda: AgendaStage) -> None:
    _, address = await opened(agenda.juliette)
    for wrong in (address.removesuffix(".ics"), address + "x", address.replace("/agenda/", "/agenda/x/")):
        assert (await agenda.fetches(wrong))[0].status == 404
    assert (await agenda.fetches(f"{address}?a=1"))[0].status == 200
    base = address.rpartition("/")[0]
    for key in ("a" * 5000 + ".ics", "%00.ics", "%F0%9F%98%80.ics", "..%2f..%2fmetrics", ".ics", ""):
        assert (await agenda.fetches(f"{base}/{key}"))[0].status == 404, key
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer, body = await agenda.fetches(address, method)
        assert (answer.status, b"BEGIN" in body) == (405, False)
    assert address.rpartition("/")[2].removesuffix(".ics") not in LOG.getvalue()
    async with agenda.house.bot.database.transaction(writes=False) as db:
        stored = await get_feed(db, agenda.juliette.id)
    assert stored is not None
    assert stored.token_hash not in address


@pytest.mark.every_mode
async def test_who_left_or_whose_account_is_off_reads_nothing(agenda: AgendaStage) -> None:
    _, hers = await opened(agenda.juliette)
    _, his = await opened(agenda.lea)
    yesterday = agenda.now.date() - timedelta(days=1)
    await agenda.house.registers(agenda.juliette, Role.CONSEILLER, departements=["69"], left_on=yesterday)
    assert (await agenda.fetches(hers))[0].status == 404
    assert "membres du réseau" in plain(await agenda.juliette.asks("/agenda flux"))
    mine = await agenda.proposes(agenda.lea, pour="69")
    await agenda.house.registers(agenda.lea, Role.CONSEILLER, departements=["69"], left_on=yesterday)
    assert mine.title not in plain(await agenda.lea.asks(f"/agenda {mine.id}"))
    await agenda.house.registers(agenda.lea, Role.CONSEILLER, departements=["69"])
    await agenda.house.site.admin.delete(f"/users/{agenda.lea.id}")
    agenda.house.bot.people.note_change(agenda.lea.id, is_gone=True)
    assert (await agenda.fetches(his))[0].status == 404


@pytest.mark.parametrize(
    ("problem", "status"), [(ChatError(0, "away"), 503), (ChatError(404, "gone"), 404), (RuntimeError("broken"), 500)]
)
async def test_what_fails_says_no_more_than_its_status(
    agenda: AgendaStage, monkeypatch: pytest.MonkeyPatch, problem: Exception, status: int
) -> None:
    _, address = await opened(agenda.juliette)

    async def fails(*_: object) -> None:
        raise problem

    monkeypatch.setattr(agenda.house.bot.people, "fresh", fails)
    answer, body = await agenda.fetches(address)
    assert (answer.status, len(body) < 40) == (status, True)
    assert address.rpartition("/")[2].removesuffix(".ics") not in LOG.getvalue()


async def test_an_animateur_s_feed_is_not_all_departements_but_what_is_theirs(agenda: AgendaStage) -> None:
    public, local = await one_of_each(agenda)
    other = await agenda.proposes(agenda.juliette, pour="69")
    await agenda.omar.clicks(await agenda.card(other), "Publier")
    await agenda.house.settled()
    _, address = await opened(agenda.omar)
    assert {public.title, local.title, other.title} & set(read_titles((await agenda.fetches(address))[1])) == {
        public.title
    }
    await agenda.comes(agenda.omar, local)
    assert local.title in read_titles((await agenda.fetches(address))[1])


async def test_old_ones_leave_after_sixty_days(agenda: AgendaStage) -> None:
    event = await agenda.proposes(agenda.agathe, quand=write_day(agenda.now, 1, "9h"))
    _, address = await opened(agenda.juliette)
    await agenda.goes_to(event.ends_at + timedelta(days=59))
    assert event.title in read_titles((await agenda.fetches(address))[1])
    await agenda.goes_to(event.ends_at + timedelta(days=61))
    assert event.title not in read_titles((await agenda.fetches(address))[1])


async def test_what_ends_in_the_second_in_which_it_begins_has_no_end(house: House, agenda: AgendaStage) -> None:
    event = await agenda.proposes(agenda.agathe)
    async with house.bot.database.transaction() as db:
        kept = await db.get_one(AgendaEvent, event.number)
        kept.starts_at = event.starts_at.replace(microsecond=100)
        kept.ends_at = event.starts_at.replace(microsecond=900)
    _, address = await opened(agenda.juliette)
    events = read_calendar((await agenda.fetches(address))[1])
    (found,) = [each for each in events if each.text("UID").startswith(f"agenda-{event.number}@")]
    assert (found.count("DTSTART"), found.count("DTEND")) == (1, 0)


async def test_switched_off_it_says_nothing_more(house: House, agenda: AgendaStage) -> None:
    _, address = await opened(agenda.juliette)
    usual = house.settings
    house.settings = usual.model_copy(update={"features": ("-agenda",)})
    await house.restart()
    try:
        assert (await agenda.fetches(address))[0].status == 404
    finally:
        house.settings = usual
        await house.restart()
    assert (await agenda.fetches(address))[0].status == 200
