"""Stories: in the direct channel with the bot plain words are commands, each done once."""

import pytest

from sandbox.faults import Faults
from storage.people import Role
from tests.people import Person, Post
from tests.support.conversation import LINE, answered, hearing
from tests.support.cra import WORKSHOP, file_workshop, read_number
from tests.support.house import House, forget_kits, plain, wait_until

__all__ = ["hearing"]


@pytest.mark.every_mode
@pytest.mark.parametrize("words", ["stats", "Stats année !", " /STATS année", "`/stats`"])
async def test_words_are_commands_with_or_without_slash_and_capital(house: House, juliette: Person, words: str) -> None:
    await file_workshop(juliette)
    answer = await answered(juliette, words, "Vos statistiques")
    assert "8 personnes accompagnées" in plain(answer)
    assert len(answer.file_ids) == 2
    await house.settled()
    assert len(await juliette.direct()) == 2, "the receipt, and one answer"


@pytest.mark.every_mode
async def test_a_report_is_filed_in_one_line_of_plain_words(house: House, juliette: Person) -> None:
    preview = await answered(juliette, f"cra {LINE}", "rien n’est encore enregistré")
    assert "8 participants" in plain(preview)
    form = await juliette.opens_by(preview, "Compléter")
    await form.cancel()
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("enregistré")
    assert (await juliette.sees(preview)).buttons == [], "what is done offers nothing any more"
    assert "C’est enregistré" in plain(await juliette.sees(preview))
    assert len(await house.reports(juliette)) == 1


async def test_a_previewed_line_is_dropped(house: House, juliette: Person) -> None:
    preview = await answered(juliette, f"cra {LINE}", "rien n’est encore enregistré")
    await juliette.clicks(preview, "Annuler")
    assert "Rien n’a été enregistré" in plain(await juliette.rewritten(preview))
    assert await house.reports(juliette) == []


@pytest.mark.every_mode
async def test_a_dialog_opens_by_the_button_that_comes_back(house: House, juliette: Person) -> None:
    offered = await answered(juliette, "CRA", "fenêtre")
    form = await juliette.opens_by(offered, "Ouvrir")
    assert (await form.fill(**WORKSHOP).submit()).accepted
    receipt = await juliette.told("enregistré")

    offered = await answered(juliette, f"cra modifier {read_number(receipt)}", "fenêtre")
    form = await juliette.opens_by(offered, "Ouvrir")
    assert (await form.fill(participants=9).submit()).accepted
    await house.settled()
    assert [c.participants for c in await house.reports(juliette)] == [9]
    assert plain(await juliette.sees(offered)) == plain(offered), "it is no receipt"


@pytest.mark.every_mode
async def test_the_home_is_a_word_away_and_stays(house: House, juliette: Person) -> None:
    await forget_kits(house)
    home = await answered(juliette, "Aide ?", "Ce que vous pouvez faire ici")
    assert home.buttons == ["Compte rendu", "Statistiques", "Demander de l’aide"]
    assert [*home.action("Ouvrir…").options.values()] == ["Ressources", "Canaux", "Liens utiles", "Voir la suite"]
    await juliette.chooses(home, "Ouvrir…", "Canaux")
    shown = await juliette.answered()
    assert isinstance(shown, Post)
    assert "cana" in plain(shown)
    await juliette.opens_by(home, "Compte rendu")
    await juliette.clicks(home, "Statistiques")
    assert "aucune statistique" in plain(await juliette.told())
    assert "/cra liste" in plain(await answered(juliette, "aide cra"))


@pytest.mark.every_mode
async def test_what_is_not_understood_gets_the_nearest_commands(house: House, juliette: Person) -> None:
    near = await answered(juliette, "supprime le cra 88 *@all*", "Vous cherchez peut-être")
    assert near.buttons[0].startswith("Supprimer le compte rendu n°\u00a088")
    assert near.buttons[-1] == "Autre chose"
    assert "@all" not in near.text
    await juliette.clicks(near, "Autre chose")
    assert "Ce que vous pouvez faire ici" in plain(await juliette.told())
    lost = await answered(juliette, "patati patata", "Je n’ai pas compris")
    assert lost.buttons == ["Voir ce que je sais faire"]


@pytest.mark.parametrize("words", ["…", "x" * 16_000, "/", "<b>", "\u202e", "🎉"])
async def test_whatever_is_said_is_answered_in_a_few_words(juliette: Person, words: str) -> None:
    lost = await answered(juliette, words)
    assert lost.buttons[-1] in {"Voir ce que je sais faire", "Autre chose"}
    assert len(lost.text) < 300


async def test_a_line_too_long_is_answered_in_words(juliette: Person) -> None:
    assert "rien n’en est perdu" in plain(await answered(juliette, "cra " + "8p " * 800))


async def test_who_may_not_is_told_so(house: House) -> None:
    ines = await house.someone(Role.INVITE, "ines")
    assert "réservée" in plain(await answered(ines, "cra"))
    assert Role.INVITE.label in plain(await answered(ines, "aide"))
    refused = await answered(ines, "je voudrais faire un compte rendu", "C’est réservé")
    ways = ["Demander mon accès", "Voir ce qui vous est ouvert"]
    assert refused.buttons == ways, "what is meant is said to be for others, and how one is let in"


async def test_a_mistake_in_words_is_explained(juliette: Person) -> None:
    assert "Vous n’avez pas de compte rendu" in plain(await answered(juliette, "cra modifier 999999"))
    assert "pdf" in (await answered(juliette, "stats exprter pdf")).buttons[0]


@pytest.mark.every_mode
async def test_words_are_heard_once_by_two_replicas(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette)
    await house.settled()
    async with house.replica() as second:
        await wait_until(lambda: second.events.connected)
        await answered(juliette, f"cra supprimer {read_number(receipt)}", "supprimé")
        await answered(juliette, f"cra dupliquer {read_number(receipt)}", "fenêtre")
        await house.settled()
    said = [plain(p) for p in await juliette.direct()]
    assert len(said) == 3, said
    assert "supprimé" in said[0], "the receipt was rewritten"


async def test_words_said_during_an_outage_are_done_after_it(house: House, juliette: Person, faults: Faults) -> None:
    await wait_until(lambda: house.bot.events.seen is not None)
    channel = await juliette.direct_channel()
    await house.stop()
    try:
        await juliette.says("stats", channel)
    finally:
        await house.start()
    assert "aucune statistique" in plain(await juliette.told())
    await house.settled()
    assert len(await juliette.direct()) == 1


async def test_words_elsewhere_are_none_of_its_business(house: House, juliette: Person) -> None:
    await juliette.says("stats")
    await answered(juliette, "aide")
    await house.settled()
    assert len(await juliette.direct()) == 1
