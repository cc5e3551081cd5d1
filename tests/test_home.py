"""Stories: « /aide » is the home, where one sees what waits and what there is, and gets to it by a click."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.calendar import is_working_day
from bot.context import Context
from bot.features import Feature, Front
from bot.replies import Button, Replies, RunCommand, Waiting, Whisper
from bot.texts import render
from commands import FEATURES
from commands.aide import DOORS_MAX, OPENED_MAX, SHOWN_MAX, build_aide
from commands.controls import menus
from storage.people import Role
from tests.people import Dialog, Person, Post
from tests.support.conversation import MORE, doors, takes
from tests.support.cra import WORKSHOP, file_workshop, fill_workshop
from tests.support.databases import record_statements
from tests.support.house import LOG, PARIS, House, forget_kits

FIRST = ["Compte rendu", "Statistiques", "Demander de l’aide", "Ressources", "Canaux"]
"""The features of the first page, for a conseillère."""


def said(post: Post) -> str:
    """What a post says, with plain spaces."""
    return post.text.replace("\u00a0", " ")


def monday(house: House) -> datetime:
    """A coming Monday morning after a Thursday and a Friday that were no holidays."""
    now = house.clock()
    day = (now + timedelta(days=7 - now.weekday())).replace(hour=9)
    while not all(is_working_day(day.date() - timedelta(days=back)) for back in (3, 4)):
        day += timedelta(days=7)
    return day


def entered(house: House, day: date) -> str:
    """A day, as the dialogs of this server take it."""
    return day.isoformat() if house.bot.chat.capabilities.dates else f"{day:%d/%m/%Y}"


async def filed_of(house: House, person: Person, day: date) -> Post:
    """The receipt of a workshop of that day."""
    return await file_workshop(person, date=entered(house, day))


@pytest.fixture(autouse=True)
async def _no_kit_waits(house: House) -> None:
    await forget_kits(house)


async def test_the_sixth_answer_of_a_home_says_where_it_stands(house: House, juliette: Person) -> None:
    """Mattermost takes five late answers to a command; what comes after stands in the direct channel."""
    home = await juliette.asks("/aide")
    for _ in range(5):
        await juliette.clicks(home, "Statistiques")
        await juliette.whispered("Vos statistiques")
    await juliette.clicks(home, "Statistiques")
    assert "vos messages directs" in said(await juliette.whispered("Votre réponse est prête"))
    assert await juliette.told("Vos statistiques")


@pytest.mark.every_mode
async def test_each_feature_has_a_line_and_a_button(house: House, juliette: Person) -> None:
    home = await juliette.asks("/aide")
    assert home.buttons == [*FIRST[:3], MORE], "four at most: on a phone each has a line of its own"
    assert await doors(juliette, home) == [*FIRST, "Liens utiles", "Voir la suite"]
    for words in (Role.CONSEILLER.label, "Compte rendu", "/aide cra", "/aide stats"):
        assert words in said(home)
    assert "/cra liste" not in said(home), "that is for the details"
    assert "attend" not in said(home)

    form = await juliette.opens_by(home, "Compte rendu")
    assert (await form.fill(**WORKSHOP).submit()).accepted
    await juliette.told("enregistré")
    await juliette.clicks(home, "Statistiques")
    assert "8 personnes accompagnées" in said(await juliette.whispered("Vos statistiques"))


@pytest.mark.every_mode
async def test_the_details_of_a_feature_are_all_its_commands_of_one_s_role(house: House, juliette: Person) -> None:
    cra, stats = said(await juliette.asks("/aide cra")), said(await juliette.asks("/aide Statistiques ?"))
    for command in ("/cra liste", "/cra modifier", "/cra dupliquer", "/cra supprimer", "/cra brouillon", "/cra aide"):
        assert command in cra
        assert command not in stats
    assert "/stats rapport" in stats
    assert "/stats carte" not in stats
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    theirs = await agathe.asks("/aide stats")
    assert "/stats carte" in said(theirs)
    assert "/stats rapport" not in said(theirs)
    await agathe.clicks(theirs, "/stats national")
    assert "France" in said(await agathe.whispered())


async def test_help_is_given_after_every_command(house: House, juliette: Person) -> None:
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    for who, line, shown in (
        (agathe, "/canaux aide", "/canaux verifier"),
        (agathe, "/annonce aide", "/annonce liste"),
        (juliette, "/hotline aide", "/hotline demandes"),
        (juliette, "/ressources aide", "/ressources ajouter"),
        (juliette, "/membres aide", "/aide"),
    ):
        assert shown in said(await who.asks(line)), line
    about = said(await agathe.asks("/canaux creer aide"))
    assert "/canaux creer departements" in about
    assert "/canaux verifier" not in about


async def test_the_home_is_of_one_s_role(house: House) -> None:
    agathe = await house.someone(Role.ANIMATEUR, "aaa-agathe")
    titles = ["Statistiques", "Demander de l’aide", "Ressources", "Canaux", "Membres", "Liens utiles", "Voir la suite"]
    # Others may have proposed, reported or asked something, and a digest is in hand from the Friday before.
    offered = await doors(agathe, await agathe.asks("/aide"))
    beside = ("Relire", "Voir les dossiers", "Voir les demandes")
    assert [label for label in offered if not label.startswith(beside)][:5] == titles[:5]
    ines = await house.someone(Role.INVITE, "ines")
    theirs = await ines.asks("/aide")
    assert await doors(ines, theirs) == [
        "Demander mon accès",
        "Demander de l’aide",
        "Ressources",
        "Canaux",
        "Actus",
        "Agenda",
        "Voir la suite",
    ]
    assert Role.INVITE.label in said(theirs)
    assert "@aaa-agathe" in said(theirs), "whom to ask"
    assert "/aide cra" not in said(await ines.asks("/aide cra"))
    for line in ("/aide annonce", "/annonce aide"):
        refused = said(await ines.asks(line))
        assert "Cette commande est réservée aux" in refused, refused
        assert "@aaa-agathe" in refused, "whom to ask"


@pytest.mark.parametrize(
    ("asked_about", "buttons"),
    [
        ("stast", ["/aide stats"]),
        ("liste", ["/cra liste", "/rdv liste", "/idee liste"]),
        ("modifier 12", ["/cra modifier 12"]),
        ("mes statistiques du mois", ["/stats"]),
        ("tout autre chose", ["/cra", "/stats", "/aide"]),
    ],
)
async def test_what_is_asked_about_and_is_nothing_gets_the_nearest_commands(
    juliette: Person, asked_about: str, buttons: list[str]
) -> None:
    near = await juliette.asks(f"/aide {asked_about}")
    told = {"/aide": "Je n’ai pas compris", "/aide stats": "Vouliez-vous dire"}.get(
        buttons[-1], "Vous cherchez peut-être"
    )
    assert told in said(near)
    assert near.buttons == buttons


async def test_a_proposed_command_is_run_by_a_click(juliette: Person) -> None:
    await file_workshop(juliette)
    assert "Ce que vous pouvez faire ici" in said(await juliette.asks("/aide moi"))
    near = await juliette.asks("/aide lste")
    await juliette.clicks(near, "/cra liste")
    assert "1 compte rendu" in said(await juliette.whispered())


@pytest.mark.every_mode
async def test_a_draft_that_waits_is_taken_up_from_the_home(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette, commune="Nulle-Part-les-Oies")
    assert not (await form.submit()).accepted
    home = await juliette.asks("/aide")
    assert "À terminer : Atelier du" in said(home)
    assert home.buttons[0] == "Reprendre"

    again = await juliette.opens_by(home, "Reprendre")
    assert (await again.fill(commune="69120 Vaulx-en-Velin").submit()).accepted
    await juliette.told("enregistré")
    home = await juliette.asks("/aide")
    assert "Reprendre" not in home.buttons
    assert len(await house.reports(juliette)) == 1


@pytest.mark.every_mode
async def test_the_last_working_day_without_a_report_is_filed_from_the_home(house: House, juliette: Person) -> None:
    now = monday(house)
    house.clock.goes_to(now)
    today = now.astimezone(PARIS).date()
    friday, thursday = today - timedelta(days=3), today - timedelta(days=4)
    assert "Aucun compte rendu" not in said(await juliette.asks("/aide")), "she has not begun"
    await filed_of(house, juliette, thursday)

    home = await juliette.asks("/aide")
    assert "Aucun compte rendu pour vendredi" in said(home)
    form = await juliette.opens_by(home, f"Écrire le compte rendu ({friday:%d/%m})")
    assert form.shown("date") == entered(house, friday)
    assert (await form.fill(**WORKSHOP).submit()).accepted
    await juliette.told("enregistré")
    assert {c.date for c in await house.reports(juliette)} == {friday, thursday}
    assert "Aucun compte rendu" not in said(await juliette.asks("/aide"))


async def test_who_files_nothing_any_more_is_not_reminded(house: House, juliette: Person) -> None:
    now = monday(house)
    house.clock.goes_to(now)
    day = now.astimezone(PARIS).date()
    await filed_of(house, juliette, day - timedelta(days=15))
    assert "Aucun compte rendu" not in said(await juliette.asks("/aide"))
    await filed_of(house, juliette, day - timedelta(days=14))
    assert "Aucun compte rendu" in said(await juliette.asks("/aide"))


async def test_who_begins_today_is_reminded_of_nothing(house: House, juliette: Person) -> None:
    now = monday(house)
    house.clock.goes_to(now)
    await filed_of(house, juliette, now.astimezone(PARIS).date())
    assert "Aucun compte rendu" not in said(await juliette.asks("/aide"))


async def test_a_deleted_report_leaves_its_day_without_one(house: House, juliette: Person) -> None:
    now = monday(house)
    house.clock.goes_to(now)
    day = now.astimezone(PARIS).date()
    await filed_of(house, juliette, day - timedelta(days=4))
    receipt = await filed_of(house, juliette, day - timedelta(days=3))
    assert "Aucun compte rendu" not in said(await juliette.asks("/aide"))
    await juliette.clicks(receipt, "Supprimer")
    assert "Aucun compte rendu pour vendredi" in said(await juliette.asks("/aide"))


def many(count: int) -> Sequence[Feature]:
    """So many features, each with a command and with something that waits; the home before them."""
    made = [_room(number) for number in range(1, count + 1)]
    return (build_aide(made), *made, menus)


def _room(number: int) -> Feature:
    name = f"salle{number}"
    feature = Feature(name, front=Front(f"Salle {number}", "ce qui s’y fait", lambda _: name))

    @feature.command(name, help="Entrer")
    async def enter(ctx: Context, _: str) -> Replies:
        return Whisper(f"Vous êtes dans la salle {number}")

    @feature.waiting
    async def wait(ctx: Context) -> Sequence[Waiting]:
        return [Waiting(f"*Quelqu’un* en salle {number}", Button(f"Voir {number}", RunCommand(line=name)))]

    return feature


@asynccontextmanager
async def living(house: House, features: Sequence[Feature]) -> AsyncIterator[None]:
    """The bot with these features alone, afterwards with its own."""
    usual, house.features = house.features, tuple(features)
    await house.restart()
    try:
        yield
    finally:
        house.features = usual
        await house.restart()


async def test_what_cannot_say_what_waits_hides_nothing_else(house: House, juliette: Person) -> None:
    """Nor does it leave a transaction that nothing can be read in."""
    _, *others, broken, _ = many(3)

    async def fail(ctx: Context) -> Sequence[Waiting]:
        await ctx.db.execute(text("SELECT nothing FROM nowhere"))
        return []

    broken.waits = [fail]
    async with living(house, [build_aide([broken, *others]), broken, *others, menus]):
        home = await juliette.asks("/aide")
        assert len(await doors(juliette, home)) == 2 + 3 + 1, "two things wait, three features are there, and links"
    assert "waiting_not_told" in LOG.getvalue()


async def test_the_home_stays_one_screen_however_many_features_come(house: House, juliette: Person) -> None:
    async with living(house, many(12)):
        home = await juliette.asks("/aide")
        assert len(home.buttons) == DOORS_MAX
        seen = await doors(juliette, home)
        assert len(seen) == OPENED_MAX + SHOWN_MAX + 2, "what waits beyond what is shown is led to, too"
        assert "Ce que vous pouvez faire ici (1 sur 3)" in said(home)
        assert "et 9 autres choses" in said(home)
        assert "\\*Quelqu’un\\*" in said(home), "words of people are no Markdown"
        while seen[-1] == "Voir la suite":
            following = await takes(juliette, home, "Voir la suite")
            assert isinstance(following, Post)
            home = following
            seen += await doors(juliette, home)
        assert [label for label in seen if "Salle" in label] == [f"Salle {number}" for number in range(1, 13)]
        assert "Liens utiles" in seen
        await juliette.clicks(home, "Salle 12")
        assert "Vous êtes dans la salle 12" in said(await juliette.whispered())
        assert (await juliette.asks("/aide 99")).buttons == home.buttons


async def test_a_button_of_a_command_that_is_gone_says_so(house: House, juliette: Person) -> None:
    async with living(house, many(1)):
        home = await juliette.asks("/aide")
    await juliette.clicks(home, "Salle 1")
    assert "n’existe pas, ou plus" in said(await juliette.whispered())


async def test_a_button_runs_a_command_for_nobody_else(house: House, juliette: Person) -> None:
    """The role is that of who clicks, at the time of the click."""
    home = await juliette.asks("/aide")
    await house.registers(juliette, Role.INVITE)
    house.bot.people.forget(juliette.id)
    await juliette.clicks(home, "Compte rendu")
    assert Role.INVITE.label in said(await juliette.whispered())


def test_all_features_but_the_home_s_own_are_led_to_from_it() -> None:
    """Who adds one says how it is shown, or has no command."""
    for feature in FEATURES:
        with_commands = any(t.key[0] == "command" for t in feature.triggers)
        assert bool(feature.front) == (with_commands and not feature.always), feature.name


async def read_for(house: House, person: Person, line: str) -> list[str]:
    """What is asked of the tables of people and their reports to answer; the bot may ask who is who meanwhile."""
    with record_statements(house.bot.database) as asked_for:
        await person.asks(line)
    return [statement for statement in asked_for if any(table in statement for table in ("draft", "cra", "person"))]


async def test_the_home_costs_few_statements_and_only_reads(house: House, juliette: Person) -> None:
    await file_workshop(juliette)
    await house.settled()
    await juliette.asks("/aide")
    tries = [await read_for(house, juliette, "/aide") for _ in range(3)]
    assert all(statement.startswith("SELECT") for hers in tries for statement in hers)
    assert 1 <= min(map(len, tries)) <= 14, "about one for each feature where something may wait, or is shown"


@pytest.mark.parametrize("role", list(Role))
async def test_the_home_offers_nobody_what_is_refused_to_them(house: House, role: Role) -> None:
    """Every page, and every button of each, by somebody of every role."""
    person = await house.someone(role, f"tous-{role.value}")
    line, seen = "/aide", 0
    while line:
        page, line = await person.asks(line), ""
        for label in await doors(person, page):
            if label == "Voir la suite":
                line = f"/aide {seen + 2}"
                continue
            answer = await takes(person, page, label)
            assert isinstance(answer, Dialog) or "réservée" not in answer.text, (label, answer.text)
        seen += 1
    assert seen


def test_the_latest_news_keep_their_title() -> None:
    title = "On vient aux nouvelles n° 2"
    assert f"**Actus** : {title}" in render("actus/at_home", title=title, number=2)
