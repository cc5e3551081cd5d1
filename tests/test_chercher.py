"""Stories: « /chercher » answers once over all that a person may see, each thing a click away."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.features import Feature
from bot.search import Findings, Ident, Search, SearchSource, search_all
from commands import FEATURES
from config.settings import Settings
from storage.actus.digests import Digest, DigestEntry, DigestState
from storage.actus.items import NewsSection
from storage.agenda import AgendaEvent, EventState, add_event, save_event
from storage.annuaire.entries import Contact, ContactState, make_key
from storage.canaux import remember_channel
from storage.cra import Activite, queries
from storage.database import Database
from storage.hotline import tickets
from storage.people import Person as Registered
from storage.people import Role
from storage.ressources import ResourceState
from storage.text_search import rank_entries, weigh_texts, weigh_title
from tests.people import Person, Post, unique
from tests.people.clients import Mobile
from tests.support.cra import NOON, file_workshop, make_report, read_number, register_all, store_reports
from tests.support.databases import database, record_statements
from tests.support.hotline import make_ticket
from tests.support.house import House
from tests.support.membership import add_to_directory, make_person
from tests.support.ressources import make_resource, shelve, store_resources

__all__ = ["database"]


def said(post: Post) -> str:
    """What a post says, with plain spaces."""
    return post.text.replace("\u00a0", " ").replace("\u202f", " ")


def make_event(title: str, **more: Any) -> AgendaEvent:
    """A published one for all, in a week."""
    starts = NOON + timedelta(days=7)
    usual: dict[str, Any] = {"starts_at": starts, "ends_at": starts + timedelta(hours=1), "zone": "Europe/Paris"}
    usual |= {"author_id": "omar", "proposed_at": NOON, "changed_at": NOON, "published_at": NOON}
    return AgendaEvent(title=title, **({"state": EventState.PUBLISHED} | usual | more))


def make_contact(nom: str, **more: Any) -> Contact:
    said: dict[str, Any] = {"organisme": "", "departement": "", "state": ContactState.PUBLISHED} | more
    return Contact(key=make_key(nom, said["organisme"], said["departement"]), nom=nom, changed_at=NOON, **said)


async def add_digest(db: AsyncSession, number: int, title: str, state: DigestState = DigestState.PUBLISHED) -> None:
    """A number of the news with one entry."""
    day = NOON.date() - timedelta(days=number)
    hours: dict[str, Any] = {
        name: NOON - timedelta(days=number) for name in ("at", "since", "until", "published_at", "created_at")
    }
    db.add(Digest(number=number, edition="vendredi", day=day, first_day=day, state=state, **hours))
    db.add(DigestEntry(digest=number, item=number, section=NewsSection.PRESS, title=title))


JULIETTE = make_person("juliette", "Juliette Martin")
PAUL = make_person("paul", "Paul Tournesol", departements=["01"], structure="Fablab du tournesol")
HIDDEN = make_person("zoe", "Zoé Tournesol", is_hidden=True)
GONE = make_person("gus", "Gus Tournesol", left_on=NOON.date() - timedelta(days=9))
AGATHE = make_person("agathe", "Agathe Blanc", Role.ANIMATEUR, departements=[])
INES = make_person("ines", "Inès Noir", Role.INVITE, departements=[])


@pytest.fixture
async def filled(database: Database) -> Database:
    """A réseau where everything is about sunflowers, and much of it not for juliette."""
    async with database.transaction() as db:
        await register_all(db, JULIETTE, PAUL, HIDDEN, GONE, AGATHE, INES)
        await store_resources(
            db,
            make_resource("Le tournesol"),
            make_resource("Tournesol refusé", state=ResourceState.REFUSED),
            make_resource("Tournesol retiré", state=ResourceState.WITHDRAWN),
        )
        db.add(make_contact("Maison du tournesol"))
        db.add(make_contact("Tournesol proposé", state=ContactState.PROPOSED))
        await add_event(db, make_event("Fête du tournesol"))
        await add_event(db, make_event("Tournesol de l’Ain", departement="01"))
        await add_event(db, make_event("Tournesol annulé", state=EventState.CANCELLED))
        await add_event(db, make_event("Tournesol à relire", state=EventState.PROPOSED, author_id="juliette"))
        await add_event(db, make_event("Tournesol d’un autre", state=EventState.PROPOSED))
        await add_digest(db, 1, "Le tournesol en fleur")
        await add_digest(db, 2, "Tournesol fané", DigestState.WITHDRAWN)
        for author in ("juliette", "paul"):
            await tickets.add(db, make_ticket(NOON, author_id=author, subject=f"Le tournesol de {author}"))
        for number, key in enumerate(("veille-numerique", "departement:01", "departement:69", "moderation")):
            await remember_channel(db, key, str(number) * 26, NOON)
    return database


async def found(database: Database, words: str, user: Registered = JULIETTE, *off: str) -> list[tuple[str, str]]:
    """The kind and title of what somebody finds, kind by kind."""
    sources = [source for feature in FEATURES if feature.name not in off for source in feature.sources]
    async with database.transaction(writes=False) as db:
        everything = await search_all(sources, Search(words, user, NOON, db, Settings(), 10))
    assert not any(one.failed for one in everything)
    for one in everything:
        scores = [hit.score for hit in one.found.hits]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score <= 100 for score in scores)
        assert one.found.total == len(scores)
    return sorted((one.kind.name, hit.title) for one in everything for hit in one.found.hits)


async def test_all_kinds_are_found_as_far_as_one_may_see_them(filled: Database) -> None:
    assert await found(filled, "tournesols") == [
        ("actu", "Le tournesol en fleur"),
        ("contact", "Maison du tournesol"),
        ("demande", "Le tournesol de juliette"),
        ("evenement", "Fête du tournesol"),
        ("evenement", "Tournesol à relire"),
        ("personne", "Paul Tournesol"),
        ("ressource", "Le tournesol"),
    ]


async def test_what_is_seen_depends_on_who_looks(filled: Database) -> None:
    assert ("evenement", "Tournesol de l’Ain") in await found(filled, "tournesol", PAUL)
    assert ("demande", "Le tournesol de paul") in await found(filled, "tournesol", PAUL)
    assert ("demande", "Le tournesol de juliette") not in await found(filled, "tournesol", PAUL)
    theirs = await found(filled, "tournesol", INES)
    assert {kind for kind, _ in theirs} == {"actu", "evenement", "ressource"}, "the directory is closed to guests"
    assert {kind for kind, _ in await found(filled, "tournesol", GONE)} == {"actu", "evenement", "ressource"}
    on = await found(filled, "tournesol", JULIETTE, "annuaire", "hotline", "agenda")
    assert {kind for kind, _ in on} == {"actu", "ressource"}


async def test_private_channels_are_for_those_who_belong(filled: Database) -> None:
    assert await found(filled, "veille") == [("canal", "Veille numérique")]
    assert ("canal", "69 - Rhône") in await found(filled, "rhone")
    assert "canal" not in dict(await found(filled, "ain"))
    assert "canal" not in dict(await found(filled, "moderation"))
    assert ("canal", "01 - Ain") in await found(filled, "ain", PAUL)
    assert {("canal", "Salle de modération")} <= {*await found(filled, "moderation", AGATHE)}
    assert "canal" not in dict(await found(filled, "veille", GONE))


@pytest.mark.parametrize("words", ["", "   ", "le la les", "?!", "🌻", "xyzzyx", "%", "'", "a" * 500])
async def test_words_that_say_nothing_find_nothing(filled: Database, words: str) -> None:
    assert await found(filled, words) == []


NAMES = ("Café numérique de Bron", "Déclarer ses impôts en ligne", "Webinaire Aidants Connect", "Les logiciels libres")


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("cafe", 0),
        ("numeriques", 0),
        ("BRON", 0),
        ("déclaration", 1),
        ("impots", 1),
        ("impto", 1),
        ("webin", 2),
        ("aidant conect", 2),
        ("webinaire aidants connect marseille", 2),
        ("logiciel libre", 3),
        ("webinaire bron", None),
        ("caf", None),
        ("", None),
    ],
)
def test_short_texts_are_found_by_words_beginnings_and_slips(query: str, first: int | None) -> None:
    ranked = rank_entries(query, [weigh_title(name) for name in NAMES])
    assert (ranked[0][0] if ranked else None) == first


def test_what_a_title_says_counts_for_more() -> None:
    entries = [
        weigh_texts(("Parlons de linux", 30)),
        weigh_title("Installer linux sur un vieil ordinateur"),
        weigh_title("Linux"),
    ]
    ranked = rank_entries("linux", entries)
    assert [place for place, _ in ranked] == [2, 1, 0]
    assert ranked[0] == (2, 100)


async def test_one_s_own_reports_are_found_and_nobody_else_s(filled: Database) -> None:
    async with filled.transaction() as db:
        others = make_report(commune="69256", code_postal="69120")
        mine = [make_report(themes=("courriel",)), make_report(activite=Activite.INDIVIDUEL, themes=("budget",))]
        await store_reports(db, PAUL, others)
        workshop, alone = await store_reports(db, JULIETTE, *mine)
        gone = await queries.find_own(db, JULIETTE.id, (await store_reports(db, JULIETTE, make_report()))[0])
        assert gone
        await queries.delete_report(db, gone, NOON)
    for words, numbers in (
        ("vaulx", {workshop, alone}),
        ("ateliers mail", {workshop}),
        ("vaulx budget", {alone}),
        ("vaulx xyzzyx", set()),
        ("novembre 2026", {workshop, alone}),
    ):
        assert await list_reports(filled, words) == numbers, words
    assert await list_reports(filled, "vaulx", AGATHE) == set(), "she files none"
    assert len(await list_reports(filled, "vaulx", PAUL)) == 1


async def list_reports(database: Database, words: str, user: Registered = JULIETTE) -> set[Ident]:
    """The numbers of the reports that somebody finds."""
    sources = [source for feature in FEATURES for source in feature.sources if source.kind.name == "cra"]
    async with database.transaction(writes=False) as db:
        everything = await search_all(sources, Search(words, user, NOON, db, Settings(), 10))
    assert not any(one.failed for one in everything)
    return {hit.ident for one in everything for hit in one.found.hits}


@pytest.mark.every_mode
async def test_a_report_is_changed_from_what_was_found(juliette: Person) -> None:
    receipt = await file_workshop(juliette)
    number = read_number(receipt)
    answer = await juliette.asks("/chercher vaulx mail")
    await juliette.clicks(answer, next(label for label in answer.buttons if label.startswith("Compte rendu : Atelier")))
    shown = await juliette.whispered("Atelier Collectif")
    assert f"n° {number}" in said(shown)
    form = await juliette.opens_by(shown, "Modifier")
    assert (await form.fill(participants=9).submit()).accepted
    assert "9 participants" in said(await juliette.rewritten(receipt, "modifié"))


async def test_what_is_changed_is_found_as_it_is(filled: Database) -> None:
    assert ("actu", "Le tournesol en fleur") in await found(filled, "tournesol")
    async with filled.transaction() as db:
        (entry,) = (await db.exec(select(DigestEntry).where(DigestEntry.digest == 1))).all()
        entry.title = "Le coquelicot"
        await db.exec(update(Digest).where(col(Digest.number) == 1).values(revision=Digest.revision + 1))
        (event,) = (await db.exec(select(AgendaEvent).where(AgendaEvent.title == "Fête du tournesol"))).all()
        event.title = "Fête du coquelicot"
        await save_event(db, event, NOON + timedelta(hours=1))
    assert await found(filled, "coquelicot") == [("actu", "Le coquelicot"), ("evenement", "Fête du coquelicot")]
    assert not {"Le tournesol en fleur", "Fête du tournesol"} & {title for _, title in await found(filled, "tournesol")}


async def test_who_is_credited_in_the_news_is_not_kept_in_memory_to_be_found(filled: Database) -> None:
    """An erasure takes the credit out of its row, and changes nothing by which a replica would know to read again."""
    async with filled.transaction() as db:
        await db.exec(update(DigestEntry).values(credit="Zéphyrine Aubépine"))
        await db.exec(update(Digest).values(revision=Digest.revision + 1))
    assert ("actu", "Le tournesol en fleur") in await found(filled, "tournesol")
    assert await found(filled, "zephyrine") == []
    assert await found(filled, "tournesol aubepine") == []


async def test_a_search_costs_few_statements_and_only_reads(filled: Database) -> None:
    await found(filled, "tournesol")
    with record_statements(filled) as asked:
        await found(filled, "tournesol")
    statements = [statement for statement in asked if statement.startswith(("SELECT", "WITH"))]
    assert len(statements) <= 25, statements
    assert not [statement for statement in asked if statement.startswith(("INSERT", "UPDATE", "DELETE"))]
    for statement in (each for each in statements if "FROM cra" in each):
        assert "cra.author_id = " in statement, "one’s own rows only"


@contextmanager
def failing(kind: str) -> Iterator[None]:
    """What finds things of that kind fails."""

    async def fail(_: Search) -> Findings:
        raise RuntimeError("the table is gone")

    def broken(feature: Feature) -> list[SearchSource]:
        return [SearchSource(s.kind, fail, s.roles) if s.kind.name == kind else s for s in feature.sources]

    before = {feature.name: feature.sources for feature in FEATURES}
    for feature in FEATURES:
        feature.sources = broken(feature)
    try:
        yield
    finally:
        for feature in FEATURES:
            feature.sources = before[feature.name]


@pytest.mark.every_mode
async def test_one_answer_holds_every_kind_and_each_is_a_click_away(house: House, juliette: Person) -> None:
    word = unique("girasol")
    (number,) = await shelve(house, make_resource(f"Planter le {word}"))
    async with house.bot.database.transaction() as db:
        db.add(make_contact(f"Maison {word}"))
        ticket = await tickets.add(db, make_ticket(house.clock(), author_id=juliette.id, subject=f"Mon {word} penche"))
    assert ticket
    answer = await juliette.asks(f"/chercher {word}")
    for heading in ("Ressources", "Contacts", "Vos demandes d’aide"):
        assert f"**{heading}**" in said(answer)
    assert f"Planter le {word}" in said(answer)
    assert len(answer.buttons) <= 4, "on a phone each takes a line"
    await juliette.clicks(answer, f"Contact : Maison {word}")
    assert f"Maison {word}" in said(await juliette.whispered("Maison"))
    await juliette.clicks(answer, f"Ressource : Planter le {word}")
    assert f"n° {number}" in said(await juliette.whispered(f"Planter le {word}"))
    await juliette.clicks(answer, f"Demande d’aide : Mon {word} penche")
    assert f"n° {ticket.number}" in said(await juliette.whispered("penche"))


async def chooses(who: Person, post: Post, label: str, text: str) -> None:
    """Choose in the window that stands for a menu in a whisper."""
    form = await who.opens_by(post, label)
    value = next(value for value, shown in form.options("chosen").items() if text in shown)
    assert (await form.fill(chosen=value).submit()).accepted


@pytest.mark.every_mode
async def test_a_kind_of_which_there_is_more_has_pages(house: House) -> None:
    word = unique("girasol")
    paul = await house.conseiller("paul", client=Mobile())
    await shelve(house, *(make_resource(f"Le {word} {letter}") for letter in "abcdefghij"))
    answer = await paul.asks(f"/chercher {word}")
    assert "**Ressources** (3 sur 10)" in said(answer)
    assert len(answer.buttons) <= 4
    await paul.clicks(answer, "Voir tout : ressources (10)")
    page = await paul.whispered("10 résultats")
    assert "page 1 sur 2" in said(page)
    await paul.clicks(page, "Voir la suite")
    last = await paul.whispered("page 2 sur 2")
    assert "Voir la suite" not in last.buttons
    titles = [line for post in (page, last) for line in said(post).splitlines() if line.startswith("- ")]
    assert len({*titles}) == 10
    await paul.clicks(last, next(label for label in last.buttons if label.startswith("Ressource :")))
    assert word in said(await paul.whispered("n°"))


async def test_many_kinds_take_one_window_to_choose_from(house: House, juliette: Person) -> None:
    word = unique("girasol")
    await shelve(house, *(make_resource(f"Le {word} {letter}") for letter in "abcd"))
    other = await add_to_directory(house, f"Paul {word.capitalize()}", structure=word)
    async with house.bot.database.transaction() as db:
        for letter in "abcd":
            db.add(make_contact(f"Maison {word} {letter}"))
            await add_event(db, make_event(f"Fête du {word} {letter}", starts_at=house.clock(), ends_at=house.clock()))
    answer = await juliette.asks(f"/chercher {word}")
    assert len(answer.buttons) == 3, answer.buttons
    await chooses(juliette, answer, "Ouvrir", "Personne : Paul")
    assert other.username in said(await juliette.whispered("Paul"))
    await chooses(juliette, answer, "Voir tout", "événements (4)")
    assert "4 résultats" in said(await juliette.whispered("Événements pour"))


async def test_a_channel_is_joined_from_what_was_found(house: House, juliette: Person) -> None:
    await house.planned_channel("veille-numerique", "O")
    answer = await juliette.asks("/chercher veille numérique")
    await juliette.clicks(answer, next(label for label in answer.buttons if label == "Canal : Veille numérique"))
    shown = await juliette.whispered("Veille numérique")
    await juliette.clicks(shown, "Rejoindre veille-numerique")
    assert "Vous rejoignez" in said(await juliette.whispered("Vous"))


async def test_one_thing_has_one_button_and_what_is_far_from_the_words_is_left_out(
    house: House, juliette: Person
) -> None:
    word = unique("girasol").replace("-", "")
    async with house.bot.database.transaction() as db:
        db.add(make_contact(f"Maison {word}"))
        await add_event(db, make_event("Une soirée", details=f"On y parlera de {word}."))
        await add_event(db, make_event("Hier", starts_at=NOON, ends_at=NOON, details=f"{word} aussi"))
    answer = await juliette.asks(f"/chercher maison {word}")
    assert answer.buttons == [f"Contact : Maison {word}"]
    found = await juliette.asks(f"/chercher {word}")
    assert len(found.buttons) == len({*found.buttons}) == 3, "each once"


async def test_it_is_asked_in_plain_words_too(house: House, juliette: Person) -> None:
    word = unique("girasol")
    await shelve(house, make_resource(f"Planter le {word}"))
    await juliette.says(f"chercher {word}", await juliette.direct_channel())
    assert f"Planter le {word}" in said(await juliette.told(word))


@pytest.mark.every_mode
async def test_where_nothing_is_found_it_says_what_to_do(house: House, juliette: Person) -> None:
    answer = await juliette.asks("/chercher xyzzyx plugh")
    assert "Je n’ai rien trouvé pour « xyzzyx plugh »" in said(answer)
    assert "autre orthographe" in said(answer)
    form = await juliette.opens_by(answer, "Demander de l’aide")
    assert "xyzzyx plugh" in form.values.values()
    usage = said(await juliette.asks("/chercher"))
    assert "Dites ce que vous cherchez" in usage


async def test_a_kind_that_fails_keeps_nobody_from_the_others(house: House, juliette: Person) -> None:
    word = unique("girasol")
    await shelve(house, make_resource(f"Planter le {word}"))
    with failing("contact"):
        answer = said(await juliette.asks(f"/chercher {word}"))
        assert f"Planter le {word}" in answer
        assert "Je n’ai pas pu chercher parmi contacts" in answer
        assert "pas pu chercher parmi contacts" in said(await juliette.asks("/chercher xyzzyx"))


async def test_words_of_people_stay_words(house: House, juliette: Person) -> None:
    await shelve(house, make_resource("Le @channel **gras** [lien](https://mechant.example)"))
    answer = await juliette.asks("/chercher @channel gras")
    assert "@channel" not in answer.text
    assert "](https://mechant" not in answer.text
