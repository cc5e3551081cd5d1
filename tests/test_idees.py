"""Stories: people say what would be better, vote for it once, and hear what became of it; animateurs decide."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import count
from types import SimpleNamespace

import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from bot.errors import UserError
from bot.texts import render
from commands.actus.harvest import harvest_tables
from commands.idees import Ruling, read_ruling
from commands.idees.cards import IdeaListing, read_listing
from sandbox.faults import Faults
from storage import idees
from storage.actus.items import Item, ItemKind
from storage.database import store
from storage.idees import Idea, IdeaCategory, IdeaState, IdeaVote
from storage.people import Role
from storage.ressources.feedback import ResourceNeed, make_need_key
from tests.people import Person, Post
from tests.support.conversation import make_team_room
from tests.support.house import House, agathe, plain, read_news, wait_for
from tests.support.workplace import operate

__all__ = ["agathe"]

_RUNS = count()
SORT = "Trier mes comptes rendus par thème"


@pytest.fixture(autouse=True)
async def _empty(house: House) -> None:
    """There is no idea from another story."""
    async with house.bot.database.transaction() as db:
        for table in (Idea, IdeaVote, ResourceNeed):
            await db.execute(delete(table))
        await db.execute(delete(Item).where(col(Item.kind) == ItemKind.IDEA))


async def files(person: Person, title: str, **more: str) -> int:
    """Somebody proposes an idea that is like no other: its number."""
    form = await person.opens(f"/idee {title}")
    assert form.shown("titre") == title
    assert (await form.fill(**more).submit()).accepted
    receipt = await person.told("est proposée")
    return int(plain(receipt).partition("idée n° ")[2].partition(" ")[0])


async def votes(person: Person, number: int, label: str = "Voter") -> Post:
    """Somebody clicks under an idea."""
    await person.clicks(await person.asks(f"/idee {number}"), label)
    return await person.whispered("voi")


async def tells(house: House) -> None:
    """It is the next morning."""
    await house.bot.runs.run(("job", "idees.tell"), f"matin-{next(_RUNS)}")
    await house.settled()


async def stored(house: House, number: int) -> Mapping[str, object]:
    """An idea as « coop-bot ideas --json » tells it."""
    async with house.bot.database.transaction(writes=False) as db:
        idea, counted = await idees.get(db, number), await idees.count_votes(db)
    assert idea is not None
    return {"state": idea.state, "votes": counted.get(number, 0), "same": idea.duplicate_of, "named": idea.is_named}


@pytest.mark.every_mode
async def test_an_idea_is_filed_voted_for_answered_and_told(house: House, juliette: Person, agathe: Person) -> None:
    place = await make_team_room(house, agathe)
    carl = await house.conseiller("carl")
    agathe.acts()
    form = await juliette.opens(f"/idee {SORT}")
    assert form.names == ["titre", "details", "categorie"]
    assert "mot de passe" in (await form.fill(details="Mon mot de passe est Tr0ub4dor!").submit()).errors["details"]
    assert (await form.fill(details="Pour le rapport.\nM’écrire : a.b@exemple.fr", categorie="cra").submit()).accepted
    receipt = await juliette.told("est proposée")
    number = int(plain(receipt).partition("idée n° ")[2].partition(" ")[0])
    card = await agathe.heard(place, SORT)
    assert "a.b@exemple.fr" not in card.text
    assert card.buttons == ["À l’étude", "Prévue", "Répondre…", "Retirer"]
    await juliette.clicks(receipt, "Oui, me citer")
    assert "Si l’idée" in plain(await juliette.rewritten(receipt, "actus diront"))

    assert "2 voix" in plain(await votes(carl, number))
    assert "2" in (await agathe.rewritten(card, "Voix")).text
    again = await carl.asks(f"/idee supprimer {number}")
    assert again.buttons == ["Retirer ma voix"]
    assert "1 voix" in plain(await votes(carl, number, "Retirer ma voix"))
    await votes(carl, number)
    listed = await carl.asks("/idee les plus demandées")
    assert f"n° {number} : {SORT}**\n2 voix · nouvelle · Comptes rendus" in plain(listed)

    agathe.acts()
    await agathe.clicks(await agathe.sees(card), "Prévue")
    assert "est prévue" in plain(await agathe.told("prévue"))
    assert "En cours" in (await agathe.rewritten(card, "Prévue")).buttons
    await agathe.runs(f"/idee etat {number} refusée Le serveur ne le permet pas.")
    assert "est refusée" in plain(await agathe.whispered())
    await tells(house)
    await tells(house)
    for person in (juliette, carl):
        news = plain(await read_news(person, SORT))
        assert news.count(SORT) == 1
        assert "refusée" in news
        assert "Le serveur ne le permet pas." in news
    carl.acts()
    await carl.clicks(listed, "Retirer ma voix")
    assert "on ne vote plus" in plain(await carl.whispered())
    assert await stored(house, number) == {"state": "refusee", "votes": 2, "same": None, "named": True}
    assert "réservée" in plain(await carl.asks(f"/idee etat {number} faite"))


async def test_a_vote_is_on_the_card_that_was_still_on_its_way(house: House, juliette: Person, faults: Faults) -> None:
    """What is not there yet cannot be rewritten: it is once it stands."""
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    place, carl = await make_team_room(house, agathe), await house.conseiller("carl")
    faults.poison = "Voix"  # Mattermost is in trouble with the card, which has that fact
    number = await files(juliette, SORT)
    assert "2 voix" in plain(await votes(carl, number))
    agathe.acts()
    faults.poison = ""
    card = await agathe.heard(place, SORT)
    assert "Voix : 2" in plain(await agathe.rewritten(card, "Voix"))


@pytest.mark.every_mode
async def test_what_is_like_an_idea_is_shown_first(house: House, juliette: Person) -> None:
    number, other = await files(juliette, SORT), await files(juliette, "Un mode sombre pour le site")
    carl = await house.conseiller("carl")
    assert (await (await carl.opens("/idee pouvoir trier les comptes-rendus par thèmes")).submit()).accepted
    alike = await carl.answered()
    assert isinstance(alike, Post)
    assert SORT in alike.text
    assert "mode sombre" not in alike.text
    assert alike.buttons == ["Voter", "Proposer quand même", "Ne pas proposer"]
    await carl.clicks(alike, "Voter")
    assert "Votre idée n’est pas proposée à part" in plain(await carl.whispered())
    assert (await stored(house, number))["votes"] == 2
    await carl.clicks(alike, "Proposer quand même")
    assert "n’attend plus" in plain(await carl.whispered())

    lea = await house.conseiller("lea")
    await (await lea.opens("/idee trier tous mes comptes rendus")).submit()
    alike = await lea.answered()
    assert isinstance(alike, Post)
    await lea.clicks(alike, "Proposer quand même")
    third = int(plain(await lea.told("est proposée")).partition("idée n° ")[2].partition(" ")[0])
    assert len({number, other, third}) == 3
    await lea.clicks(alike, "Ne pas proposer")
    await lea.whispered("rien n’est proposé")
    assert (await stored(house, third))["state"] == "nouvelle"


@pytest.mark.postgres_too
async def test_two_ideas_are_not_made_duplicates_of_each_other(house: House, juliette: Person, agathe: Person) -> None:
    """Two animateurs who decide at one moment: one of the ideas stays, and keeps the voices."""
    (nina,) = await house.animateurs("nina")
    one, other = await files(juliette, "Des modèles de courrier"), await files(juliette, "Un annuaire des structures")
    for _ in range(3):
        await asyncio.gather(
            agathe.runs(f"/idee etat {one} doublon {other}"), nina.runs(f"/idee etat {other} doublon {one}")
        )
        await house.settled()
        states = [(await stored(house, number))["state"] for number in (one, other)]
        assert sorted(map(str, states)) == ["doublon", "nouvelle"]
        gone = one if states[0] == "doublon" else other
        await agathe.runs(f"/idee etat {gone} nouvelle")
        await house.settled()


async def test_voters_of_a_duplicate_move_along_once(house: House, juliette: Person, agathe: Person) -> None:
    carl = await house.conseiller("carl")
    kept, copy = await files(juliette, SORT), await files(carl, "Ranger l’historique")
    await votes(juliette, copy)
    await votes(agathe, copy)
    await agathe.runs(f"/idee etat {copy} doublon {copy}")
    assert "son propre doublon" in plain(await agathe.whispered())
    third = await files(carl, "Un tableau des actes de chaque mois")
    await agathe.asks(f"/idee etat {third} doublon {copy}")
    await agathe.runs(f"/idee etat {copy} doublon {kept}")
    done = await agathe.whispered("doublon")
    assert (await stored(house, third))["same"] == kept, "it follows"
    assert await stored(house, kept) == {"state": "nouvelle", "votes": 3, "same": None, "named": False}
    assert await stored(house, copy) == {"state": "doublon", "votes": 0, "same": kept, "named": False}
    assert (await carl.asks(f"/idee {copy}")).buttons[:1] == [f"Lire l’idée n° {kept}"]
    assert (await carl.asks(f"/idee {kept}")).buttons == ["Retirer ma voix"]
    await tells(house)
    assert "Votre voix la suit" in plain(await read_news(carl, "Ranger"))

    await agathe.clicks(done, "Annuler")
    await agathe.answered()
    assert [(await stored(house, one))["votes"] for one in (kept, copy)] == [1, 3]
    assert (await stored(house, third))["same"] == copy, "it comes back"
    form = await agathe.opens_by(await agathe.asks(f"/idee {copy}"), "Répondre…")
    assert "Dites pourquoi" in (await form.fill(etat="refusee").submit()).errors["raison"]
    assert "numéro" in (await form.fill(etat="doublon").submit()).errors["doublon"]
    assert (await form.fill(etat="faite", raison="Depuis ce matin.").submit()).accepted

    async def is_done() -> bool:
        return (await stored(house, copy))["state"] == "faite"

    assert await wait_for(is_done)


async def test_who_voted_for_the_original_only_hears_nothing_of_its_duplicate(
    house: House, juliette: Person, agathe: Person
) -> None:
    lea = await house.conseiller("lea")
    kept, copy = await files(juliette, SORT), await files(lea, "Ranger l’historique")
    await agathe.asks(f"/idee etat {copy} doublon {kept}")
    assert (await stored(house, kept))["votes"] == 2
    async with house.bot.database.transaction(writes=False) as db:
        ideas = [await idees.get(db, number) for number in (kept, copy)]
        original, duplicate = [set(await idees.list_voters(db, idea, "", 10)) for idea in ideas if idea]
    assert (original, duplicate) == ({juliette.id, lea.id}, {lea.id})


async def test_a_later_decision_is_not_undone_with_an_earlier_one(
    house: House, juliette: Person, agathe: Person
) -> None:
    number = await files(juliette, "Comment imprimer ses chiffres ?")
    receipts = [plain(post) for post in await juliette.direct()]
    assert any(f"n° {number} est proposée : « Comment imprimer ses chiffres ? »." in one for one in receipts)
    malik = await house.someone(Role.ANIMATEUR, "malik")
    first = await agathe.asks(f"/idee etat {number} prévue")
    await malik.asks(f"/idee etat {number} faite")
    await agathe.clicks(first, "Annuler")
    assert "elle est faite" in plain(await agathe.whispered("a changé depuis"))
    assert (await stored(house, number))["state"] == "faite"


async def test_what_is_typed_before_a_number_shows_the_idea(house: House, juliette: Person) -> None:
    number = await files(juliette, "Un mode sombre", categorie="stats")
    for act in ("voter", "retirer", "vote pour l’idée"):
        assert f"Idée n° {number} : Un mode sombre" in plain(await juliette.asks(f"/idee {act} {number}"))
    assert "Un mode sombre" in plain(await juliette.asks("/idee liste #stats"))
    assert "n’est rangée sous « faite »" in plain(await juliette.asks("/idee liste faites"))
    assert "n’est rangée sous « Comptes rendus »" in plain(await juliette.asks("/idee liste #cra"))
    none = await juliette.asks("/idee liste des communes")
    form = await juliette.opens_by(none, "Proposer cette idée")
    assert form.shown("titre") == "des communes"


async def test_an_idea_is_withdrawn_and_comes_back(house: House, juliette: Person, agathe: Person) -> None:
    number = await files(juliette, "Une idée qui ne va pas")
    form = await agathe.opens_by(await agathe.asks(f"/idee {number}"), "Retirer")
    agathe.acts()
    assert (await form.fill(raison="Elle nomme quelqu’un.").submit()).accepted
    gone = await agathe.whispered("est retirée")
    assert "Elle nomme quelqu’un." in plain(await read_news(juliette, "retirée"))
    assert "a été retirée" in plain(await juliette.asks(f"/idee {number}"))
    assert "Aucune idée" in plain(await juliette.asks("/idee liste"))
    await agathe.clicks(gone, "Annuler")
    await agathe.answered()
    await juliette.clicks(await juliette.asks(f"/idee {number}"), "Retirer mon idée")
    gone = await juliette.whispered("est retirée")
    await juliette.clicks(gone, "Annuler")
    await juliette.whispered("nouvelle")
    await juliette.clicks(await juliette.asks(f"/idee {number}"), "Retirer mon idée")
    gone = await juliette.whispered("est retirée")
    form = await juliette.opens("/idee Export par commune")
    assert form.shown("titre") == "Export par commune"
    carl = await house.conseiller("carl")
    assert "a été retirée" in plain(await carl.asks(f"/idee {number}"))
    assert "Aucune idée n’a ce numéro" in plain(await carl.asks("/idee 99999"))


async def test_ideas_are_listed_in_pages_beside_what_is_missing(house: House, juliette: Person, agathe: Person) -> None:
    empty = await juliette.asks("/idee liste")
    assert "Aucune idée n’est encore proposée" in plain(empty)
    assert empty.buttons == ["Proposer une idée"], "no way to other lists that are as empty"
    async with house.bot.database.transaction() as db:
        for n in range(7):
            state, now = IdeaState.DONE if n == 6 else IdeaState.NEW, house.clock()
            said = Idea(title=f"Idée {n} *grasse*", author_id="z" * 26, state=state, created_at=now, changed_at=now)
            await store(db, said)
        for n in range(6):
            key = make_need_key("imprimante braille")
            db.add(ResourceNeed(key=key, user_id=f"{n}" * 26, words="imprimante braille", at=house.clock()))
        db.add(ResourceNeed(key=make_need_key("orgue"), user_id="o" * 26, words="orgue", at=house.clock()))
    first = await juliette.asks("/idee liste")
    assert "(7), page 1 sur 2" in plain(first)
    assert "imprimante braille (6 personnes)" in plain(first)
    assert "orgue" not in first.text
    assert "orgue (1 personne)" in plain(await agathe.asks("/idee liste"))
    assert "Lire" not in first.buttons, "one menu reads them all"
    assert first.buttons.count("Voter") == 4, "what is done is not voted for"
    form = await juliette.opens_by(first, "Lire une idée")
    (name,) = form.names
    assert len(form.options(name)) == 5
    number = next(iter(form.options(name)))
    assert (await form.fill(**{name: number}).submit()).accepted
    assert "Idée" in plain(await juliette.whispered("Idée"))
    first = await juliette.asks("/idee liste")
    await juliette.clicks(first, "Voir la suite")
    assert "page 2 sur 2" in plain(await juliette.whispered())
    assert "Idée 6" in plain(await juliette.asks("/idee liste faites"))
    assert "grasse" in plain(await juliette.asks("/idee liste grasse"))
    assert "Vous n’avez pas encore proposé" in plain(await juliette.asks("/idee mes idées"))
    await juliette.runs("/idee export")
    parcel = await juliette.told("7 idées")
    found = await juliette.files(parcel)
    assert list(found) == ["Idees.csv", "Idees.xlsx"]
    assert found["Idees.csv"].decode("utf-8-sig").startswith("numero;titre;details;sujet;etat;voix")


async def test_the_month_s_news_say_what_changed(
    house: House, juliette: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    number = await files(juliette, SORT)
    at = datetime(2026, 10, 12, 9, tzinfo=UTC)
    async with house.bot.database.transaction() as db:
        idea = await idees.lock(db, number)
        assert idea is not None
        idea.state, idea.is_named, idea.changed_at = IdeaState.DONE, True, at
        await db.flush()
    for since, until, told in ((date(2026, 10, 9), date(2026, 10, 30), 0), (date(2026, 10, 30), date(2026, 11, 6), 1)):
        async with house.bot.database.transaction() as db:
            first, last = (datetime(day.year, day.month, day.day, 8, tzinfo=UTC) for day in (since, until))
            await harvest_tables(db, first, last, house.settings)
            found = (await db.exec(select(Item).where(Item.kind == ItemKind.IDEA))).all()
        assert len(found) == told
    assert found[0].title == f"Ce qui a changé : {SORT}"
    assert found[0].author_id == juliette.id
    assert await operate(house.settings, "ideas", "--json") == 0
    said = capsys.readouterr().out
    assert [(one["id"], one["etat"], one["votes"], one["doublon_de"]) for one in json.loads(said)] == [
        (number, "faite", 1, None)
    ]


def test_titles_that_say_the_same_are_found() -> None:
    now = datetime(2026, 11, 28, tzinfo=UTC)

    def named(number: int, title: str) -> Idea:
        return Idea(id=number, title=title, author_id="a", created_at=now, changed_at=now)

    known = [named(1, SORT), named(2, "Un mode sombre"), named(3, "Exporter les statistiques"), named(4, "Visio")]
    known += [named(5, "Signature"), named(6, "Courriel lisible")]
    for title, found in {
        "pouvoir trier les comptes-rendus": [1],
        "mode sombre pour le site": [2],
        "Export des statistiques en tableur": [3],
        "la visio": [4],
        "La signature des parents à l’atelier": [],
        "ajouter un bouton": [],
        "Rappel le lundi": [],
        "Mail lisible": [6],
        "Courriel automatique": [],  # one word in common, though it has a synonym
    }.items():
        assert [idea.number for idea in idees.find_alike(title, known)] == found, title


def test_what_an_idea_becomes_is_read_from_a_line() -> None:
    assert read_ruling("12 prévue") == (12, Ruling(state=IdeaState.PLANNED))
    assert read_ruling("n° 12 : en cours, pour janvier") == (12, Ruling(state=IdeaState.STARTED, reason="pour janvier"))
    assert read_ruling("12 à l’étude") == (12, Ruling(state=IdeaState.STUDIED))
    assert read_ruling("12 doublon de la 3") == (12, Ruling(state=IdeaState.DUPLICATE, duplicate_of=3))
    for line in ("", "12", "prévue", "12 bientôt"):
        with pytest.raises(UserError, match="numéro de l’idée"):
            read_ruling(line)
    assert read_listing("Les plus demandées") is IdeaListing.WANTED
    assert read_listing("trier") is None


def test_an_idea_about_nothing_in_particular_names_no_subject() -> None:
    about = {"number": 1, "title": "Trier", "state": IdeaState.NEW}
    for category, words in ((IdeaCategory.OTHER, "1 voix · nouvelle"), (IdeaCategory.REPORTS, "1 voix · nouvelle · C")):
        row = render("idees/row", idea=SimpleNamespace(**about, category=category), votes=1, voted=False)
        assert (words in row.replace("\u00a0", " "), "Autre" in row) == (True, False)
