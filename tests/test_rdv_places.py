"""Stories: where who booked is met follows the moment, on the card, on the page and in the report."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bot.clock import utc_now
from dialogs.rdv.places import read_place
from storage.cra.report import Canal
from storage.people import Person as Registered
from storage.rdv import PlaceKind
from storage.rdv.bookings import WeeklyRange, replace_ranges
from tests.people import Post
from tests.support.house import PARIS
from tests.support.rdv import Desk, desk
from tests.support.workplace import operate
from tests.test_rdv_rooms import set_up

__all__ = ["desk"]
HALL, VISIO, PHONE, HOME = "Mairie, 69500 Bron", "En visio", "Par téléphone", "À domicile"


@pytest.mark.parametrize(
    ("words", "kind", "canal", "commune"),
    [
        ("", PlaceKind.PLACE, Canal.RATTACHEMENT, ""),
        ("Médiathèque", PlaceKind.PLACE, Canal.RATTACHEMENT, ""),
        ("Médiathèque de Bron, salle 2", PlaceKind.PLACE, Canal.RATTACHEMENT, "69029"),
        ("Mon bureau", PlaceKind.PLACE, Canal.RATTACHEMENT, ""),
        ("Mairie de Bron", PlaceKind.PLACE, Canal.AUTRE, "69029"),
        ("CCAS d’Oullins-Pierre-Bénite", PlaceKind.PLACE, Canal.AUTRE, "69149"),
        ("France services, Givors", PlaceKind.PLACE, Canal.AUTRE, "69091"),
        ("Mairie, 38200 Vienne", PlaceKind.PLACE, Canal.AUTRE, "38544"),
        ("Mairie de Vienne", PlaceKind.PLACE, Canal.AUTRE, ""),
        ("Salle des fêtes", PlaceKind.PLACE, Canal.AUTRE, ""),
        ("Maison de quartier", PlaceKind.PLACE, Canal.AUTRE, ""),
        ("En visioconférence", PlaceKind.VISIO, Canal.DISTANCE, ""),
        ("Par téléphone", PlaceKind.PHONE, Canal.DISTANCE, ""),
        ("À domicile, Bron", PlaceKind.HOME, Canal.DOMICILE, "69029"),
    ],
)
def test_words_of_a_place_say_how_people_meet_and_where(
    words: str, kind: PlaceKind, canal: Canal, commune: str
) -> None:
    owner = Registered(id="", username="", departements=["69"], structure="Médiathèque de Bron", since=utc_now())
    read = read_place(words, owner)
    assert (read["place"], read["place_kind"], read["canal"], read["commune"]) == (words, kind, canal, commune)


async def offer_hours(desk: Desk, *places: str) -> dict[str, Sequence[str]]:
    """Give Juliette two hours a day at each of these places, one after the other; return the moments of each."""
    ranges = [
        WeeklyRange(user_id=desk.juliette.id, weekday=day, start=at, end=at + 60, length=30, ahead=14, place=place)
        for day in range(7)
        for at, place in zip(range(540, 1200, 60), places, strict=False)
    ]
    async with desk.house.bot.database.transaction() as db:
        await replace_ranges(db, desk.juliette.id, ranges)
    free = (await desk.asks()).moments
    hours = {moment: datetime.fromisoformat(moment).astimezone(PARIS).hour for moment in free}
    return {place: [at for at in free if hours[at] == 9 + number] for number, place in enumerate(places)}


async def offer_other(desk: Desk, moment: str) -> None:
    """Juliette proposes that other moment for the only booking."""
    shown = await desk.juliette.asks(f"/rdv {(await desk.bookings())[0][1].number}")
    await desk.juliette.clicks(shown, "Voir qui a réservé" if "Voir qui a réservé" in shown.buttons else "Répondre")
    card = await desk.juliette.answered()
    assert isinstance(card, Post)
    form = await desk.juliette.opens_by(card, "Proposer un autre moment")
    (value,) = [one for one in form.options("moment") if datetime.fromisoformat(one) == datetime.fromisoformat(moment)]
    assert (await form.fill(moment=value).submit()).accepted


async def test_the_visio_follows_the_moment_that_is_proposed(desk: Desk) -> None:
    async with set_up(desk.house, visio="jitsi https://visio.exemple.fr coop"):
        await desk.is_automatic()
        free = await offer_hours(desk, VISIO, HALL)
        code = (await desk.books(free[VISIO][0])).code
        await desk.house.settled()
        ((_, rdv),) = await desk.bookings()
        assert rdv.visio_url.startswith("https://visio.exemple.fr/")

        await offer_other(desk, free[HALL][0])
        ((_, rdv),) = await desk.bookings()
        assert (rdv.place_kind, rdv.place, rdv.visio_url) == (PlaceKind.PLACE, HALL, "")
        assert (rdv.canal, rdv.commune, rdv.code_postal) == (Canal.AUTRE, "69029", "69500")
        offered = await desk.asks(f"/{code}")
        assert "visio.exemple.fr" not in offered.body
        assert "visio.exemple.fr" not in (await desk.asks(f"/{code}.ics")).body
        await desk.sends(f"/{code}", action="accepter", creneau=free[HALL][0])
        await desk.house.settled()  # what she hears of it is not taken for an answer to what she does next

        await offer_other(desk, free[VISIO][1])
        ((_, rdv),) = await desk.bookings()
        assert (rdv.place_kind, rdv.canal, rdv.commune) == (PlaceKind.VISIO, Canal.DISTANCE, "")
        await desk.sends(f"/{code}", action="accepter", creneau=free[VISIO][1])
        await desk.house.settled()
        assert "https://visio.exemple.fr/" in (await desk.asks(f"/{code}")).body


async def test_programs_and_reports_read_where_who_booked_is_met(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    await desk.is_automatic()
    free = await offer_hours(desk, "", HALL, VISIO, PHONE, HOME)
    for number, moments in enumerate(free.values()):
        await desk.books(moments[0], contact=f"p{number}@exemple.fr")
    moved = (await desk.books(free[HOME][1], contact="deplace@exemple.fr")).code
    await desk.sends(f"/{moved}", action="deplacer", creneau=free[PHONE][1])
    capsys.readouterr()
    assert await operate(desk.house.settings, "rdv", "--user", desk.juliette.username, "--json") == 0
    told = {one["debut"]: one["canal"] for one in json.loads(capsys.readouterr().out)}
    canals = ("rattachement", "autre", "distance", "distance", "domicile")
    assert told == {moments[0]: canal for moments, canal in zip(free.values(), canals, strict=True)} | {
        free[PHONE][1]: "distance"
    }
    hall = next(rdv for _, rdv in await desk.bookings() if rdv.place == HALL)
    desk.house.clock.goes_to(hall.ends_at + timedelta(minutes=5))
    form = await desk.juliette.opens_by(await desk.juliette.asks(f"/rdv {hall.number}"), "Compte rendu")
    assert form.shown("canal") == "autre"
    assert "Bron" in form.shown("commune")
