"""Stories: thanks, greetings, insults and bare words, which ask for nothing."""

import pytest

from tests.people import Person, Post
from tests.support.conversation import HOME, LINE, answered, hearing, is_quiet, writes
from tests.support.house import House, plain

__all__ = ["hearing"]


async def list_emojis(person: Person, post: Post) -> list[str]:
    """The emojis under a post."""
    return [each["emoji_name"] for each in await person.api.get(f"/posts/{post.id}/reactions") or []]


async def test_thanks_that_close_what_was_said_run_no_proposal(juliette: Person) -> None:
    await answered(juliette, "mes stats de septembre", "Vos statistiques")
    await answered(juliette, "envoie-le à ma cheffe", "cherchez peut-être")
    assert plain(await answered(juliette, "c’est bon merci")) == "Avec plaisir !"


@pytest.mark.parametrize("sent", [":smile:", "😀", ":cnum_fete:"])
async def test_an_emoji_is_no_word_however_a_client_sends_it(juliette: Person, sent: str) -> None:
    assert "Je ne lis que les mots" in plain(await answered(juliette, sent))


async def test_thanks_for_a_window_that_is_offered_ask_nothing_more(house: House, juliette: Person) -> None:
    await answered(juliette, LINE, "rien n’est encore enregistré")
    await answered(juliette, "oui", "enregistré")
    await house.settled()
    await answered(juliette, "mes comptes rendus", "compte rendu")
    await answered(juliette, "modifie le premier", "s’ouvre dans une fenêtre")
    await house.settled()
    polite = await answered(juliette, "merci")
    assert (plain(polite), polite.buttons) == ("Avec plaisir !", [])
    await house.settled()
    again = await answered(juliette, "oui")
    assert "Il reste une question" in plain(again)
    assert again.buttons


@pytest.mark.every_mode
@pytest.mark.parametrize(
    ("word", "said"),
    [("oui", "Je ne vous ai rien demandé"), ("annule", "rien à annuler"), ("non", "rien à annuler"), ("👍", "rien")],
)
async def test_a_word_that_answers_nothing_does_nothing(house: House, juliette: Person, word: str, said: str) -> None:
    told = await answered(juliette, word, said)
    assert told.buttons == [HOME]
    assert "données" not in plain(told)
    assert await is_quiet(house, juliette, [told])
    await juliette.clicks(told, HOME)
    assert "Ce que vous pouvez faire ici" in plain(await juliette.told())


@pytest.mark.every_mode
async def test_politeness_is_answered_briefly_and_not_twice(house: House, juliette: Person) -> None:
    first = await answered(juliette, "merci beaucoup")
    assert plain(first) == "Avec plaisir !"
    for words in ("merci", "ok", "merci encore"):
        post = await writes(juliette, words)
        await juliette.waits_for("reaction_added")
        assert await list_emojis(juliette, post) == ["slightly_smiling_face"]
    assert await is_quiet(house, juliette, [first])


async def test_a_greeting_says_how_to_begin(juliette: Person) -> None:
    hello = await answered(juliette, "Bonjour !", "Bonjour")
    assert hello.buttons == ["Compte rendu", "Statistiques", "Autre chose"]


@pytest.mark.parametrize("words", ["t’es nul", "va te faire foutre", "tu sers à rien"])
async def test_who_scolds_the_bot_reads_an_excuse_and_no_echo(juliette: Person, words: str) -> None:
    said = await answered(juliette, words, "vous prie de m’en excuser")
    assert words not in plain(said)
    assert said.buttons == ["Demander de l’aide à l’équipe", "Voir ce que je sais faire"]
