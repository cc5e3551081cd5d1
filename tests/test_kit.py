"""Stories: a conseiller orders a kit and follows its parcels; animateurs close the lot and speak to the supplier."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from commands.kit.supplier import HEAD
from storage import kit
from storage.kit import KitBatch, KitOrder, KitParcel
from storage.people import Person as Registered
from storage.people import Role, register
from storage.personal_data import PERSONAL_DATA, retention, rights
from tests.people import Dialog, Person, Post
from tests.support.conversation import make_team_room
from tests.support.house import House, agathe, forget_kits, plain, read_news, wait_until
from tests.support.workplace import operate

__all__ = ["agathe"]

SIRET, POST_OFFICE = "73282932000074", "35600000049837"
FORM: dict[str, str] = {
    "taille_haut": "M",
    "taille_bas": "42",
    "receptionnaire": "Juliette Moreau",
    "siret": "732 829 320 00074",
    "adresse": "12, rue de l’Égalité",
    "code_postal": "69120",
    "commune": "vaulx en velin",
    "telephone": "06 12 34 56 78",
    "horaires": "lundi à vendredi, 9h-12h",
}


@pytest.fixture(autouse=True)
async def _alone(house: House) -> AsyncIterator[None]:
    """A story has no lot from another one, and leaves none to it."""
    await forget_kits(house)
    yield
    await forget_kits(house)


async def orders(person: Person, **other: str) -> int:
    """Somebody orders a kit: the number of the order."""
    form = await person.opens("/kit")
    assert (await form.fill(**(FORM | other)).submit()).accepted
    return int(plain(await person.told("est commandé")).partition("commande n° ")[2].partition(",")[0])


@pytest.mark.postgres_too
async def test_two_windows_sent_at_one_moment_order_one_kit(
    house: House, juliette: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    forms = [(await juliette.opens("/kit")).fill(**FORM) for _ in range(3)]
    assert all(sent.accepted for sent in await asyncio.gather(*(form.submit() for form in forms)))
    await house.settled()
    assert len(await stored(house, capsys)) == 1


async def stored(house: House, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The orders as « coop-bot kits --json » tells them."""
    capsys.readouterr()
    assert await operate(house.settings, "kits", "--json") == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


async def closes(animateur: Person) -> None:
    """An animateur closes the newest lot."""
    await animateur.clicks(await animateur.asks("/kit lots"), "Clore")
    await animateur.whispered("est clos")


async def imports(house: House, folder: Path, text: str) -> int:
    """The operator takes the supplier’s numbers in."""
    (folder / "suivi.csv").write_text(text)
    return await operate(house.settings, "import", "kits", str(folder / "suivi.csv"))


@pytest.mark.every_mode
async def test_a_kit_is_ordered_corrected_and_followed_parcel_by_parcel(
    house: House, agathe: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    room = await make_team_room(house, agathe)
    async with house.bot.database.transaction() as db:
        await register.write_structures(db, [register.Structure(siret=SIRET, nom="Ville", code_commune="69256")])
    juliette = await house.conseiller(prenom="Juliette", nom="Moreau", siret=SIRET, telephone="+33612345678")
    form = await juliette.opens("/kit")
    assert form.names == list(FORM)
    known = {name: form.shown(name) for name in ("receptionnaire", "siret", "code_postal", "commune", "telephone")}
    assert known == {
        "receptionnaire": "Juliette Moreau",
        "siret": SIRET,
        "code_postal": "69120",
        "commune": "Vaulx-en-Velin",
        "telephone": "06\u00a012\u00a034\u00a056\u00a078",
    }
    other = await juliette.opens("/kit")
    await each_field_says_what_is_wrong(other)
    assert "À terminer" in plain(await juliette.asks("/accueil"))
    await each_field_says_what_is_wrong(form)
    assert (await form.fill(**FORM).submit()).accepted
    receipt = await juliette.told("est commandé")
    assert receipt.buttons == ["Corriger", "Retirer ma commande"]
    assert "À terminer" not in plain(await juliette.asks("/accueil")), "a kit is ordered once"
    for line in ("Juliette Moreau", "Ville", "12 RUE DE L EGALITE", "69120 VAULX EN VELIN"):
        assert line in receipt.text
    form = await juliette.opens_by(receipt, "Corriger")
    assert {name: form.shown(name) for name in ("taille_haut", "adresse", "horaires")} == {
        name: FORM[name] for name in ("taille_haut", "adresse", "horaires")
    }
    assert (await form.fill(taille_haut="L", siret=POST_OFFICE).submit()).accepted
    await juliette.told("est corrigée")
    (order,) = await stored(house, capsys)
    assert (order["taille_haut"], order["taille_bas"], order["siret"]) == ("L", "42", POST_OFFICE)
    assert [parcel["etat"] for parcel in order["colis"]] == ["commande"] * 3

    late = await juliette.opens("/kit corriger")
    await closes(agathe)
    juliette.acts()
    assert "ne se corrige plus" in said((await late.submit()).error)
    await juliette.clicks(receipt, "Corriger")
    assert "ne se corrige plus" in plain(await juliette.whispered())

    lines = "".join(f"{order['id']};{n};CP{n}FR;{'' if n == 3 else 'Transports Rhône'}\n" for n in (1, 2, 3))
    assert await imports(house, tmp_path, f"commande;colis;suivi;transporteur\n{lines}") == 0
    mine = await juliette.asks("/kit")
    assert "**Colis 2 : en route**\nSuivi : Transports Rhône CP2FR" in plain(mine)
    assert "Suivi : CP3FR" in plain(mine), "a parcel whose carrier nobody said"
    await juliette.clicks(mine, "Je l’ai reçu")
    assert "Colis 1 : reçu" in plain(await juliette.whispered())
    assert await imports(house, tmp_path, f"commande;colis;suivi\n{order['id']};1;CP9FR\n") == 1
    assert "il est déjà reçu, sous un autre numéro" in capsys.readouterr().err
    window = await juliette.opens_by(await juliette.asks("/kit"), "Manquant")
    assert (await window.fill(details="Le sweat *manque*.").submit()).accepted
    await juliette.whispered("L’équipe d’animation le sait")
    card = await agathe.heard(room, "un colis est manquant")
    assert r"Le sweat \*manque\*." in card.text
    assert card.buttons == ["De nouveau commandé", "Reçu"]
    await order_again(agathe, card, juliette)
    (order,) = await stored(house, capsys)
    assert sorted(parcel["etat"] for parcel in order["colis"]) == ["commande", "envoye", "recu"]


def said(sentence: str) -> str:
    """A sentence without the spaces that must not break."""
    return sentence.replace("\u00a0", " ")


async def each_field_says_what_is_wrong(form: Dialog) -> None:
    """What cannot be is said under its field; nothing is stored."""
    wrong = {
        "receptionnaire": ("Accueil de la maison des services au public de Vaulx", "38"),
        "siret": ("73282932000075", "chiffre est faux"),
        "adresse": ("Maison des associations et de la vie citoyenne", "coupez-la"),
        "code_postal": ("6912", "cinq chiffres"),
        "telephone": ("3949", "06 12 34 56 78"),
        "horaires": ("9h", "jours et des heures"),
    }
    errors = (await form.fill(**(FORM | {name: typed for name, (typed, _) in wrong.items()})).submit()).errors
    for name, (_, sentence) in wrong.items():
        assert sentence in said(errors[name])
    for place, name, sentence in (
        ({"code_postal": "69120", "commune": "Bron"}, "commune", "À 69120 : Vaulx-en-Velin"),
        ({"code_postal": "69999", "commune": "Bron"}, "code_postal", "Aucune commune"),
        ({"code_postal": "69120", "commune": "Vaulx-en-Velin CEDEX"}, "commune", "CEDEX"),
    ):
        assert sentence in said((await form.fill(**(FORM | place)).submit()).errors[name])


async def order_again(animateur: Person, card: Post, owner: Person) -> None:
    """Order a parcel again, from its card and from the list; its owner hears of it once, without the old number."""
    await animateur.clicks(await animateur.asks("/kit lots"), "Voir les colis à traiter (1)")
    listed = await animateur.whispered("manque ou est abîmé")
    await animateur.clicks(card, "De nouveau commandé")
    assert (await animateur.rewritten(card, "commandé")).buttons == []
    await animateur.clicks(listed, "De nouveau commandé")
    assert plain(await read_news(owner, "colis")).count("de nouveau commandé") == 1
    shown = [str(each["text"]) for each in (await owner.asks("/kit")).cards if "commandé" in str(each.get("text"))]
    assert shown
    assert not any("Suivi" in text for text in shown)


async def confirm_reminders(animateur: Person, silent: Person) -> None:
    """Confirm « Relancer »: nothing goes out before, and the button has the number of people that is said."""
    asked = await animateur.whispered("pas commandé de kit")
    assert not any("vous attend" in post.text for post in await silent.direct())
    (sure,) = asked.buttons
    assert plain(asked).startswith(sure.removeprefix("Relancer ").replace("\u00a0", " "))
    silent.acts()
    await animateur.clicks(asked, sure)


async def withdraws(person: Person) -> None:
    """Withdraw one’s order, of which one click loses nothing."""
    await person.clicks(await person.asks("/kit"), "Retirer ma commande")
    asked = await person.whispered("Retirer votre commande")
    assert "Retirer ma commande" in (await person.asks("/kit")).buttons
    await person.clicks(asked, "Retirer pour de bon")
    await person.whispered("est retirée")


async def test_lots_are_called_for_counted_and_closed(house: House, agathe: Person) -> None:
    room = await make_team_room(house, agathe)
    carl, lea = await house.conseillers("carl", "lea")
    ines = await house.someone(Role.ANIMATEUR, "ines", derived_role=Role.CONSEILLER)
    assert "Aucun lot" in plain(await agathe.asks("/kit"))
    number = await orders(carl)
    assert "Printemps" in plain(await agathe.asks("/kit ouvrir Printemps"))
    assert "déjà ouvert : il faut le clore avant" in plain(await agathe.asks("/kit ouvrir Été"))
    assert "peut être commandé" in plain(await lea.asks("/aide"))
    assert "peut être commandé" not in plain(await carl.asks("/aide"))

    lots = await agathe.asks("/kit lots")
    assert "1 commande · colis : 3 commandés" in plain(lots)
    await agathe.clicks(lots, "Relancer")
    await confirm_reminders(agathe, lea)
    reminded = await lea.told("vous attend")
    assert reminded.buttons == ["Commander mon kit"]
    await house.settled()
    for other in (carl, ines):
        assert not any("vous attend" in post.text for post in await other.direct()), "has one, or another role"
    assert "Relancer" not in (await agathe.asks("/kit lots")).buttons
    assert "Donnez le vêtement" in plain(await agathe.asks("/kit stock M 40"))
    assert "La taille « ZZ » n’est pas dans la table (haut) : " in plain(await agathe.asks("/kit stock haut ZZ=3"))
    assert "il en manque 1" in plain(await agathe.asks("/kit stock haut M=0 L=12"))
    shown = plain(await agathe.asks("/kit stock"))
    assert "12 en stock" in shown
    assert "Il se note ainsi" in shown
    form = await lea.opens_by(reminded, "Commander mon kit")
    assert (await form.fill(**(FORM | {"taille_haut": "L"})).submit()).accepted
    await lea.told("est commandé")
    await agathe.clicks(await agathe.asks("/kit lots"), "Voir chiffres et tailles")
    figures = plain(await agathe.whispered())
    assert "Rhône (69) : 2 commandes (colis : 6 commandés)" in figures
    assert "haut L : 1 commandée, 12 en stock" in figures

    await agathe.clicks(await agathe.asks("/kit lots"), "Clore")
    done = await agathe.whispered("est clos")
    await agathe.clicks(done, "Annuler")
    await agathe.whispered("de nouveau ouvert")
    await withdraws(carl)
    assert await orders(carl, taille_haut="XS") > number
    await closes(agathe)
    mine = await lea.asks("/kit")
    window = await lea.opens_by(mine, "Abîmé")
    assert (await window.submit()).accepted
    await agathe.heard(room, "abîmé")
    assert "1 colis de kit manque ou est abîmé" in plain(await agathe.asks("/aide"))
    await agathe.clicks(await agathe.asks("/kit lots"), "Voir les colis à traiter (1)")
    assert "1 colis manque ou est abîmé" in plain(await agathe.whispered())
    agent = await house.someone(Role.HOTLINE, "marie")
    assert "réservée" in plain(await agent.asks("/kit"))
    assert "réservée" in plain(await lea.asks("/kit lots"))


async def test_reminders_that_a_closed_lot_stops_say_so(
    house: House, agathe: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was told how many would read them learns that not all did."""
    await house.conseillers("carl", "lea")
    list_silent = kit.list_silent

    async def close_after_the_first(db: AsyncSession, after: str, limit: int) -> Sequence[Registered]:
        if not after and limit == 1:
            await db.execute(update(KitBatch).values(closed_at=house.clock()))
        return await list_silent(db, after, limit)

    await agathe.asks("/kit ouvrir Printemps")
    await agathe.clicks(await agathe.asks("/kit lots"), "Relancer")
    asked = await agathe.whispered("pas commandé de kit")
    monkeypatch.setattr("commands.kit.ASKED_AT_ONCE", 1)
    monkeypatch.setattr(kit, "list_silent", close_after_the_first)
    await agathe.clicks(asked, asked.buttons[0])
    post = await agathe.told("Relance pour le kit")
    await agathe.rewritten(post, "qui restait n’a rien reçu")


async def test_what_a_closed_lot_no_longer_allows_leads_on(house: House, agathe: Person) -> None:
    lea = await house.conseiller("lea")
    await orders(lea)
    await closes(agathe)
    refused = await lea.asks("/kit corriger")
    assert "ne se corrige plus" in plain(refused)
    await lea.clicks(refused, "Voir mon kit")
    assert "Colis 1 : commandé" in plain(await lea.whispered())


async def test_a_coordinateur_orders_too_but_is_not_asked(house: House, agathe: Person) -> None:
    """Who coordinates is a conseiller too, and mostly has their kit from before."""
    marie, lea = await house.someone(Role.COORDINATEUR, "marie"), await house.conseiller("lea")
    await agathe.asks("/kit ouvrir Printemps")
    assert "kit d’animation peut être commandé" in plain(await lea.asks("/accueil"))
    assert "kit d’animation peut être commandé" not in plain(await marie.asks("/accueil"))
    number = await orders(marie)
    window = await marie.opens_by(await marie.asks("/kit"), "Corriger")
    assert (await window.fill(taille_haut="L").submit()).accepted
    await marie.told("est corrigée")
    await closes(agathe)
    mine = await marie.asks("/kit")
    await marie.clicks(mine, "Je l’ai reçu")
    assert f"commande n° {number}" in plain(await marie.whispered("reçu"))


@pytest.mark.postgres_too
async def test_a_number_overseas_is_read_as_it_is_written_there(house: House, agathe: Person) -> None:
    marie = await house.conseiller("marie", departements=["988"])
    await agathe.asks("/kit ouvrir Printemps")
    await orders(marie, telephone="76 12 34")
    window = await marie.opens_by(await marie.asks("/kit"), "Corriger")
    assert window.shown("telephone") == "+687761234"


async def test_two_first_orders_at_one_moment_open_one_lot(house: House) -> None:
    database = house.bot.database

    async def opens() -> int:
        async with database.transaction() as db:
            batch = await kit.open_batch(db, house.clock())
            await asyncio.sleep(0.2)  # the other one begins before this one ends
            return batch.number

    one, other = await asyncio.gather(opens(), opens())
    assert one == other
    async with database.transaction(writes=False) as db:
        assert len(await kit.list_batches(db)) == 1


async def test_the_supplier_s_file_and_numbers(
    house: House, agathe: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    carl, lea = await house.conseillers("carl", "lea")
    first, second = await orders(carl, receptionnaire="=HYPERLINK(1)", horaires="+9h-12h tous"), await orders(lea)
    await closes(agathe)
    await agathe.clicks(await agathe.asks("/kit lots"), "Fichier du fournisseur")
    found = await agathe.files(await agathe.told("2 commandes"))
    book = next(data for name, data in found.items() if name.endswith("xlsx"))
    table = next(data for name, data in found.items() if name.endswith("csv"))
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig")), delimiter=";"))
    assert (tuple(rows[0]), [int(row["commande"]) for row in rows]) == (HEAD, [first, second])
    assert (rows[0]["receptionnaire"], rows[0]["horaires"]) == ("'=HYPERLINK(1)", "'+9h-12h tous")
    assert rows[1]["ligne_3"] == "12 RUE DE L EGALITE"
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert tuple(cells[0]) == HEAD
    assert cells[1][HEAD.index("receptionnaire")] == "=HYPERLINK(1)"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert await operate(house.settings, "export", "kits", "--format", "csv") == 0
    assert list(csv.DictReader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff")), delimiter=";")) == rows

    wrong = f"commande,colis,suivi\n{first},1,CP1\n{first},4,CP2\n99999,1,CP3\n{second},2,\n{second},3,CP4\n"
    (tmp_path / "essai.csv").write_text(wrong)
    assert await operate(house.settings, "import", "kits", str(tmp_path / "essai.csv"), "--dry-run") == 1
    assert f"ligne 2 : à changer, commande {first}, colis 1" in capsys.readouterr().out
    for said in ("2 colis partis, 0 inchangé", "0 colis parti, 2 inchangés"):
        assert await imports(house, tmp_path, wrong) == 1
        told = capsys.readouterr()
        assert said in told.out
        assert [line.partition(" : ")[0] for line in told.err.splitlines() if line.startswith("ligne ")] == [
            "ligne 3",
            "ligne 5",
            "ligne 4",
        ]
    bot = (await agathe.api.post("/channels/direct", [agathe.id, house.site.bot_id]))["id"]
    assert "Envoyez d’abord" in plain(await agathe.asks("/kit suivi"))
    text = f"Commande;Colis;Suivi;Transporteur\n{first};1;CP1;\n{first};2;CP9;Société Générale\nx;1;1;\n"
    file = await agathe.api.upload(bot, "suivi.csv", text.encode("cp1252"))
    await agathe.api.post("/posts", {"channel_id": bot, "message": "", "file_ids": [file]})
    read = plain(await agathe.asks("/kit suivi"))
    assert "1 colis est parti, 1 numéro était déjà connu." in read
    assert "ligne 4 : commande" in read
    assert "0 colis est parti, 2 numéros étaient déjà connus" in plain(await agathe.asks("/kit suivi"))
    assert "2 colis de votre kit en route" in plain(await carl.asks("/aide"))
    assert (await stored(house, capsys))[0]["colis"][1]["transporteur"] == "Société Générale"


async def test_a_csv_that_an_animatrice_sends_is_offered_to_be_read(house: House, agathe: Person) -> None:
    await wait_until(lambda: house.bot.events.connected)
    bot = await agathe.direct_channel()
    text = "commande;colis;suivi\n99;1;A1\n1;1;\n99;2;A2\n"
    file = await agathe.api.upload(bot, "suivi.csv", text.encode())
    agathe.acts()
    await agathe.api.post("/posts", {"channel_id": bot, "message": "", "file_ids": [file]})
    offered = await agathe.told("votre fichier")
    await agathe.clicks(offered, "Noter le suivi des colis")
    read = plain(await agathe.whispered("Ce qui n’a pas pu être lu"))
    assert [line.split()[2] for line in read.splitlines() if "ligne" in line and line.startswith("-")] == list("234")


async def test_what_is_personal_goes_a_year_after_the_last_parcel(
    house: House, agathe: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    carl, lea = await house.conseillers("carl", "lea")
    number = await orders(carl)
    await orders(lea)
    old = house.clock() - kit.KEPT - timedelta(days=1)
    async with house.bot.database.transaction() as db:
        await db.execute(update(KitOrder).where(col(KitOrder.id) == number).values(moved_at=old))
        await db.execute(update(KitParcel).values(tracking="CP1"))
    async with house.bot.database.transaction() as db:
        gone, _ = await retention.delete_expired(db, house.settings, house.clock(), limit=100)
    assert (gone["kit_order"], gone["kit_parcel"]) == (1, 3)
    (left,) = await stored(house, capsys)
    assert left["utilisateur"] == lea.username
    assert await count_given(house, carl) == (0, 0)
    assert await count_given(house, lea) == (1, 3)
    async with house.bot.database.transaction(writes=False) as db:
        order = await kit.get_order(db, number)
        assert order is not None
        assert (order.user_id, order.recipient, order.street, order.telephone) == (None, "", "", "")
        assert (order.top, order.departement) == ("M", "69")
        assert {parcel.tracking for parcel in (await db.exec(select(KitParcel))).all()} == {"", "CP1"}
    async with house.bot.database.transaction() as db:
        await db.execute(update(KitParcel).values(state=kit.ParcelState.MISSING))
        assert set(await kit.list_parcels(db, kit.is_amiss())) == {left["id"]}, "nobody reads news of the other"
        await db.execute(update(KitParcel).values(state=kit.ParcelState.ORDERED))
        await db.execute(update(KitOrder).where(col(KitOrder.id) == left["id"]).values(moved_at=old))
        parcel = await kit.get_parcel(db, left["id"], 1)
        assert parcel is not None
        await kit.move_parcel(db, parcel, kit.ParcelState.SENT, house.clock())
        await retention.delete_expired(db, house.settings, house.clock(), limit=100)
    assert await count_given(house, lea) == (1, 3), "kept a year from its last parcel on"
    assert (await carl.opens("/kit")).title == "Mon kit d’animation"
    lot = await agathe.asks("/kit lots")
    assert "2 commandes" in plain(lot)


async def count_given(house: House, person: Person) -> tuple[int, int]:
    """How many orders and parcels somebody is given with all that is kept of them."""
    tables = [one for name in ("kit_order", "kit_parcel") for one in PERSONAL_DATA if one.name == name]
    async with house.bot.database.transaction(writes=False) as db:
        orders, parcels = [
            [row async for page in rights.read_pages(db, one, person.id) for row in page] for one in tables
        ]
    return len(orders), len(parcels)
