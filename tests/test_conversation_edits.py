"""Stories: people edit, delete or repeat what they wrote to the bot, and its answer follows."""

import pytest

from tests.people import Person, Post
from tests.support.conversation import LINE, answered, bot_name, channel_with, hearing, is_quiet, writes
from tests.support.cra import read_number
from tests.support.house import House, edit_post, plain, reply_in_thread, wait_for

__all__ = ["hearing"]

PREVIEW = "rien n’est encore enregistré"
REREAD = "Vous avez modifié votre message"


async def asks(house: House, person: Person, words: str, containing: str = PREVIEW) -> tuple[Post, Post]:
    """Say something to the bot, and return that with its answer, once the bot knows that this has arrived."""
    said = await writes(person, words)
    answer = await person.told(containing)
    await house.settled()
    return said, answer


async def count_open(person: Person) -> int:
    """How many previews could be saved in a person’s direct channel."""
    return sum("Enregistrer" in post.buttons for post in await person.direct())


async def delete(person: Person, post: Post) -> None:
    """Delete a post as its author."""
    await person.api.delete(f"/posts/{post.id}")


@pytest.mark.every_mode
async def test_an_edited_message_is_answered_again_in_place(house: House, juliette: Person) -> None:
    said, preview = await asks(house, juliette, LINE)
    await edit_post(juliette, said, LINE.replace("8p", "6p"))
    again = await juliette.rewritten(preview, containing="6 participants")
    assert REREAD in plain(again)
    assert again.buttons[0] == "Enregistrer"
    assert await is_quiet(house, juliette, [preview])
    await juliette.clicks(again, "Enregistrer")
    await juliette.told("enregistré")
    (cra,) = await house.reports(juliette)
    assert cra.report.participants == 6


async def shows(person: Person, words: str) -> bool:
    """Whether the bot’s posts in a person’s direct channel say something."""
    return words in " ".join([plain(post) for post in await person.direct()])


async def test_an_edit_at_once_leaves_one_preview(house: House, juliette: Person) -> None:
    """The bot may not know yet that its answer has arrived, or not have given it."""
    said = await writes(juliette, LINE)
    await edit_post(juliette, said, LINE.replace("8p", "7p"))
    await wait_for(lambda: shows(juliette, "7 participants"))
    await edit_post(juliette, said, LINE.replace("8p", "6p"))
    await wait_for(lambda: shows(juliette, "6 participants"))
    await wait_for(lambda: has_open(juliette, 1))
    assert not await shows(juliette, "8 participants")


async def has_open(person: Person, wanted: int) -> bool:
    """Whether so many previews could be saved."""
    return await count_open(person) == wanted


@pytest.mark.every_mode
async def test_a_word_answers_the_preview_that_was_made_again(house: House, juliette: Person) -> None:
    said, preview = await asks(house, juliette, LINE)
    await edit_post(juliette, said, LINE.replace("8p", "6p"))
    await juliette.rewritten(preview, containing="6 participants")
    assert "6 participants" in plain(await answered(juliette, "plutôt 2h", "Durée corrigée"))
    await answered(juliette, "oui", "enregistré")
    (cra,) = await house.reports(juliette)
    assert (cra.report.participants, cra.report.minutes) == (6, 120)


@pytest.mark.every_mode
async def test_what_is_stored_is_not_changed_by_an_edit(house: House, juliette: Person) -> None:
    said, preview = await asks(house, juliette, LINE)
    await juliette.clicks(preview, "Enregistrer")
    number = read_number(await juliette.told("enregistré"))
    await edit_post(juliette, said, LINE.replace("8p", "6p"))
    told = await juliette.told("modifier votre message ne l’a pas changé")
    assert f"Votre compte rendu n° {number} est déjà enregistré" in plain(told)
    window = await juliette.opens_by(told, "Modifier")
    assert str(window.shown("participants")) == "8"
    (cra,) = await house.reports(juliette)
    assert cra.report.participants == 8
    assert await count_open(juliette) == 0


@pytest.mark.parametrize("words", [f"{LINE}  ", LINE.replace(" ", "  "), LINE.capitalize()])
async def test_an_edit_that_changes_nothing_that_counts_does_nothing(
    house: House, juliette: Person, words: str
) -> None:
    said, preview = await asks(house, juliette, LINE)
    await edit_post(juliette, said, words)
    assert await is_quiet(house, juliette, [preview])
    assert (await juliette.sees(preview)).text == preview.text
    await juliette.api.post(f"/posts/{said.id}/pin")
    assert await is_quiet(house, juliette, [preview])


async def test_an_edit_to_something_else_takes_the_preview_away(house: House, juliette: Person) -> None:
    said, preview = await asks(house, juliette, LINE)
    await edit_post(juliette, said, "mes stats de septembre")
    await juliette.told("Vos statistiques")
    left = await juliette.rewritten(preview, containing="ma réponse est plus bas")
    assert left.buttons == []
    await edit_post(juliette, said, "quelle heure est-il")
    shown = await juliette.rewritten(preview, containing="Je n’ai pas compris")
    assert REREAD in plain(shown)
    await edit_post(juliette, said, "annule")
    await wait_for(lambda: has_posts(juliette, 1))


async def test_an_edited_politeness_is_answered_in_its_place(house: House, juliette: Person) -> None:
    said, hello = await asks(house, juliette, "bonjour", "Dites-moi")
    await edit_post(juliette, said, LINE)
    preview = await juliette.rewritten(hello, containing=PREVIEW)
    await edit_post(juliette, said, "bonjour !")
    assert "Dites-moi" in plain(await juliette.rewritten(preview, containing="Dites-moi"))
    assert await count_open(juliette) == 0


async def test_an_edited_correction_is_read_again(house: House, juliette: Person) -> None:
    await asks(house, juliette, LINE)
    said, _ = await asks(house, juliette, "plutôt 2h", "Durée corrigée")
    await edit_post(juliette, said, "plutôt 3h")
    await wait_for(lambda: shows(juliette, "Durée corrigée : 3 h"))
    await house.settled()
    assert await count_open(juliette) == 1


async def test_what_is_edited_after_a_correction_is_read_as_a_whole(house: House, juliette: Person) -> None:
    said, _ = await asks(house, juliette, LINE)
    _, corrected = await asks(house, juliette, "plutôt 2h", "Durée corrigée")
    await edit_post(juliette, said, LINE.replace("8p", "6p"))
    again = await juliette.rewritten(corrected, containing="6 participants")
    assert "1 h 30" in plain(again)
    assert "Ce que vous aviez corrigé depuis est à redire." in plain(again)
    assert await count_open(juliette) == 1


async def test_a_question_shown_again_goes_with_the_preview(house: House, juliette: Person) -> None:
    said, _ = await asks(house, juliette, LINE)
    await answered(juliette, "merci", "Il reste une question")
    await house.settled()
    await edit_post(juliette, said, LINE.replace("8p", "6p"))
    assert REREAD in plain(await juliette.told("6 participants"))
    await house.settled()
    assert await count_open(juliette) == 1


@pytest.mark.every_mode
async def test_several_reports_are_answered_again(house: House, juliette: Person) -> None:
    said, _ = await asks(house, juliette, "3 individuels de 30 min mail 69120 +60 retraités", "de 3 comptes rendus")
    await house.settled()
    await edit_post(juliette, said, "2 individuels de 30 min mail 69120 +60 retraités")
    await wait_for(lambda: shows(juliette, "de 2 comptes rendus"))
    await house.settled()
    assert not await shows(juliette, "de 3 comptes rendus")
    assert await house.reports(juliette) == []


@pytest.mark.every_mode
async def test_a_deleted_message_takes_its_preview_away(house: House, juliette: Person) -> None:
    said, _ = await asks(house, juliette, LINE)
    await delete(juliette, said)
    await wait_for(lambda: has_posts(juliette, 0))
    assert "Je ne vous ai rien demandé" in plain(await answered(juliette, "oui"))
    assert "Aucun brouillon" in plain(await answered(juliette, "brouillon"))
    assert await house.reports(juliette) == []


async def has_posts(person: Person, wanted: int) -> bool:
    """Whether the bot has so many posts in a person’s direct channel."""
    return len(await person.direct()) == wanted


@pytest.mark.every_mode
async def test_a_deleted_message_leaves_what_is_stored(house: House, juliette: Person) -> None:
    said, preview = await asks(house, juliette, LINE)
    await juliette.clicks(preview, "Enregistrer")
    receipt = await juliette.told("enregistré")
    await delete(juliette, said)
    assert await is_quiet(house, juliette, [preview, receipt])
    assert len(await house.reports(juliette)) == 1


@pytest.mark.every_mode
async def test_what_is_sent_twice_is_previewed_once(house: House, juliette: Person) -> None:
    await juliette.says(LINE, await juliette.direct_channel())
    second = await writes(juliette, LINE)
    await juliette.told("je n’en garde qu’un aperçu")
    await house.settled()
    assert await count_open(juliette) == 1
    await delete(juliette, second)
    await house.settled()
    assert await count_open(juliette) == 1
    preview = next(post for post in await juliette.direct() if "Enregistrer" in post.buttons)
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("enregistré")
    third = await answered(juliette, LINE, PREVIEW)
    assert "déjà le même" in plain(third)
    await juliette.clicks(third, "Enregistrer")
    await wait_for(lambda: has_reports(house, juliette, 2))


async def test_what_is_shown_is_shown_as_often_as_it_is_asked_for(house: House, juliette: Person) -> None:
    _, preview = await asks(house, juliette, "rdv jeudi 10h 30 min impots à Bron", "Rendez-vous")
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("Rendez-vous n°")
    for _ in range(2):
        await house.settled()
        await answered(juliette, "mes rdv de jeudi", "1 rendez-vous")
        await house.settled()
        await answered(juliette, "le premier", " de 10")


async def has_reports(house: House, person: Person, wanted: int) -> bool:
    """Whether somebody has stored so many reports."""
    return len(await house.reports(person)) == wanted


async def test_the_first_of_two_may_be_deleted(house: House, juliette: Person) -> None:
    first, _ = await asks(house, juliette, LINE)
    second, _ = await asks(house, juliette, LINE, "je n’en garde qu’un aperçu")
    await delete(juliette, first)
    await house.settled()
    assert await count_open(juliette) == 1
    await delete(juliette, second)
    await wait_for(lambda: has_open(juliette, 0))


async def test_what_was_dropped_may_be_sent_again(house: House, juliette: Person) -> None:
    await asks(house, juliette, LINE)
    await writes(juliette, "annule")
    await wait_for(lambda: has_open(juliette, 0))
    assert (await answered(juliette, LINE, PREVIEW)).buttons[0] == "Enregistrer"


async def test_what_the_window_stored_is_not_previewed_by_an_edit(house: House, juliette: Person) -> None:
    said, preview = await asks(house, juliette, LINE)
    window = await juliette.opens_by(preview, "Compléter")
    assert not (await window.submit()).errors
    await juliette.told("enregistré")
    await edit_post(juliette, said, LINE.replace("8p", "6p"))
    assert "est déjà enregistré" in plain(await juliette.told("modifier votre message"))
    assert len(await house.reports(juliette)) == 1


@pytest.mark.every_mode
async def test_a_rdv_is_previewed_again_in_place(house: House, juliette: Person) -> None:
    said, preview = await asks(house, juliette, "rdv jeudi 10h 30 min impots à Bron", "Rendez-vous")
    await edit_post(juliette, said, "rdv jeudi 11h 30 min impots à Bron")
    await wait_for(lambda: shows(juliette, "11 h 30"))
    again = await juliette.sees(preview)
    assert REREAD in plain(again)
    await juliette.clicks(again, "Enregistrer")
    await juliette.told("11")
    await edit_post(juliette, said, "rdv jeudi 14h 30 min impots à Bron")
    await juliette.told("modifier votre message n’y a rien changé")


@pytest.mark.parametrize("kind", ["O", "P"])
async def test_what_calls_the_bot_elsewhere_is_answered_again(house: House, juliette: Person, kind: str) -> None:
    channel = await channel_with(house, juliette, kind=kind)
    name = await bot_name(house)
    said = await juliette.says(f"@{name} {LINE}", channel)
    await juliette.told(PREVIEW)
    await house.settled()
    await edit_post(juliette, said, LINE.replace("8p", "6p"))
    await juliette.told("6 participants")
    await house.settled()
    assert await count_open(juliette) == 1
    assert not await shows(juliette, "8 participants")
    await delete(juliette, said)
    await wait_for(lambda: has_posts(juliette, 0))


async def test_a_message_that_names_the_bot_only_now_is_answered(house: House, juliette: Person) -> None:
    channel = await channel_with(house, juliette)
    said = await juliette.says(LINE, channel)
    await edit_post(juliette, said, f"{LINE} et 6")
    await house.settled()
    assert await juliette.direct() == []
    await edit_post(juliette, said, f"@{await bot_name(house)} {LINE}")
    await juliette.told(PREVIEW)


async def test_an_edit_in_a_thread_is_answered_again(house: House, juliette: Person) -> None:
    card = await answered(juliette, "aide cra", "Compte rendu")
    said = await reply_in_thread(juliette, card, LINE)
    preview = await juliette.told(PREVIEW)
    await house.settled()
    await edit_post(juliette, said, LINE.replace("8p", "6p"))
    await juliette.rewritten(preview, containing="6 participants")
    assert await count_open(juliette) == 1


@pytest.mark.every_mode
async def test_what_was_edited_and_deleted_meanwhile_is_found_after_a_restart(house: House, juliette: Person) -> None:
    said, preview = await asks(house, juliette, LINE)
    other, _ = await asks(house, juliette, "individuel 30 min caf 35-60 69120 en emploi")
    await house.settled()
    await house.stop()
    await edit_post(juliette, said, LINE.replace("8p", "6p"))
    await delete(juliette, other)
    await house.start()
    assert "6 participants" in plain(await juliette.rewritten(preview, containing="6 participants"))
    await wait_for(lambda: has_posts(juliette, 1))


@pytest.mark.every_mode
async def test_other_days_of_an_absence_change_the_one_that_was_noted(house: House, juliette: Person) -> None:
    await answered(juliette, "je suis en congés du 4 au 8 janvier 2027 formation")
    await answered(juliette, "oui", "Absence notée")
    changed = await answered(juliette, "et finalement jusqu'au 12", "cherchez peut-être")
    assert changed.buttons[0].startswith("Noter mon absence")
    told = plain(await answered(juliette, "oui", "Absence modifiée"))
    assert "du 4 au 12 janvier 2027. Avant, c’était du 4 au 8 janvier 2027" in told
    assert "(congés formation)" in told
