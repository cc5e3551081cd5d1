"""Stories: a report that the bot previewed is saved, dropped or put right by words."""

import pytest

from storage.cra import Source
from tests.people import Mobile, Person
from tests.support.conversation import LINE, answered, channel_with, hearing, is_quiet, writes
from tests.support.cra import read_number
from tests.support.house import House, plain, reply_in_thread, wait_for, wait_until

__all__ = ["hearing"]


async def test_what_is_typed_twice_says_that_the_same_is_saved(house: House, juliette: Person) -> None:
    assert "déjà le même" not in plain(await answered(juliette, f"cra {LINE}", "rien n’est encore enregistré"))
    await answered(juliette, "oui", "enregistré")
    await house.settled()
    (number,) = [cra.number for cra in await house.reports(juliette)]
    again = await answered(juliette, f"cra {LINE}", "rien n’est encore enregistré")
    assert f"déjà le même, ce jour-là : le n° {number}" in plain(again)
    assert "Enregistrer" in again.buttons
    other = await answered(juliette, f"cra {LINE}".replace("1h30", "2h"), "rien n’est encore enregistré")
    assert "déjà le même" not in plain(other)


@pytest.mark.every_mode
async def test_a_preview_that_is_put_right_until_it_is_the_same_says_so(house: House, juliette: Person) -> None:
    await answered(juliette, f"cra {LINE}", "rien n’est encore enregistré")
    await answered(juliette, "oui", "enregistré")
    await house.settled()
    await answered(juliette, f"cra {LINE}".replace("1h30", "2h"), "rien n’est encore enregistré")
    put_right = plain(await answered(juliette, "non 1h30", "Durée corrigée"))
    assert "Durée corrigée : 1 h 30. Vous avez déjà le même, ce jour-là" in put_right
    assert "déjà le même" not in plain(await answered(juliette, "#caf", "Étiquettes notées")), "it was said just before"
    assert "déjà le même" not in plain(await answered(juliette, "plutôt 3h", "Durée corrigée"))
    assert "déjà le même" in plain(await answered(juliette, "non 1h30", "Durée corrigée"))
    await answered(juliette, "oui", "enregistré")
    assert len(await house.reports(juliette)) == 2, "it was said before"


@pytest.mark.every_mode
@pytest.mark.parametrize("word", ["oui", "Merci, c’est bon !", "ok", "👍", "enregistre"])
async def test_yes_saves_the_report_that_is_previewed(house: House, juliette: Person, word: str) -> None:
    preview = await answered(juliette, f"cra {LINE}", "rien n’est encore enregistré")
    receipt = await answered(juliette, word, "enregistré")
    (cra,) = await house.reports(juliette)
    assert (read_number(receipt), cra.source) == (cra.number, Source.LINE)
    await house.settled()
    assert (await juliette.sees(preview)).buttons == [], "what is done offers nothing any more"
    assert await is_quiet(house, juliette, [preview, receipt])
    again = await answered(juliette, "oui")
    assert "Je ne vous ai rien demandé" in plain(again)
    assert len(await house.reports(juliette)) == 1


@pytest.mark.every_mode
@pytest.mark.parametrize("word", ["non", "annule", "laisse tomber", "👎"])
async def test_no_drops_the_report_that_is_previewed(house: House, juliette: Person, word: str) -> None:
    preview = await answered(juliette, f"cra {LINE}", "rien n’est encore enregistré")
    await writes(juliette, word)
    assert "Rien n’a été enregistré" in plain(await juliette.rewritten(preview))
    assert await house.reports(juliette) == []
    assert "Aucun brouillon" in plain(await answered(juliette, "brouillon"))


async def count_previews(person: Person, wanted: int) -> bool:
    """Whether so many previews stand in a person’s direct channel, each of which could be saved."""
    return sum("Enregistrer" in post.buttons for post in await person.direct()) == wanted


async def test_what_puts_a_preview_right_is_read_with_it(house: House, juliette: Person) -> None:
    await answered(juliette, "indiv mail 72 ans 69120 hier retraité à distance", "rien n’est encore enregistré")
    assert "30 min" in plain(await answered(juliette, "30 min", "rien n’est encore enregistré"))
    await answered(juliette, f"cra {LINE}", "rien n’est encore enregistré")
    put_right = await answered(juliette, "plutôt 3h", "Durée corrigée")
    # The « indiv » is another report: it stands, and the wrong workshop is gone.
    await wait_for(lambda: count_previews(juliette, 2))
    assert "cliquez sur un bouton" in plain(await answered(juliette, "le deuxième"))
    assert put_right.buttons[0] == "Enregistrer"
    assert await house.reports(juliette) == []


async def test_what_is_put_right_twice_keeps_what_was_said_before(house: House, juliette: Person) -> None:
    await answered(juliette, LINE, "rien n’est encore enregistré")
    assert "Durée corrigée : 3 h." in plain(await answered(juliette, "plutôt 3h", "Durée corrigée"))
    right = plain(await answered(juliette, "non 9 personnes", "9 participants"))
    assert "Atelier Collectif de 9 participants" in right
    assert "Durée corrigée" not in right, "only the last correction is told"
    assert "3 h" in right
    assert ", 4 h." in plain(await answered(juliette, "plutôt 4h", "Durée corrigée"))
    single = plain(await answered(juliette, "non, un individuel", "ndividuel"))
    assert "Accompagnement individuel" in single
    assert "2 comptes rendus" not in single
    assert await house.reports(juliette) == []


CORRECTIONS = (
    ("en fait c'était avant-hier", "Date corrigée", "Atelier"),
    ("à Villeurbanne", "Commune corrigée : 69100 Villeurbanne.", "Villeurbanne"),
    ("ajoute smartphone", "Thème ajouté", "smartphone"),
    ("enlève mail", "Thème retiré", "smartphone"),
    ("c'était à domicile", "Canal corrigé : à domicile.", "à domicile"),
    ("tous retraités", "C’était déjà compris ainsi.", "Retraité"),
    ("le matin", "ne dit ni l’heure", "à domicile"),
    ("que des femmes", "femmes ou d’hommes", "à domicile"),
    ("3 retraités 5 en emploi", "Répartir", "Retraité"),
    ("31/02", "n’existe pas", "Villeurbanne"),
    ("150 personnes", "de 1 à 100 participants", "8 participants"),
    ("patati patata", "Je n’ai pas compris « patati patata » : rien n’a changé.", "8 participants"),
)
"""What is said of a preview, one after the other; what is told of that, and what the preview says then."""


@pytest.mark.every_mode
@pytest.mark.parametrize("where", ["typed", "direct", "elsewhere"])
async def test_a_preview_is_put_right_however_it_was_made(house: House, juliette: Person, where: str) -> None:
    if where == "typed":
        await answered(juliette, LINE, "rien n’est encore enregistré")
    else:
        channel = await juliette.direct_channel() if where == "direct" else await channel_with(house, juliette)
        assert "rien n’est encore enregistré" in plain(await juliette.asks(f"/cra {LINE}", channel))
    await answered(juliette, "bonjour", "Bonjour")
    for words, told, shown in CORRECTIONS if where == "typed" else CORRECTIONS[:2]:
        right = await answered(juliette, words, "rien n’est encore enregistré")
        assert told in plain(right), words
        assert shown in plain(right).split("encore enregistré", 1)[1], words
        assert right.buttons[0] == "Enregistrer"
    await writes(juliette, "oui")
    await juliette.told("enregistré")
    (cra,) = await house.reports(juliette)
    assert cra.commune == "69266"


async def test_each_of_several_reports_is_put_right_by_its_number(house: House, juliette: Person) -> None:
    await answered(juliette, "2 individuels de 30 min mail 69120 +60 retraités", "de 2 comptes rendus")
    assert "Pour tous, durée corrigée : 45 min." in plain(await answered(juliette, "45 min", "de 2 comptes rendus"))
    assert "De quel compte rendu" in plain(await answered(juliette, "9 personnes", "de 2 comptes rendus"))
    told = plain(await answered(juliette, "le 2 : 1h", "de 2 comptes rendus"))
    assert "Le 2, durée corrigée : 1 h." in told
    await writes(juliette, "oui")
    await juliette.told("enregistré")
    await house.settled()
    assert sorted(cra.minutes for cra in await house.reports(juliette)) == [45, 60]


async def test_what_is_saved_already_is_not_put_right_by_words(house: House, juliette: Person) -> None:
    channel = await channel_with(house, juliette)
    preview = await juliette.asks(f"/cra {LINE}", channel)
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("enregistré")
    assert "Modifier" in plain(await answered(juliette, "plutôt 2h", "déjà enregistré"))


async def test_another_report_is_a_preview_of_its_own(house: House, juliette: Person) -> None:
    """What was told before keeps its day and its place, and can still be saved."""
    first = await answered(juliette, LINE, "rien n’est encore enregistré")
    second = await answered(juliette, "individuel 30 min caf 35-60 sans emploi bron", "ndividuel")
    assert "Atelier" not in plain(second)
    assert "hier" not in plain(second)
    assert "J’ai mis : aujourd’hui" in plain(second)
    assert (await juliette.sees(first)).buttons[0] == "Enregistrer"
    await juliette.clicks(first, "Enregistrer")
    await juliette.told("enregistré")
    (cra,) = await house.reports(juliette)
    assert (cra.activite, cra.minutes) == ("collectif", 90)


@pytest.mark.every_mode
async def test_whoever_was_met_next_is_another_report(house: House, juliette: Person) -> None:
    first = await answered(juliette, LINE, "rien n’est encore enregistré")
    met = "ce matin j’ai reçu un monsieur retraité pour ses impôts 30 min à Bron"
    second = plain(await answered(juliette, met, "rien n’est encore enregistré"))
    assert "Accompagnement individuel" in second
    assert "corrigé" not in second
    assert (await juliette.sees(first)).buttons[0] == "Enregistrer", "the workshop is kept"


@pytest.mark.every_mode
async def test_a_report_is_no_change_of_the_rdv_that_is_previewed(house: House, juliette: Person) -> None:
    rdv = await answered(juliette, "rdv jeudi 10h 30 min impots à Bron", "Rendez-vous")
    report = plain(await answered(juliette, "atelier 8p 2h mail 69120 hier +60 retraités"))
    assert "Atelier Collectif de 8 participants" in report
    assert "Enregistrer" in (await juliette.sees(rdv)).buttons


async def test_a_report_whispered_is_not_put_right_by_what_was_said_before_it(house: House, juliette: Person) -> None:
    await answered(juliette, LINE, "rien n’est encore enregistré")
    await juliette.asks("/cra indiv 45min démarche 18-35 sans emploi 69120", await juliette.direct_channel())
    assert "Atelier" not in plain(await answered(juliette, "plutôt 2h"))


async def test_lines_of_reports_are_read_at_once(house: House, juliette: Person) -> None:
    lines = "atelier 8p 2h mail 69120 +60\nindividuel 30 min caf 35-60\nponctuel 15 min impots +60"
    await answered(juliette, lines, "de 3 comptes rendus")
    await house.settled()
    # Old servers have the cards in several posts.
    assert "Tout enregistrer" in [label for post in await juliette.direct() for label in post.buttons]
    assert await house.reports(juliette) == []
    mixed = await answered(juliette, "atelier 8p 2h mail 69120 +60\nje cherche une fiche")
    assert "Que voulez-vous en faire" in plain(mixed)


async def test_what_is_like_another_report_is_previewed_at_once(house: House, juliette: Person) -> None:
    await answered(juliette, f"cra {LINE}", "rien n’est encore enregistré")
    await answered(juliette, "oui", "enregistré")
    for words, found in (
        ("idem mais 1h", ", 1 h."),
        ("pareil avec 5 personnes", "de 5 participants"),
        ("comme hier", ""),
    ):
        assert found in plain(await answered(juliette, words, "rien n’est encore enregistré")), words


async def test_thanks_save_nothing_and_say_that_a_question_is_left(house: House, juliette: Person) -> None:
    await answered(juliette, f"cra {LINE}", "rien n’est encore enregistré")
    left = await answered(juliette, "merci", "Il reste une question")
    assert left.buttons == ["Enregistrer", "Annuler"]
    assert await house.reports(juliette) == []
    await writes(juliette, "oui")
    await juliette.told("enregistré")
    assert len(await house.reports(juliette)) == 1


async def test_yes_to_what_cannot_be_saved_saves_nothing(house: House, juliette: Person) -> None:
    preview = await answered(juliette, "cra atelier 8p mail 69120 hier", "rien n’est encore enregistré")
    assert "Enregistrer" not in preview.buttons
    for words in ("oui", "c bon enregistre", "valide"):
        again = await answered(juliette, words, "rien n’est encore enregistré")
        assert again.buttons[0] == "Compléter", "what is missing is asked for again"
        assert "Je ne peux pas encore l’enregistrer" in plain(again)
    await answered(juliette, "2h", "Durée notée")
    assert (await answered(juliette, "ils avaient plus de 60 ans", "Âge noté")).buttons[0] == "Enregistrer"
    assert await house.reports(juliette) == []


async def test_a_whispered_preview_is_answered_in_the_direct_channel(house: House, juliette: Person) -> None:
    direct = await juliette.direct_channel()
    await juliette.asks(f"/cra {LINE}", direct)
    receipt = await answered(juliette, "oui", "enregistré")
    assert read_number(receipt) == (await house.reports(juliette))[0].number


async def test_a_word_is_meant_for_what_was_said_last(house: House, juliette: Person) -> None:
    """Something else came since: the question is asked again before anything is done."""
    await answered(juliette, f"cra {LINE}", "rien n’est encore enregistré")
    await answered(juliette, "aide cra", "Compte rendu")
    left = await answered(juliette, "oui", "Il reste une question")
    assert await house.reports(juliette) == []
    await juliette.clicks(left, "Enregistrer")
    await juliette.told("enregistré")
    assert len(await house.reports(juliette)) == 1


async def test_an_answer_in_the_thread_of_the_question_is_one(house: House, juliette: Person) -> None:
    preview = await answered(juliette, f"cra {LINE}", "rien n’est encore enregistré")
    await answered(juliette, "aide cra", "Compte rendu")
    await reply_in_thread(juliette, preview, "oui")
    await juliette.told("enregistré")
    assert len(await house.reports(juliette)) == 1


async def test_a_question_outlives_the_process_and_is_answered_once_by_two(house: House, juliette: Person) -> None:
    await answered(juliette, f"cra {LINE}", "rien n’est encore enregistré")
    await house.restart()
    async with house.replica() as second:
        await wait_until(lambda: second.events.connected and house.bot.events.connected)
        await answered(juliette, "oui", "enregistré")
        await house.settled()
    assert len(await house.reports(juliette)) == 1
    assert len(await juliette.direct()) == 2


async def test_it_is_the_same_on_a_phone(house: House) -> None:
    lea = await house.conseiller("lea", client=Mobile())
    preview = await answered(lea, f"cra {LINE}", "rien n’est encore enregistré")
    await answered(lea, "👍🏽", "enregistré")
    assert (await lea.sees(preview)).buttons == []


COMPLAINTS = (
    ("le theme c'est pas ça", "Quel est le bon thème", "Thème : Courriels"),
    ("banque en ligne", "Thème corrigé : Budget", "Thème : Budget"),
    ("c'est pas le bon thème", "Quel est le bon thème", "Thème : Budget"),
    ("à Villeurbanne", "Commune corrigée : 69100 Villeurbanne", "Villeurbanne"),
    ("c'est pas la bonne date", "Quelle est la bonne date", "Villeurbanne"),
    ("le 12", "Date corrigée", "12"),
    ("je me suis trompée de commune", "Quelle est la bonne commune", "Villeurbanne"),
    ("vaulx en velin", "Commune corrigée : 69120 Vaulx-en-Velin", "Vaulx-en-Velin"),
    ("c'est pas ça", "Qu’est-ce qui n’est pas juste", "8 participants"),
    ("la durée est fausse", "Quelle est la bonne durée", "1 h 30"),
    ("45", "Durée corrigée : 45 min", "45 min"),
    ("45", "est-ce la durée", "45 min"),
    ("ils étaient 12", "Nombre de participants corrigé : 12", "12 participants"),
    ("c'était pas le 12", "Quelle est la bonne date", "12 participants"),
    ("avant-hier", "Date corrigée", "12 participants"),
    ("remplace banque en ligne par caf", "Thème corrigé : Démarche", "Démarche en ligne"),
)
"""What is said to be wrong of a preview, one after the other; what is told of that, and what the preview says then."""


@pytest.mark.every_mode
async def test_what_is_said_to_be_wrong_is_asked_for(house: House, juliette: Person) -> None:
    await answered(juliette, LINE, "rien n’est encore enregistré")
    for words, told, shown in COMPLAINTS:
        post = plain(await answered(juliette, words, "rien n’est encore enregistré"))
        assert told in post.split("Aperçu")[0], words
        assert shown in post.split("encore enregistré", 1)[1], words
    await wait_for(lambda: count_previews(juliette, 1))
    assert await house.reports(juliette) == []


async def test_what_is_said_to_be_wrong_is_not_one_click_from_being_saved(house: House, juliette: Person) -> None:
    await answered(juliette, LINE, "rien n’est encore enregistré")
    asked = await answered(juliette, "c'est pas la bonne date", "Quelle est la bonne date")
    assert asked.buttons == ["Compléter", "Annuler"]
    assert "Enregistrer" in (await answered(juliette, "non c'est bon", "rien n’est encore enregistré")).buttons
    assert await house.reports(juliette) == []


BESIDE = (
    ("mes stats", "Vos statistiques", "avant-hier", "Date corrigée"),
    ("une fiche sur les arnaques", "", "ils étaient 12", "participants corrigé : 12"),
    ("quel est le numéro de la hotline", "", "à vilurbane", "quelle commune"),
    ("merci", "Avec plaisir", "plutôt 3h", "Durée corrigée : 3 h"),
    ("mes stats", "Vos statistiques", "et mon compte rendu ?", "3 h"),
    ("mes stats", "Vos statistiques", "la date est fausse", "Quelle est la bonne date"),
)
"""What is said beside a preview, what is told of it; then what is said of the preview, and what is told of that."""


@pytest.mark.every_mode
async def test_a_preview_stays_spoken_of_when_something_else_was_asked(house: House, juliette: Person) -> None:
    await answered(juliette, LINE, "rien n’est encore enregistré")
    for other, told, words, changed in BESIDE:
        await answered(juliette, other, told)
        assert changed in plain(await answered(juliette, words, "rien n’est encore enregistré")), words
        await wait_for(lambda: count_shown(juliette, 1))
    assert await house.reports(juliette) == []


async def count_shown(person: Person, wanted: int) -> bool:
    """Whether so many previews stand in a person’s direct channel."""
    return sum("rien n’est encore enregistré" in plain(post) for post in await person.direct()) == wanted


async def test_what_is_to_be_saved_out_of_sight_is_shown_first(house: House, juliette: Person) -> None:
    await answered(juliette, LINE, "rien n’est encore enregistré")
    await answered(juliette, "mes stats", "Vos statistiques")
    assert "8 participants" in plain(await answered(juliette, "enregistre", "rien n’est encore enregistré"))
    assert await house.reports(juliette) == []
    await writes(juliette, "enregistre")
    await juliette.told("enregistré")
    assert len(await house.reports(juliette)) == 1


OF_SEVERAL = (
    ("le 2eme c'était 45 min", "Le 2, durée corrigée : 45 min."),
    ("le troisieme c'est pas le bon theme", "Le 3, quel est le bon thème"),
    ("banque en ligne", "Le 3, thème corrigé : Budget."),
    ("le 1 est à Bron", "Le 1, commune corrigée : 69500 Bron."),
    ("avant-hier", "Pour tous, date corrigée"),
    ("1h pour le dernier", "Le 3, durée corrigée : 1 h."),
)
"""What is said of one of three previewed reports, and what is told of that."""


async def test_what_was_said_since_is_no_more_taken_for_granted(house: House, juliette: Person) -> None:
    asked = plain(await answered(juliette, "atelier 6p 2h mail 69120 hier", "Il manque l’âge"))
    assert "lieu de rattachement et statut non renseigné" in asked
    told = plain(await answered(juliette, "des retraités de plus de 60 ans", "Statut corrigé"))
    assert "J’ai mis : lieu de rattachement. À corriger ?" in told
    assert "non renseigné" not in told
    await answered(juliette, "enregistre", "enregistré")
    await house.settled()
    undo = await answered(juliette, "annule", "peut-être")
    assert undo.buttons[0].startswith("Supprimer le compte rendu"), "what was just stored"


async def test_what_is_lacking_of_several_reports_is_counted(house: House, juliette: Person) -> None:
    lines = "3 individuels de 30 min mail 69120 +60 retraités puis atelier 5p 2h smartphone 69120"
    await answered(juliette, lines, "de 4 comptes rendus")
    told = plain(await answered(juliette, "enregistre tout", "de 4 comptes rendus"))
    assert "Je ne peux pas encore tout enregistrer : il en reste 1 à compléter." in told
    await house.settled()
    assert "Le 4 est retiré" in plain(await answered(juliette, "annule le dernier", "de 3 comptes rendus"))
    await house.settled()
    assert "de ces comptes rendus ?" in plain(await answered(juliette, "c’est quoi ?", "de 3 comptes rendus"))
    assert await house.reports(juliette) == []


@pytest.mark.parametrize("words", ["elle a plus de 60 ans", "il a 72 ans", "la dame a environ 70 ans"])
async def test_how_old_somebody_is_completes_a_preview(house: House, juliette: Person, words: str) -> None:
    await answered(juliette, "individuel 30 min mail 69120 hier", "Il manque l’âge")
    assert (await answered(juliette, words, "Âge noté")).buttons[0] == "Enregistrer"
    other = await answered(
        juliette, "on a fait un atelier de 8 personnes sur les mails", "rien n’est encore enregistré"
    )
    assert "8 participants" in plain(other)
    assert "Activité corrigée" not in plain(other)


@pytest.mark.every_mode
async def test_one_of_several_reports_is_named_in_any_way(house: House, juliette: Person) -> None:
    await answered(juliette, "3 individuels de 30 min mail 69120 +60 retraités", "de 3 comptes rendus")
    for words, told in OF_SEVERAL:
        await house.settled()
        assert told in plain(await answered(juliette, words, "de 3 comptes rendus")), words
    await house.settled()
    shown = [button for post in await juliette.direct() for button in post.buttons if button.startswith("Retirer")]
    assert shown == ["Retirer le 1", "Retirer le 2", "Retirer le 3"], "no card of an older preview is left"
    left = plain(await answered(juliette, "retire le premier", "de 2 comptes rendus"))
    assert "Le 1 est retiré." in left
    assert "Bron" not in left
    await house.settled()
    await writes(juliette, "tout enregistrer")
    await juliette.told("enregistré")
    await house.settled()
    assert sorted(cra.minutes for cra in await house.reports(juliette)) == [45, 60]


async def test_who_asks_for_a_moment_loses_nothing(house: House, juliette: Person) -> None:
    preview = await answered(juliette, LINE, "rien n’est encore enregistré")
    for words in ("attends", "non attends", "deux secondes"):
        await writes(juliette, words)
    assert await is_quiet(house, juliette, [preview])
    assert "Durée corrigée" in plain(await answered(juliette, "2h", "rien n’est encore enregistré"))


@pytest.mark.parametrize("where", ["direct", "elsewhere"])
async def test_a_place_in_a_list_that_was_whispered_is_asked_for(house: House, juliette: Person, where: str) -> None:
    channel = await juliette.direct_channel() if where == "direct" else await channel_with(house, juliette)
    await juliette.asks("/cra liste", channel)
    for words in ("le 2e", "le 15eme", "modifie le 2e"):
        assert "donnez le numéro" in plain(await answered(juliette, words)), words


async def test_parts_of_a_report_are_previewed_and_completed(house: House, juliette: Person) -> None:
    await answered(juliette, "atelier 8p mail", "rien n’est encore enregistré")
    for words in ("1h30", "retraités", "+60", "a bron", "hier", "pas mail, internet"):
        shown = await answered(juliette, words, "rien n’est encore enregistré")
    assert "Bron (69500), lieu de rattachement, 1 h 30. Thème : Naviguer sur Internet" in plain(shown)
    assert shown.buttons[0] == "Enregistrer"


async def test_no_leaves_several_proposals(juliette: Person) -> None:
    await answered(juliette, "je prends le 18 décembre", "cherchez peut-être")
    await answered(juliette, "annule", "je n’ai rien fait")
