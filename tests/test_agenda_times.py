"""When events are: as people write it, on the nights that change the hour, overseas; and what is explained."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.agenda import AgendaEvent, EventState
from storage.people import Role
from tests.people import Person
from tests.support.house import PARIS, plain
from tests.support.publications import AgendaStage, agenda, read_events, write_day

__all__ = ["agenda"]


WINTER, SPRING = datetime(2027, 2, 1, 9, tzinfo=PARIS), datetime(2027, 9, 1, 9, tzinfo=PARIS)


def said(text: str) -> str:
    """With plain spaces."""
    return text.replace("\u00a0", " ")


@pytest.mark.every_mode
async def test_what_cannot_be_is_explained_under_its_field(agenda: AgendaStage) -> None:
    now = agenda.now
    wrong = [
        ({"quand": "dans longtemps"}, "quand", "Écrivez le jour et l’heure"),
        ({"quand": write_day(now, -3, "14h")}, "quand", "Ce jour est passé"),
        ({"quand": write_day(now, 0, "0h01")}, "quand", "Ce moment est passé"),
        ({"quand": write_day(now, 401, "14h")}, "quand", "C’est trop loin"),
        ({"jusqua": "13h"}, "jusqua", "La fin est avant le début"),
        ({"jusqua": "plus tard"}, "jusqua", "Écrivez l’heure de fin"),
        ({"jusqua": write_day(now, 80, "14h")}, "jusqua", "C’est trop long"),
        ({"lieu": ""}, "lieu", "Donnez un lieu ou un lien"),
        ({"lien": "javascript:alert(1)"}, "lien", "Ce lien ne convient pas"),
        ({"lien": "https://exemple.fr/" + "a" * 1000}, "lien", "1000 caractères"),
        ({"titre": "\u200b\u202e\u2066"}, "titre", "Remplissez ce champ"),
        ({"details": "Ma carte : 4970 1012 3456 7893"}, "details", "donnée personnelle"),
    ]
    form = await agenda.juliette.opens("/agenda proposer")
    usual = {
        "titre": "Atelier",
        "quand": write_day(now, 8, "14h"),
        "jusqua": "",
        "lieu": "Ici",
        "lien": "",
        "details": "",
    }
    for fields, name, sentence in wrong:
        answer = await form.fill(pour="reseau", **(usual | fields)).submit()
        assert sentence in said(answer.errors[name]), (fields, answer)


async def test_a_departement_that_is_not_one_s_own_any_more_is_refused(agenda: AgendaStage) -> None:
    form = await agenda.juliette.opens("/agenda proposer")
    await agenda.house.registers(agenda.juliette, Role.CONSEILLER, departements=["01"])
    answer = await form.fill(titre="A", quand=write_day(agenda.now, 8, "14h"), lieu="Ici", pour="69").submit()
    assert "l’un des vôtres" in said(answer.errors["pour"])


@pytest.mark.every_mode
async def test_the_hour_that_spring_skips_is_explained(agenda: AgendaStage) -> None:
    agenda.house.clock.goes_to(WINTER)
    form = await agenda.juliette.opens("/agenda proposer")
    usual = {"titre": "Nuit", "lieu": "Ici", "pour": "reseau"}
    answer = await form.fill(quand="28/03/2027 2h30", **usual).submit()
    assert "n’existe pas" in said(answer.errors["quand"])
    assert "dimanche 28 mars 2027 à 3 h 30" in said(answer.errors["quand"])
    answer = await form.fill(quand="28/03/2027 1h30", jusqua="2h15").submit()
    assert "n’existe pas" in said(answer.errors["jusqua"])
    assert (await form.fill(quand="28/03/2027 1h30", jusqua="3h30").submit()).accepted
    event = await agenda.titled("Nuit")
    assert event.ends_at - event.starts_at == timedelta(hours=1)


@pytest.mark.every_mode
async def test_the_hour_that_autumn_has_twice_is_the_first_and_said_so(agenda: AgendaStage) -> None:
    agenda.house.clock.goes_to(SPRING)
    event = await agenda.proposes(agenda.agathe, quand="31/10/2027 2h30", jusqua="", pour="69")
    assert event.starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert event.ends_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    shown = plain(await agenda.juliette.asks(f"/agenda {event.id}"))
    assert "de 2 h 30 (heure d’été) à 2 h 30 (heure d’hiver)" in shown
    whole = await agenda.agathe.asks(f"/agenda {event.id}")
    window = await agenda.agathe.opens_by(whole, "Modifier")
    assert (await window.fill(lieu="Là").submit()).accepted
    same = await agenda.as_is(event)
    assert (same.starts_at, same.ends_at, same.place) == (event.starts_at, event.ends_at, "Là")


@pytest.mark.every_mode
async def test_overseas_each_reads_their_own_time(agenda: AgendaStage) -> None:
    agenda.house.clock.goes_to(WINTER)
    rose = await agenda.house.site.person("rose")
    place = {"departements": ["974"], "timezone": "Indian/Reunion"}
    await agenda.house.registers(rose, Role.CONSEILLER, **place)
    event = await agenda.proposes(rose, quand="10/02/2027 10h", jusqua="11h30")
    assert event.starts_at == datetime(2027, 2, 10, 6, tzinfo=UTC)
    await agenda.agathe.clicks(await agenda.card(event), "Publier")
    await agenda.house.settled()
    assert "de 10 h à 11 h 30 (heure de La Réunion)" in plain(await rose.asks(f"/agenda {event.id}"))
    assert "de 7 h à 8 h 30 (heure de Paris)" in plain(await agenda.juliette.asks(f"/agenda {event.id}"))
    assert "de 7 h à 8 h 30 (heure de Paris)" in plain(await agenda.said(event.title, room="actualites"))
    await agenda.comes(rose, event)
    await agenda.comes(agenda.juliette, event)
    await agenda.goes_to(datetime(2027, 2, 9, 17, 1, tzinfo=ZoneInfo("Indian/Reunion")))
    await agenda.runs()
    assert len(await agenda.told(rose, event, "Rappel")) == 1
    assert not await agenda.told(agenda.juliette, event, "Rappel"), "it is two in the afternoon in Paris"


@pytest.mark.every_mode
async def test_an_hour_alone_ends_on_the_same_day_and_several_days_are_said(agenda: AgendaStage) -> None:
    one = await agenda.proposes(agenda.agathe, jusqua="16h30")
    assert one.ends_at - one.starts_at == timedelta(hours=2, minutes=30)
    many = await agenda.proposes(agenda.agathe, jusqua=write_day(agenda.now, 10, "12h"))
    first, last = (agenda.now + timedelta(days=days) for days in (8, 10))
    shown = plain(await agenda.juliette.asks(f"/agenda {many.id}"))
    assert f"{first.day} " in shown.replace("1er", "1")
    assert "à 14 h au " in shown
    assert f"{last.day} " in shown.replace("1er", "1")


HOSTILE = (
    "@all @channel @here @juliette",
    "**gras** `code` # titre",
    "[piège](https://mauvais.example) ![image](https://mauvais.example/x.png)",
    "\u202eetnedicca\u202c x\u200b\u200dy \u2067\u05d0\u2069",
    "a\r\nATTACH:https://mauvais.example\r\nEND:VEVENT; b, c\\n",
    "<script>alert(1)</script> :smile: ~town-square",
)


@pytest.mark.parametrize("words", HOSTILE)
async def test_hostile_words_are_shown_and_mean_nothing(agenda: AgendaStage, words: str) -> None:
    titre = f"Zither {agenda.now.timestamp()} {words}"
    form = await agenda.juliette.opens("/agenda proposer")
    fields = {
        "lieu": words,
        "details": f"{words}\n- liste {words}",
        "pour": "69",
        "quand": write_day(agenda.now, 8, "14h"),
    }
    assert (await form.fill(titre=titre, **fields).submit()).accepted
    await agenda.house.settled()
    event = await newest(agenda)
    assert event.title.startswith("Zither")
    posts = [await agenda.card(event)]
    window = await agenda.agathe.opens_by(posts[0], "Refuser")
    assert (await window.fill(raison=words).submit()).accepted
    posts.append(await agenda.card(event, "refusé"))
    await agenda.agathe.clicks(posts[0], "Publier")
    await agenda.house.settled()
    posts += [await agenda.said("Zither", room="departement:69"), await agenda.lea.asks(f"/agenda {event.id}")]
    posts += [await agenda.comes(agenda.lea, event)]
    for post in posts:
        shown = post.text
        for live in ("@all", "@channel", "@here", "@juliette ", "](https://mauvais", ":smile:", "\u202e", "\u2067"):
            assert live not in shown, (live, shown)
        assert "\n# " not in shown
        assert "\\*\\*gras" in shown or "gras" not in shown
    await agenda.lea.clicks(posts[2], "Ajouter à mon agenda")
    ((name, body),) = (await agenda.lea.files(await agenda.lea.told("ouvrez ce fichier"))).items()
    assert name.isascii()
    (only,) = read_events(body)
    assert str(only["SUMMARY"]) == event.title
    assert str(only["DESCRIPTION"]) == event.details
    assert "ATTACH" not in only
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    assert not any(sign in body.decode() for sign in "\u202e\u2067\u200b\u200d")


async def newest(agenda: AgendaStage) -> AgendaEvent:
    """The one that was proposed last."""
    from sqlmodel import col, select

    async with agenda.house.bot.database.transaction(writes=False) as db:
        return (await db.exec(select(AgendaEvent).order_by(col(AgendaEvent.id).desc()))).all()[0]


async def test_a_link_to_a_private_network_is_refused(agenda: AgendaStage) -> None:
    answer = await agenda.sends(agenda.lea, titre="Ici", lien="http://169.254.169.254/latest/meta-data")
    assert "réseau privé" in answer.errors["lien"]


async def test_the_longest_event_is_shown_in_a_list_and_as_a_file(agenda: AgendaStage) -> None:
    titre = f"{agenda.now.timestamp():.0f}{'*@[' * 50}"[:150]
    fields = {"titre": titre, "lieu": "_é" * 75, "details": "é@[x](y) " * 330, "pour": "69"}
    first = write_day(agenda.now, 1, "0h05")
    assert (await agenda.sends(agenda.agathe, lien=f"exemple.fr/{'a' * 900}", quand=first, **fields)).accepted
    event = await newest(agenda)
    assert event.state is EventState.PUBLISHED
    assert titre[:10] in await seen(agenda.lea, "/agenda")
    assert "é@" in await seen(agenda.lea, f"/agenda {event.id}")


async def seen(who: Person, line: str) -> str:
    """What somebody reads."""
    return plain(await who.asks(line)).replace("\\", "")
