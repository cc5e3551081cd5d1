"""Who is found by which words, on both databases: names, roles, places, structures, skills; and who is not."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import annuaire, people
from storage.annuaire import DirectoryEntry, DirectoryIndex, entries
from storage.annuaire.entries import Contact, ContactState, make_key
from storage.database import Database
from storage.people import Audience, Awaited, Person, Role
from tests.support.cra import NOON, register_all
from tests.support.databases import database
from tests.support.membership import TODAY, make_person

__all__ = ["database"]


ZOE = make_person(
    "zoe",
    "Zoé Périn-Dubois",
    code_commune="69256",
    structure="Médiathèque de l’Étoile",
    skills=["traitement texte"],
    skill_words=["Linux", "impression 3D"],
    languages=["LSF"],
)
CARL = make_person("carl", "Carl Perrin", Role.COORDINATEUR, departements=["69", "01"])
ANNA = make_person("anna", "Anna O’Neill", departements=["2A"], code_commune="2A004", structure="Mairie d’Ajaccio")
PIERRE = make_person("pierre", "Jean-Pierre Le Goff", departements=["29"], skills=["equipement informatique"])
AGATHE = make_person("agathe", "Agathe Blanc", Role.ANIMATEUR, departements=[])
GUS = make_person("gus", "Gus Moreau", Role.HOTLINE, departements=[], code_commune="75111")
EVERYBODY = (ZOE, CARL, ANNA, PIERRE, AGATHE, GUS)
NOBODY = make_person("nobody", departements=[])


async def found(database: Database, query: str, viewer: Person = NOBODY, today: date = TODAY) -> list[str]:
    """The ids of those found, the best first."""
    async with database.transaction(writes=False) as db:
        hits = (await annuaire.read_index(db, today)).search(viewer, query)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    return [hit.entry.person.id if hit.entry.person else f"contact {hit.entry.name}" for hit in hits]


async def stored(database: Database, *persons: Person) -> None:
    async with database.transaction() as db:
        await register_all(db, *persons)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("perin", ["zoe", "carl"]),
        ("Périn", ["zoe", "carl"]),
        ("PERRIN", ["carl", "zoe"]),
        ("zoé perin", ["zoe"]),
        ("perin zoe", ["zoe"]),
        ("Périn-Dubois Zoé", ["zoe"]),
        ("oneill", ["anna"]),
        ("o'neill", ["anna"]),
        ("jean pierre", ["pierre"]),
        ("le goff", ["pierre"]),
        ("legof goff", []),
        ("dubo", ["zoe"]),
        ("coordinateur", ["carl"]),
        ("coordinatrice 69", ["carl"]),
        ("cordinateur 1", ["carl"]),
        ("coordinateur 29", []),
        ("animateur de communauté", ["agathe"]),
        ("69", ["carl", "zoe"]),
        ("rhone", ["carl", "zoe"]),
        ("Corse-du-Sud", ["anna"]),
        ("2a", ["anna"]),
        ("finistère", ["pierre"]),
        ("bretagne", ["pierre"]),
        ("hinaura", ["carl", "zoe"]),
        ("hub", []),
        ("69120", ["zoe"]),
        ("69256", ["zoe"]),
        ("vaulx en velin", ["zoe"]),
        ("Ajaccio", ["anna"]),
        ("Paris", ["gus"]),
        ("75011", ["gus"]),
        ("mediatheque etoile", ["zoe"]),
        ("linux", ["zoe", "pierre"]),
        ("imprésion 3d", ["zoe"]),
        ("tableur", ["zoe"]),
        ("traitement de texte", ["zoe"]),
        ("LSF", ["zoe"]),
        ("conseiller numérique finistère", ["pierre"]),
        ("xyzzy", []),
        ("#traitement texte", ["zoe"]),
    ],
)
async def test_people_are_found_by_all_that_is_known_of_them(database: Database, query: str, ids: list[str]) -> None:
    await stored(database, *EVERYBODY)
    assert await found(database, query) == ids


async def test_one_s_own_departement_comes_first(database: Database) -> None:
    same = [make_person(f"m{code}", "Marie Martin", departements=[code]) for code in ("01", "38", "69", "974")]
    await stored(database, *same)
    viewer = make_person("viewer", departements=["974", "38"])
    assert await found(database, "martin", viewer) == ["m38", "m974", "m01", "m69"]
    assert await found(database, "", viewer) == ["m38", "m974", "m01", "m69"]
    assert await found(database, "marie 69", viewer) == ["m69"]


@pytest.mark.parametrize(
    ("declared", "asked"),
    [("Excel", "tableur"), ("LSF", "langue des signes"), ("langue des signes", "LSF"), ("Canva", "graphisme")],
)
async def test_a_skill_is_found_by_its_other_names(database: Database, declared: str, asked: str) -> None:
    await stored(database, make_person("zed", "Zed Zibeline", skill_words=[declared]))
    assert "zed" in await found(database, asked)


HIDDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "structure": ("etoile", {"structure": "Étoile"}),
    "commune": ("69120", {"code_commune": "69256"}),
    "skills": ("linux", {"skill_words": ["Linux"]}),
    "languages": ("portugais", {"languages": ["portugais"]}),
}
NEIGHBOUR, STRANGER = make_person("neighbour"), make_person("stranger", departements=["75"])
SIGHTS = {
    Audience.RESEAU: {"neighbour", "stranger", "agathe", "zed"},
    Audience.DEPARTEMENT: {"neighbour", "agathe", "zed"},
    Audience.ANIMATEURS: {"agathe", "zed"},
    Audience.PERSONNE: {"zed"},
}


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("name", HIDDEN)
async def test_nobody_is_found_by_what_who_looks_may_not_see(database: Database, name: str, audience: Audience) -> None:
    query, values = HIDDEN[name]
    zed = make_person("zed", "Zed Zibeline", shown_to={name: audience.value}, **values)
    await stored(database, zed)
    for viewer in (NEIGHBOUR, STRANGER, AGATHE, zed):
        sees = viewer.id in SIGHTS[audience]
        assert ("zed" in await found(database, query, viewer)) is sees, viewer.id
        assert bool(getattr(annuaire.show_person(viewer, zed), name)) is sees, viewer.id
        assert await found(database, "zibeline", viewer) == ["zed"], "the name is everybody’s"


async def test_a_telephone_is_nobody_s_and_an_address_the_departement_s_unless_one_says_otherwise() -> None:
    zed = make_person("zed", telephone="+33612345678", email="z@exemple.fr")
    seen = {viewer.id: annuaire.show_person(viewer, zed) for viewer in (NEIGHBOUR, STRANGER, AGATHE, zed)}
    assert {ident: shown.telephone for ident, shown in seen.items() if shown.telephone} == {"zed": "+33612345678"}
    assert {ident for ident, shown in seen.items() if shown.email} == {"neighbour", "agathe", "zed"}


async def test_who_is_hidden_or_gone_is_found_by_nobody_and_who_is_back_is(database: Database) -> None:
    yesterday = TODAY - timedelta(days=1)
    leaving = make_person("leaving", "Lise Zibeline", left_on=TODAY)
    await stored(
        database,
        leaving,
        make_person("gone", "Guy Zibeline", left_on=yesterday),
        make_person("hidden", "Hugo Zibeline", is_hidden=True),
    )
    assert await found(database, "zibeline", AGATHE) == ["leaving"], "the last day is worked"
    assert await found(database, "zibeline", AGATHE, TODAY + timedelta(days=1)) == []
    await stored(
        database, make_person("gone", "Guy Zibeline"), make_person("leaving", "Lise Zibeline", left_on=yesterday)
    )
    assert await found(database, "zibeline", AGATHE) == ["gone"], "what was written down counts at once"


async def test_a_change_of_anything_counts_at_once(database: Database) -> None:
    await stored(database, *EVERYBODY)
    assert await found(database, "perrin") == ["carl", "zoe"]
    await stored(database, Person(**(CARL.model_dump() | {"nom": "Durand", "departements": ["75"]})))
    assert await found(database, "perrin") == ["zoe"]
    assert await found(database, "durand paris") == ["carl"]


async def test_the_role_that_follows_from_mattermost_serves_where_the_register_gives_none(database: Database) -> None:
    await stored(database, make_person("x", "Xavier Zibeline", None))
    assert await found(database, "zibeline conseiller") == []
    async with database.transaction() as db:
        await people.note_derived_role(db, "x", Role.CONSEILLER, NOON)
    assert await found(database, "zibeline conseiller") == ["x"]


@given(st.text(max_size=120) | st.text("perinzolux69 -’#", max_size=40))
def test_any_words_are_answered(query: str) -> None:
    """Whatever is typed, all that is found is somebody, and what is proposed finds somebody."""
    index = DirectoryIndex([DirectoryEntry.of_person(each) for each in EVERYBODY])
    hits = index.search(ZOE, query)
    assert {hit.entry for hit in hits} <= set(index.entries)
    assert all(0 < hit.score <= 100 for hit in hits)
    if not hits:
        assert all(index.search(ZOE, other) for other in index.suggest(ZOE, query))


async def near(database: Database, query: str, viewer: Person = NOBODY) -> list[str]:
    """What is proposed in place of a query."""
    async with database.transaction(writes=False) as db:
        return (await annuaire.read_index(db, TODAY)).suggest(viewer, query)


async def test_the_nearest_spellings_find_somebody(database: Database) -> None:
    await stored(database, *EVERYBODY)
    assert await near(database, "perrrrrin") == ["perrin", "perin"]
    assert await near(database, "coordinateur 29") == ["coordinateur", "29"]
    assert await near(database, "villeurbanne") == ["69"]
    assert await near(database, "69100") == ["69"]
    assert await near(database, "xyzzy") == []


async def test_a_mistyped_skill_is_proposed_as_it_is_written(database: Database) -> None:
    await stored(database, *EVERYBODY)
    assert await found(database, "tableur") == ["zoe"]
    assert await found(database, "tableaur") == []
    assert "tableur" in await near(database, "tableaur")
    assert "tableur" not in await near(database, "zébulon")


async def test_the_nearest_spellings_betray_nothing(database: Database) -> None:
    secret = {"structure": Audience.PERSONNE.value}
    await stored(database, make_person("zed", "Zed Zibeline", structure="Clandestinerie", shown_to=secret))
    assert await near(database, "clandestinnnerrie") == []
    assert await near(database, "clandestinnnerrie", make_person("zed")) == ["clandestinerie"]


async def test_what_may_not_be_seen_takes_no_place_of_what_may(database: Database) -> None:
    secret = {"structure": Audience.PERSONNE.value}
    hidden = [make_person(f"z{n}", structure=f"Clandestinerie{'e' * n}", shown_to=secret) for n in range(5)]
    await stored(database, *hidden, make_person("seen", structure="Clandestins"))
    assert await near(database, "clandestinnnerrie") == ["clandestins"]


def contact(organisme: str, nom: str = "", state: ContactState = ContactState.PUBLISHED, **more: Any) -> Contact:
    key = make_key(nom, organisme, more.get("departement", ""))
    return Contact(key=key, nom=nom, organisme=organisme, state=state, changed_at=NOON, **more)


async def test_published_contacts_are_found_beside_people(database: Database) -> None:
    async with database.transaction() as db:
        await register_all(db, make_person("b", "Blanche Banque"))
        for each in (
            contact("Banque des Territoires", site="https://www.banquedesterritoires.fr"),
            contact("Préfecture", "Guy Banque", departement="69"),
            contact("Banque refusée", state=ContactState.REFUSED),
            contact("Banque proposée", state=ContactState.PROPOSED),
        ):
            await entries.save_contact(db, each)
    assert await found(database, "banque des territoires") == ["contact banque des territoires"]
    assert await found(database, "banque 69") == ["b", "contact guy banque"]
    assert await found(database, "prefecture rhône") == ["contact guy banque"]


async def test_who_is_announced_is_found_only_where_that_is_wanted(database: Database) -> None:
    async with database.transaction() as db:
        await register_all(db, make_person("zoe", "Zoé Zibeline"))
        for line in (
            Awaited(username="noe", prenom="Noé", nom="Zibeline", departements=["75"], imported_at=NOON),
            Awaited(username="zoe", prenom="Zoé", nom="Zibeline", imported_at=NOON),
            Awaited(email="x@exemple.fr", prenom="Xi", nom="Zibeline", left_on=TODAY - timedelta(1), imported_at=NOON),
        ):
            db.add(line)
        await db.flush()
    async with database.transaction(writes=False) as db:
        hits = (await annuaire.read_index(db, TODAY, awaited=True)).search(NOBODY, "zibeline")
    assert {(p.id, p.username) for hit in hits if (p := hit.entry.person)} == {("zoe", "zoe"), ("", "noe")}
    assert await found(database, "zibeline") == ["zoe"]
