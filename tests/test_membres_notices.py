"""Stories: whoever is given a role hears what opens, whoever loses one hears whom to ask, whatever changed it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from bot.features import Key
from storage import journal
from storage.people import Awaited, Role, register
from storage.people.arrivals import Welcome
from storage.people.transitions import RoleNotice, forget_role_notices
from tests.people import Person, Post, unique
from tests.support.house import House, plain
from tests.support.membership import join_team, open_house, welcoming
from tests.support.workplace import elsewhere, operate

__all__ = ["elsewhere", "open_house", "welcoming"]

NEWS = "dans le réseau"
TELL: Key = ("job", "membres.tell_roles")
HEADER = "username,prenom,nom,role,departement\n"


async def notices(house: House, person: Person) -> list[Post]:
    """What somebody was told of their role, once all is said."""
    await house.settled()
    return [post for post in await person.direct() if NEWS in post.text and "Votre rôle" in post.text]


@pytest.mark.every_mode
@pytest.mark.both_databases
async def test_who_is_given_a_role_hears_what_opens_and_begins_by_one_button(house: House) -> None:
    agathe, lea = await house.someone(Role.ANIMATEUR, "aaa-agathe"), await house.someone(Role.INVITE, "lea")
    lea.acts()
    await agathe.asks(f"/membres role @{lea.username} conseiller")
    told = await lea.told("Votre rôle dans le réseau change")
    assert "Vous êtes désormais conseiller numérique (jusqu’ici : agent invité)" in plain(told)
    assert f"C’est @{agathe.username} qui l’a noté" in plain(told)
    assert "/cra" in plain(told)
    assert "Une question, ou une erreur ? Écrivez à @" in plain(told)
    assert told.buttons == ["Écrire un compte rendu"]
    form = await lea.opens_by(told, "Écrire un compte rendu")
    assert form.title
    lea.acts()
    await agathe.asks(f"/membres role @{lea.username} coordinateur")
    told = await lea.told("désormais coordinateur")
    assert "/membres" in plain(told)
    assert "/cra coordination" in plain(told), "reports of their own, and not those of conseillers"
    assert "dans une fenêtre ou en une ligne" not in plain(told)
    lea.acts()
    await agathe.asks(f"/membres role @{lea.username} invite")
    told = await lea.told("n’êtes plus coordinateur")
    assert "Une question, ou une erreur ?" in plain(told)
    await agathe.asks(f"/membres role @{lea.username} invite")
    assert len(await notices(house, lea)) == 3, "the same again is told to nobody"


async def test_what_an_animateur_takes_back_is_heard_too(house: House) -> None:
    agathe, lea = await house.someone(Role.ANIMATEUR, "agathe"), await house.someone(Role.CONSEILLER, "lea")
    lea.acts()
    shown = await agathe.asks(f"/membres role @{lea.username} coordinateur")
    await lea.told("désormais coordinateur")
    lea.acts()
    await agathe.clicks(shown, "Annuler")
    assert "(jusqu’ici : coordinateur)" in plain(await lea.told("désormais conseiller numérique"))


async def test_who_leaves_at_once_hears_it_and_who_comes_back_too(house: House) -> None:
    agathe, lea = await house.someone(Role.ANIMATEUR, "agathe"), await house.someone(Role.CONSEILLER, "lea")
    lea.acts()
    await agathe.asks(f"/membres depart @{lea.username} hier")
    told = await lea.told("a pris fin")
    assert "Vous n’êtes plus conseiller numérique" in plain(told)
    assert "vos comptes rendus et vos messages restent" in plain(told)
    assert told.buttons == []
    lea.acts()
    await agathe.asks(f"/membres retour @{lea.username}")
    assert "Vous êtes de retour : conseiller numérique" in plain(await lea.told("de retour"))
    day = (house.today + timedelta(days=40)).strftime("%d/%m/%Y")
    await agathe.asks(f"/membres depart @{lea.username} {day}")
    assert len(await notices(house, lea)) == 2, "until then nothing changes"


async def test_who_moves_only_hears_nothing_of_a_role(house: House) -> None:
    agathe, lea = await house.someone(Role.ANIMATEUR, "agathe"), await house.conseiller("lea")
    await agathe.asks(f"/membres deplacer @{lea.username} 38")
    assert await notices(house, lea) == []


async def test_who_was_there_before_the_import_hears_of_it_when_found(house: House) -> None:
    lea = await house.site.person("lea")
    await house.has_seen(lea)
    async with house.bot.database.transaction() as db:
        line = Awaited(username=lea.username, role=Role.CONSEILLER, prenom="Léa", imported_at=house.clock())
        await register.write_awaited(db, [line])
    house.bot.people.forget(lea.id)
    await lea.asks("/aide")
    lea.acts()
    await house.bot.runs.run(TELL, unique("minute"))
    await lea.told("désormais conseiller numérique")


@pytest.mark.both_databases
async def test_many_are_told_by_steps_that_are_no_haste(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left of a step waits in the table for the next one."""
    monkeypatch.setattr("commands.membres.notices.AT_ONCE", 4)
    crowd = [await house.someone(Role.CONSEILLER, f"z{number}") for number in range(6)]
    async with house.bot.database.transaction() as db:
        await forget_role_notices(db)
        db.add_all([RoleNotice(person_id=person.id, role=Role.INVITE) for person in crowd])
    await house.bot.runs.run(TELL, unique("minute"))
    for person in crowd:
        assert len(await notices(house, person)) == 1


async def imports(house: House, folder: Path, *lines: str, options: tuple[str, ...] = ()) -> None:
    """The operator imports these lines."""
    (folder / "people.csv").write_text(HEADER + "\n".join(lines) + "\n", "utf-8")
    assert await operate(house.settings, "import", "people", str(folder / "people.csv"), *options) == 0
    house.bot.workers.look()


@pytest.mark.both_databases
async def test_an_import_tells_each_whose_role_changed_once(
    open_house: House, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = open_house
    paul = await house.site.person("paul", in_team=False)
    await join_team(house, paul)
    welcome = await paul.told("agent invité")
    zoe = await house.conseiller("zoe")
    paul.acts()
    lines = (f"{paul.username},Paul,Durand,conseiller,69", f"{zoe.username},Zoé,Morel,conseiller,69")
    await imports(house, elsewhere, *lines)
    assert "Le bot prévient 1 personne de son rôle." in capsys.readouterr().out
    told = await paul.told("désormais conseiller numérique")
    assert told.buttons == ["Écrire un compte rendu"]
    assert "conseillers numériques" in plain(await paul.rewritten(welcome, "Bienvenue, Paul"))
    assert await notices(house, zoe) == [], "she was one before"
    await imports(house, elsewhere, *lines)
    assert len(await notices(house, paul)) == 1


async def test_what_is_taken_back_before_it_was_told_is_told_to_nobody(
    open_house: House, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = open_house
    lea = await house.conseiller("lea")
    await house.stop()
    for role in ("coordinateur", "conseiller"):
        (elsewhere / "people.csv").write_text(f"{HEADER}{lea.username},Léa,Perrin,{role},69\n", "utf-8")
        options = ("--notify", "oui")
        assert await operate(house.settings, "import", "people", str(elsewhere / "people.csv"), *options) == 0
    await house.start()
    assert await notices(house, lea) == []


async def test_the_first_import_of_an_installation_tells_nobody(
    open_house: House, elsewhere: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    house = open_house

    async def nothing(*_: object) -> list[object]:
        return []

    monkeypatch.setattr(journal, "list_of_things", nothing)
    lea = await house.site.person("lea", in_team=False)  # who comes would be welcomed
    await house.registers(lea, Role.INVITE)
    async with house.bot.database.transaction() as db:
        await db.execute(delete(Welcome))
    await imports(house, elsewhere, f"{lea.username},Léa,Perrin,conseiller,69")
    assert "Première importation : personne n’est prévenu" in capsys.readouterr().out
    assert await notices(house, lea) == []
    lea.acts()
    await imports(house, elsewhere, f"{lea.username},Léa,Perrin,coordinateur,69", options=("--notify", "oui"))
    await lea.told("désormais coordinateur")
    await imports(house, elsewhere, f"{lea.username},Léa,Perrin,conseiller,69", options=("--notify", "non"))
    assert len(await notices(house, lea)) == 1


async def test_who_was_waited_for_is_welcomed_and_hears_nothing_else(open_house: House) -> None:
    house = open_house
    lea = await house.site.person("lea", in_team=False)
    async with house.bot.database.transaction() as db:
        line = Awaited(username=lea.username, role=Role.CONSEILLER, prenom="Léa", imported_at=house.clock())
        await register.write_awaited(db, [line])
    await join_team(house, lea)
    assert "conseillers numériques" in plain(await lea.told("Bienvenue, Léa"))
    await house.bot.runs.run(TELL, unique("minute"))
    assert await notices(house, lea) == []
