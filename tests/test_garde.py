"""Stories: who is on duty at the hotline is said, seen by all agents, taken back, and undone."""

import asyncio
from datetime import timedelta

import pytest

from bot.french.dates import say_days
from storage.hotline import duty
from storage.hotline.duty import DutyTurn
from storage.people import Role
from tests.people import Person
from tests.support.cra import read_mistake
from tests.support.hotline import Rota, paris_time, rota
from tests.support.house import House, list_audit, plain

__all__ = ["rota"]


async def on_duty(rota: Rota, queue: str, ahead: int, hour: int = 10) -> list[str]:
    """Who is on duty for a queue then, as the hotline asks."""
    async with rota.house.bot.database.transaction(writes=False) as db:
        return list(await duty.find_on_duty(db, queue, paris_time(rota.day(ahead), hour)))


@pytest.mark.every_mode
async def test_an_agent_is_on_duty_and_all_agents_see_it(rota: Rota) -> None:
    agathe, bilal = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("bilal")
    assert "personne n’est de garde" in plain(await agathe.asks("/garde"))
    told = await bilal.asks(f"/garde moi {rota.days(0, 4)} métier")
    days = say_days(rota.day(0), rota.day(4))
    assert plain(told) == f"C’est noté : vous êtes de garde {days} (Aide métier)."
    assert told.buttons == ["Annuler"]
    shown = plain(await agathe.asks("/garde"))
    assert f"Aujourd’hui :**\n- @{bilal.username} : {days} (Aide métier)" in shown
    assert await on_duty(rota, "metier", 0) == [bilal.id]
    assert await on_duty(rota, "metier", 4, 23) == [bilal.id]
    assert await on_duty(rota, "espace-coop", 0) == []
    assert await on_duty(rota, "metier", 5, 0) == []


@pytest.mark.every_mode
async def test_the_window_asks_for_days_queue_and_whom(rota: Rota) -> None:
    agathe, bilal = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("bilal")
    form = await agathe.opens_by(await agathe.asks("/garde"), "Me mettre de garde")
    assert form.options("file") == {
        "toutes": "Toutes les files",
        "espace-coop": "Aide Espace Coop",
        "metier": "Aide métier",
    }
    assert "Je n’ai pas compris" in read_mistake(await form.fill(jours="bientôt").submit(), "jours")
    assert (await form.fill(jours=rota.days(7, 11)).submit()).accepted
    assert "vous êtes de garde" in plain(await agathe.whispered("C’est noté"))
    assert await on_duty(rota, "espace-coop", 7) == [agathe.id]

    form = await agathe.opens("/garde moi")
    await form.picks("personne", bilal.username)
    assert (await form.fill(jours=rota.days(7, 8), file="metier").submit()).accepted
    told = plain(await agathe.whispered("C’est noté"))
    assert f"@{bilal.username} est de garde" in told
    assert f"@{agathe.username} l’est aussi" in told
    assert await on_duty(rota, "metier", 7) == [agathe.id, bilal.id]
    async with rota.house.bot.database.transaction(writes=False) as db:
        turn = (await duty.list_turns_of(db, bilal.id, rota.day(7)))[0]
    assert await list_audit(rota.house, f"garde:{turn.id}") == [("prendre", "agathe")]


async def test_who_is_put_on_duty_is_told_and_may_say_no(rota: Rota) -> None:
    agathe, bilal = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("bilal")
    await agathe.asks(f"/garde @{bilal.username} {rota.days(7, 11)}")
    told = await bilal.told("vous êtes de garde")
    assert f"@{agathe.username} l’a noté" in plain(told)
    await rota.house.settled()
    await bilal.clicks(told, "Me retirer")
    gone = await bilal.rewritten(told, "vous n’êtes plus de garde")
    assert await on_duty(rota, "metier", 7) == []
    await rota.house.settled()
    assert len(await bilal.direct()) == 1
    await bilal.clicks(gone, "Annuler")
    back = await bilal.rewritten(told, "de nouveau de garde")
    assert back.buttons == ["Retirer"]
    assert await on_duty(rota, "metier", 7) == [bilal.id]


async def test_what_was_noted_is_undone_and_what_was_taken_back_is_put_back(rota: Rota) -> None:
    bilal = await rota.agent("bilal")
    told = await bilal.asks(f"/garde moi {rota.days(7, 11)}")
    await bilal.clicks(told, "Annuler")
    gone = await bilal.whispered("plus de garde")
    assert "Personne d’autre ne l’est ces jours-là" in plain(gone)
    assert await on_duty(rota, "metier", 7) == []
    await bilal.clicks(told, "Annuler")
    assert "n’existe plus" in plain(await bilal.whispered())
    await bilal.clicks(gone, "Annuler")
    assert "de nouveau de garde" in plain(await bilal.whispered())
    assert await on_duty(rota, "metier", 7) == [bilal.id]
    await bilal.clicks(gone, "Annuler")
    assert "a changé depuis" in plain(await bilal.whispered())


async def test_of_a_turn_under_way_the_days_to_come_are_taken_back(rota: Rota) -> None:
    bilal = await rota.agent("bilal")
    await bilal.asks(f"/garde moi {rota.days(0, 4)}")
    rota.goes_to(2, 9)
    gone = await bilal.asks("/garde retirer")
    assert say_days(rota.day(2), rota.day(4)) in plain(gone)
    assert await on_duty(rota, "metier", 2) == []
    assert await on_duty(rota, "metier", 1) == [bilal.id]
    await bilal.clicks(gone, "Annuler")
    await bilal.whispered("de nouveau de garde")
    assert await on_duty(rota, "metier", 4) == [bilal.id]
    rota.goes_to(5, 9)
    await bilal.clicks(gone, "Annuler")
    assert "elle est finie" in plain(await bilal.whispered())


async def test_a_day_that_is_said_is_the_only_one_taken_out_of_a_turn(rota: Rota) -> None:
    agathe, malik = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("malik")
    await malik.asks(f"/garde moi {rota.days(0, 11)}")
    gone = await agathe.asks(f"/garde retirer @{malik.username} {rota.day(7):%d/%m/%Y}")
    assert f"plus de garde {say_days(rota.day(7), rota.day(7))}" in plain(gone)
    there = {day: await on_duty(rota, "metier", day) for day in (1, 6, 7, 8, 11)}
    assert there == {1: [malik.id], 6: [malik.id], 7: [], 8: [malik.id], 11: [malik.id]}
    await agathe.clicks(gone, "Annuler")
    assert say_days(rota.day(0), rota.day(11)) in plain(await agathe.whispered("de nouveau de garde"))
    assert [await on_duty(rota, "metier", day) for day in (6, 7, 8)] == [[malik.id]] * 3
    gone = await agathe.asks(f"/garde retirer @{malik.username} {rota.day(7):%d/%m/%Y}")
    await malik.asks(f"/garde retirer {rota.day(8):%d/%m/%Y}")
    await agathe.clicks(gone, "Annuler")
    assert "a changé depuis" in plain(await agathe.whispered())
    assert [await on_duty(rota, "metier", day) for day in (6, 7, 8, 9)] == [[malik.id], [], [], [malik.id]]


async def test_an_absence_can_be_cancelled_later_or_on_some_of_its_days(rota: Rota) -> None:
    agathe, malik = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("malik")
    await malik.asks(f"/garde moi {rota.days(0, 11)}")
    await malik.asks(f"/garde absent {rota.days(7, 11)}")
    await agathe.asks(f"/garde present @{malik.username} {rota.day(8):%d/%m/%Y}")
    assert "ne compte plus" in plain(await malik.told())
    assert [await on_duty(rota, "metier", day) for day in (7, 8, 9)] == [[], [malik.id], []]
    shown = await malik.asks("/garde")
    await malik.clicks(shown, "Annuler mon absence")
    which = await malik.whispered("De quelle absence")
    await malik.clicks(which, say_days(rota.day(7), rota.day(7)))
    await malik.whispered("ne compte plus")
    assert [await on_duty(rota, "metier", day) for day in (7, 8, 9)] == [[malik.id], [malik.id], []]
    await malik.asks("/garde présent")
    assert await on_duty(rota, "metier", 9) == [malik.id]
    assert "ni plus tard" in plain(await malik.asks("/garde présent"))


@pytest.mark.every_mode
async def test_which_turn_is_meant_is_asked_where_there_are_several(rota: Rota) -> None:
    agathe, bilal = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("bilal")
    assert "Vous n’êtes pas de garde en ce moment" in plain(await bilal.asks("/garde retirer"))
    await bilal.asks(f"/garde moi {rota.days(0, 4)}")
    await bilal.asks(f"/garde moi {rota.days(7, 11)}")
    shown = await bilal.asks("/garde")
    assert shown.buttons == ["Me mettre de garde", "Échanger ma garde", "Me retirer"]
    await bilal.clicks(shown, "Me retirer")
    which = await bilal.whispered("De quelle garde")
    await bilal.clicks(which, f"{rota.day(7):%d/%m} au {rota.day(11):%d/%m}, toutes les files")
    assert say_days(rota.day(7), rota.day(11)) in plain(await bilal.whispered("plus de garde"))
    assert await on_duty(rota, "metier", 7) == []
    await bilal.asks(f"/garde moi {rota.days(7, 11)}")
    gone = await agathe.asks(f"/garde retirer @{bilal.username} {rota.day(8):%d/%m/%Y}")
    assert f"@{bilal.username} n’est plus de garde" in plain(gone)
    assert f"@{agathe.username} l’a noté : vous n’êtes plus de garde" in plain(await bilal.told())
    await agathe.clicks(gone, "Annuler")
    await agathe.whispered("de nouveau de garde")
    await bilal.told("de nouveau de garde")
    assert await on_duty(rota, "metier", 7) == [bilal.id]


async def test_nobody_is_on_duty_twice_but_two_may_be_together(rota: Rota) -> None:
    agathe, bilal = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("bilal")
    await bilal.asks(f"/garde moi {rota.days(0, 4)} métier")
    again = plain(await bilal.asks(f"/garde moi {rota.days(4, 8)}"))
    assert again == f"Vous êtes déjà de garde {say_days(rota.day(0), rota.day(4))} (Aide métier)."
    assert "déjà de garde" in plain(await agathe.asks(f"/garde @{bilal.username} {rota.days(2, 2)} métier"))
    assert "vous êtes de garde" in plain(await bilal.asks(f"/garde moi {rota.days(4, 8)} espace coop"))
    both = plain(await agathe.asks(f"/garde moi {rota.days(4, 8)} toutes les files"))
    assert f"@{bilal.username} l’est aussi" in both


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/garde moi bientôt", "Je n’ai pas compris les jours « bientôt »"),
        ("/garde moi hier", "Ces jours sont passés"),
        ("/garde bla bla", "Je n’ai pas compris les jours « bla bla »"),
        ("/garde moi métier", "Je n’ai pas compris les jours"),
        ("/garde @personne-de-ce-nom lundi", "Personne ne s’appelle @personne-de-ce-nom"),
        ("/garde @", "Personne ne s’appelle"),
        ("/garde moi demain au 30/10", "au plus, et j’ai lu : du "),
        ("/garde absent", "Dites de quel jour à quel jour"),
        ("/garde absent hier", "Ces jours sont passés"),
        ("/garde present", "Aucune absence"),
        ("/garde retirer @personne-de-ce-nom", "Personne ne s’appelle"),
    ],
)
async def test_what_cannot_be_is_said_in_a_sentence(rota: Rota, line: str, words: str) -> None:
    bilal = await rota.agent("bilal")
    assert words in plain(await bilal.asks(line))


async def test_days_that_are_past_too_far_or_too_many_are_refused(rota: Rota) -> None:
    bilal = await rota.agent("bilal")
    assert "dans six mois au plus" in plain(await bilal.asks(f"/garde moi {rota.days(300, 301)}"))
    assert "deux mois au plus" in plain(await bilal.asks(f"/garde moi {rota.days(1, 90)}"))
    assert "un an au plus" in plain(await bilal.asks(f"/garde absent {rota.days(1, 400)}"))
    assert "sont passés" in plain(await bilal.asks(f"/garde moi {rota.days(-9, -5)}"))
    assert "vous êtes de garde" in plain(await bilal.asks(f"/garde moi {rota.days(-3, 2)}"))
    assert await on_duty(rota, "metier", -1) == []


async def test_only_agents_are_on_duty(rota: Rota, juliette: Person) -> None:
    bilal = await rota.agent("bilal")
    assert "hotline" in plain(await juliette.asks("/garde"))
    refused = plain(await bilal.asks(f"/garde @{juliette.username} {rota.days(7, 11)}"))
    assert f"@{juliette.username} n’est ni agent de la hotline, ni animateur" in refused


@pytest.mark.parametrize("role", [Role.CONSEILLER, None])
async def test_who_is_chosen_in_the_window_must_be_known_as_an_agent(rota: Rota, role: Role | None) -> None:
    bilal, zoe = await rota.agent("bilal"), await rota.house.site.person("zoe")
    if role:
        await rota.house.registers(zoe, role)
    form = await bilal.opens("/garde moi")
    await form.picks("personne", zoe.username)
    answer = await form.fill(jours=rota.days(7, 8)).submit()
    words = "n’est ni agent" if role else "ne connaît pas le rôle"
    assert words in answer.error
    assert await on_duty(rota, "metier", 7) == []


async def test_an_animateur_whom_only_mattermost_knows_is_on_duty_by_name(rota: Rota) -> None:
    house, bilal = rota.house, await rota.agent("bilal")
    lea = await house.site.person("lea")
    roles = {"scheme_user": True, "scheme_admin": True}
    await house.site.admin.put(f"/teams/{house.site.team_id}/members/{lea.id}/schemeRoles", roles)
    house.hears_of(lea)
    assert f"@{lea.username} est de garde" in plain(await bilal.asks(f"/garde @{lea.username} {rota.days(7, 8)}"))
    assert f"@{lea.username} : du" in plain(await bilal.asks("/garde")), "the register knows her from now on"
    assert await on_duty(rota, "metier", 7) == [lea.id]


async def test_who_is_away_is_not_on_duty_whatever_their_turn(rota: Rota) -> None:
    agathe, bilal = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("bilal")
    await bilal.asks(f"/garde moi {rota.days(0, 4)}")
    told = await bilal.asks(f"/garde absent {rota.days(1, 2)}")
    assert f"votre absence {say_days(rota.day(1), rota.day(2))}" in plain(told)
    assert "Votre garde" in plain(told)
    assert told.buttons == ["Annuler", "Échanger ma garde"]
    assert [await on_duty(rota, "metier", day) for day in range(4)] == [[bilal.id], [], [], [bilal.id]]
    shown = plain(await agathe.asks("/garde"))
    assert f"Absences :**\n- @{bilal.username} : {say_days(rota.day(1), rota.day(2))}" in shown
    assert say_days(rota.day(1), rota.day(2)) in shown.split("Personne n’est de garde")[1]
    assert "déjà notée" in plain(await bilal.asks(f"/garde absent {rota.days(2, 6)}"))
    async with rota.house.bot.database.transaction(writes=False) as db:
        assert list(await duty.find_away(db, paris_time(rota.day(1), 12))) == [bilal.id]
    await bilal.clicks(told, "Annuler")
    assert "ne compte plus" in plain(await bilal.whispered())
    assert await on_duty(rota, "metier", 1) == [bilal.id]


async def test_who_comes_back_earlier_is_on_duty_again(rota: Rota) -> None:
    agathe, bilal = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("bilal")
    await bilal.asks(f"/garde moi {rota.days(0, 4)}")
    await agathe.asks(f"/garde absent @{bilal.username} {rota.days(0, 4)}")
    assert f"@{agathe.username} a noté votre absence" in plain(await bilal.told())
    assert "personne n’est de garde" in plain(await agathe.asks("/garde"))
    rota.goes_to(2, 9)
    assert "ne compte plus" in plain(await bilal.asks("/garde présent"))
    assert [await on_duty(rota, "metier", day) for day in range(4)] == [[], [], [bilal.id], [bilal.id]]


async def test_who_has_left_is_on_duty_no_more(rota: Rota) -> None:
    bilal = await rota.agent("bilal")
    await bilal.asks(f"/garde moi {rota.days(0, 4)}")
    await rota.house.registers(bilal, Role.HOTLINE, left_on=rota.day(1))
    assert await on_duty(rota, "metier", 1) == [bilal.id]
    assert await on_duty(rota, "metier", 2) == []
    agathe = await rota.agent("agathe", Role.ANIMATEUR)
    shown = plain(await agathe.asks("/garde"))
    assert f"@{bilal.username}" in shown
    assert shown.split("Personne n’est de garde")[1].startswith(f" :**\n- du {rota.day(2).day}")
    rota.goes_to(2, 9)
    assert bilal.username not in plain(await agathe.asks("/garde"))


async def test_the_day_of_the_hotline_is_that_of_paris(house: House, rota: Rota) -> None:
    kim = await rota.agent("kim")
    await house.registers(kim, Role.HOTLINE, timezone="America/Martinique")
    house.clock.goes_to(paris_time(rota.day(1), 1))
    assert "À Paris, ces jours sont déjà passés" in plain(await kim.asks("/garde moi aujourd’hui"))
    assert "vous êtes de garde" in plain(await kim.asks("/garde moi demain"))
    assert await on_duty(rota, "metier", 1, 2) == [kim.id]


@pytest.mark.both_databases
@pytest.mark.postgres_too
async def test_what_two_note_at_once_is_noted_once(rota: Rota) -> None:
    agathe, omar = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("omar", Role.ANIMATEUR)
    bilal = await rota.agent("bilal")
    line = f"/garde @{bilal.username} {rota.days(7, 11)}"
    answers = await asyncio.gather(
        agathe.asks(line), omar.asks(line), bilal.asks(line.replace(f"@{bilal.username}", "moi"))
    )
    assert sorted("C’est noté" in post.text for post in answers) == [False, False, True]
    assert await on_duty(rota, "metier", 7) == [bilal.id]


@pytest.mark.both_databases
@pytest.mark.postgres_too
async def test_turns_noted_at_once_by_two_never_meet(rota: Rota) -> None:
    turn = DutyTurn(user_id="k" * 26, starts=rota.day(0), ends=rota.day(5), by="k" * 26, at=rota.house.clock())
    async with rota.house.bot.database.transaction() as db:
        number = await duty.add_days(db, turn)
    async with rota.house.bot.database.transaction() as db:
        stored = await duty.get_turn(db, number)
        assert stored is not None
        assert await duty.end_days(db, stored, stored.ends - timedelta(days=1))
        assert not await duty.end_days(db, stored, stored.ends), "somebody changed it meanwhile"
        assert not await duty.give_turn(db, number, "x" * 26, "y" * 26)
        assert await duty.give_turn(db, number, "k" * 26, "y" * 26)
