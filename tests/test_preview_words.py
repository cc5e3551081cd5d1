"""Stories: what is said of a preview in the words of a phone, with slips, without accents; of a rdv as of a report; and
what brings a dropped preview back."""

import pytest

from bot.listings import read_listing
from dialogs.cra.line.complaints import read_complaint, spell
from dialogs.cra.line.corrections import read_correction
from dialogs.rdv.amendments import amend_rdv
from dialogs.rdv.line import read_rdv_line
from dialogs.rdv.parts import UsualRdv
from tests.people import Person
from tests.support.conversation import LINE, answered, channel_with, hearing, writes
from tests.support.cra import CLUES
from tests.support.house import House, plain, reply_in_thread

__all__ = ["hearing"]

COMPLAINTS = (
    ("le teme c pas ca", "themes"),
    ("le téme est pa bon", "themes"),
    ("la comune est fausse", "commune"),
    ("la communne n’est pas la bonne", "commune"),
    ("pas la bonne durée", "duree"),
    ("la dure cest pas bon", "duree"),
    ("la duree cest pas sa", "duree"),
    ("lheure est pas bonne", "duree"),
    ("jme suis trompé de duré", "duree"),
    ("c pas la bonne date", "date"),
    ("cé pas la bone date", "date"),
    ("jme sui gouré ds la date", "date"),
    ("chui trompé de jour", "date"),
    ("jai mis la mauvaise ville", "commune"),
    ("pas le bon nb de personnes", "participants"),
    ("le nombre de gens est faux", "participants"),
    ("le statu est faux", "statut"),
)
"""What is said to be wrong as it is typed on a phone, and the part that is meant."""


@pytest.mark.parametrize(("said", "part"), COMPLAINTS)
def test_a_complaint_with_slips_is_one(said: str, part: str) -> None:
    found = read_correction(said, CLUES)
    assert found is not None
    assert (found.named, found.complains) == (part, True)


def test_what_is_right_is_read_behind_a_complaint_with_slips() -> None:
    found = read_correction("c pas la bonne comune c’est bron", CLUES)
    assert found is not None
    assert found.found.raw == {"commune": "69500 Bron"}
    told = read_correction("la dure c 45 min", CLUES)
    assert told is not None
    assert told.found.raw == {"duree": "45"}


@pytest.mark.parametrize("word", ["site", "lien", "mail", "villa", "statue", "bron", "route", "carte", "2h", "sms"])
def test_other_words_are_no_slips_of_a_complaint(word: str) -> None:
    assert spell(word) == word
    assert read_complaint(f"le {word}") is None


async def test_a_complaint_with_slips_asks_for_what_is_right(house: House, juliette: Person) -> None:
    await answered(juliette, LINE, "rien n’est encore enregistré")
    for words, told in (
        ("le teme c pas ca", "Quel est le bon thème"),
        ("jme suis trompé de duré", "Quelle est la bonne durée"),
        ("45", "Durée corrigée : 45 min"),
        ("la comune est fausse", "Quelle est la bonne commune"),
    ):
        assert told in plain(await answered(juliette, words, "rien n’est encore enregistré")), words
    assert await house.reports(juliette) == []


RDV = "jeudi 3 décembre 10h 45 min impôts visio"
AMENDED: tuple[tuple[str, dict[str, object], str], ...] = (
    ("non plutôt 15h", {"quand": "03/12/2026 15h00"}, "Heure corrigée"),
    ("c’est à Bron", {"commune": "69500 Bron", "ou": "rattachement"}, "Commune corrigée"),
    ("mets 1h", {"duree": "60"}, "Durée corrigée"),
    ("mercredi pas jeudi", {"quand": "02/12/2026 10h00"}, "Jour corrigé"),
    ("pas jeudi mercredi", {"quand": "02/12/2026 10h00"}, "Jour corrigé"),
    ("sans visio", {"ou": "rattachement"}, "Lieu corrigé"),
    ("par téléphone", {"ou": "telephone"}, "Lieu corrigé"),
    ("à la mairie", {"ou": "autre", "lieu": "Mairie"}, "Lieu corrigé"),
    ("3 places", {"places": 3}, "Nombre de places corrigé"),
    ("14h-15h30", {"quand": "03/12/2026 14h00", "duree": "90"}, "Durée corrigée"),
    ("une heure plus tard", {"quand": "03/12/2026 11h00"}, "Heure corrigée"),
    ("reporte à vendredi", {"quand": "04/12/2026 10h00"}, "Jour corrigé"),
    ("14h plutôt que 10h", {"quand": "03/12/2026 14h00"}, "Heure corrigée"),
    ("ajoute mail", {"themes": ["demarche en ligne", "courriel"]}, "Thème corrigé"),
    ("c’est pour J. D.", {"repere": "J. D."}, "Repère corrigé"),
    ("l’heure est pas bonne", {}, "Quelle est la bonne heure"),
    ("c pas le bon jour", {}, "Quel est le bon jour"),
    ("la dure c pas bon", {}, "Quelle est la bonne durée"),
    ("31/02", {}, "n’existe pas"),
    ("hier", {}, "est passé"),
)
"""What is said of the rdv, what of it changes, and what is told of that."""


@pytest.mark.parametrize(("said", "changed", "told"), AMENDED)
def test_words_put_a_rdv_right(said: str, changed: dict[str, object], told: str) -> None:
    shown = read_rdv_line(RDV, CLUES, UsualRdv())
    found = amend_rdv(shown, said, CLUES, UsualRdv())
    assert found is not None
    assert told in " ".join(found.told)
    assert found.line.raw == shown.raw | changed


@pytest.mark.parametrize(
    "said",
    [
        *("mes rdv de demain", "annule mon rdv de mardi", "mes stats", "jeudi 14h mail 30 min", "merci", "rdv"),
        *("note un rdv jeudi à 9h", "peux-tu noter un rdv demain 9h", "mets-moi un autre rendez-vous à 9h"),
        *("prends un rdv à 9h", "un autre rdv à 9h", "j’ai un rdv vendredi à 9h"),
    ],
)
def test_words_about_something_else_leave_a_rdv_as_it_is(said: str) -> None:
    assert amend_rdv(read_rdv_line(RDV, CLUES, UsualRdv()), said, CLUES, UsualRdv()) is None


def test_what_is_missing_of_a_rdv_is_said_in_words() -> None:
    shown = read_rdv_line("jeudi impôts bron", CLUES, UsualRdv())
    assert "l’heure" in shown.mistakes["quand"]
    found = amend_rdv(shown, "14h30", CLUES, UsualRdv())
    assert found is not None
    assert (found.line.raw["quand"], found.line.mistakes) == ("26/11/2026 14h30", {})
    asked = amend_rdv(found.line, "16", CLUES, UsualRdv(), "heure")
    assert asked is not None
    assert asked.line.raw["quand"] == "26/11/2026 16h00"


def test_a_recurring_rdv_moves_to_another_day_of_the_week() -> None:
    shown = read_rdv_line("tous les mardis 10h jusqu’au 30/06 impôts bron", CLUES, UsualRdv())
    found = amend_rdv(shown, "mercredi pas mardi", CLUES, UsualRdv())
    assert found is not None
    assert found.line.raw["repetition"] == "tous les mercredis jusqu’au 30/06"
    assert found.line.judge(CLUES) is not None


@pytest.mark.every_mode
@pytest.mark.parametrize("where", ["direct", "thread", "whispered"])
@pytest.mark.usefixtures("no_holiday")
async def test_a_rdv_preview_is_put_right_where_it_is(house: House, juliette: Person, where: str) -> None:
    if where == "whispered":
        await juliette.asks("/rdv demain 10h impôts bron", await channel_with(house, juliette))
    else:
        shown = await answered(juliette, "rdv demain 10h impôts bron", "émarche")
    for words, told in (("non plutôt 15h", "Heure corrigée"), ("en visio", "Lieu corrigé"), ("1h30", "Durée corrigée")):
        if where == "thread":
            await reply_in_thread(juliette, shown, words)
            shown = await juliette.told(told)
        else:
            shown = await answered(juliette, words, told)
        assert "15 h" in plain(shown).split("\n", 1)[1], words
        assert shown.buttons[0] == "Enregistrer"
    asked = await answered(juliette, "c pas la bonne heure", "Quelle est la bonne heure")
    assert "Enregistrer" not in asked.buttons
    await answered(juliette, "16h", "Heure corrigée")
    await writes(juliette, "oui")
    noted = plain(await juliette.told("Rendez-vous n°"))
    assert "16 h" in noted
    assert "isio" in noted


@pytest.mark.every_mode
@pytest.mark.parametrize("where", ["direct", "whispered"])
async def test_a_preview_that_was_dropped_comes_back(house: House, juliette: Person, where: str) -> None:
    if where == "whispered":
        preview = await juliette.asks(f"/cra {LINE}", await channel_with(house, juliette))
        await juliette.clicks(preview, "Annuler")
    else:
        preview = await answered(juliette, LINE, "rien n’est encore enregistré")
        await writes(juliette, "annule")
        dropped = await juliette.rewritten(preview)
        assert (plain(dropped), dropped.buttons) == ("Rien n’a été enregistré.", ["Reprendre"])
        assert "rien en cours" in plain(await answered(juliette, "non"))
    await house.settled()
    await writes(juliette, "oups, reprends-le")
    await house.settled()
    await writes(juliette, "plutôt 3h")
    assert "3 h" in plain(await juliette.told("Durée corrigée"))
    assert await house.reports(juliette) == []


@pytest.mark.every_mode
async def test_several_reports_that_were_dropped_come_back_by_a_click(house: House, juliette: Person) -> None:
    preview = await answered(juliette, "2 individuels de 30 min mail 69120 +60 retraités", "de 2 comptes rendus")
    await juliette.clicks(preview, "Annuler")
    dropped = await juliette.rewritten(preview)
    await juliette.clicks(dropped, "Reprendre")
    shown = await juliette.rewritten(dropped)
    await juliette.clicks(shown, "Tout enregistrer")
    await juliette.told("enregistré")
    await house.settled()
    assert len(await house.reports(juliette)) == 2


@pytest.mark.usefixtures("no_holiday")
async def test_a_rdv_preview_that_was_dropped_comes_back(house: House, juliette: Person) -> None:
    preview = await answered(juliette, "rdv demain 10h impôts bron", "émarche")
    await writes(juliette, "non")
    dropped = await juliette.rewritten(preview)
    assert dropped.buttons == ["Reprendre"]
    await writes(juliette, "reprendre")
    back = await juliette.rewritten(dropped)
    assert back.buttons[0] == "Enregistrer"


async def test_a_place_chooses_in_a_list_that_was_whispered(house: House, juliette: Person) -> None:
    for words in (LINE, "cra individuel 30 min caf 35-60 sans emploi bron aujourd'hui"):
        await answered(juliette, words, "rien n’est encore enregistré")
        await answered(juliette, "oui", "enregistré")
    channel = await juliette.direct_channel()
    for words, kind in (("le 2e", "collectif"), ("la première", "individuel"), ("modifie le dernier", "individuel")):
        await house.settled()
        await juliette.asks("/cra liste", channel)
        offered = await answered(juliette, words, "s’ouvre dans une fenêtre")
        window = await juliette.opens_by(offered, offered.buttons[0])
        assert window.shown("activite") == kind, words


UNANSWERED = (
    ("cra atelier 8p 1h30 mail 69120 hier +60 retraités", "c'est pas la bonne date", "Quelle est la bonne date"),
    ("cra atelier 8p 1h30 mail 69120 hier +60 retraités", "c'est pas ça", "Qu’est-ce qui n’est pas juste"),
    ("rdv demain 10h impôts bron", "c'est pas le bon jour", "Quel est le bon jour"),
)
"""What is previewed, what is said to be wrong of it, and what is asked."""


@pytest.mark.every_mode
@pytest.mark.parametrize(("line", "wrong", "question"), UNANSWERED)
@pytest.mark.usefixtures("no_holiday")
async def test_what_is_said_to_be_wrong_is_asked_for_until_it_is_right(
    house: House, juliette: Person, line: str, wrong: str, question: str
) -> None:
    await answered(juliette, line, "émarche" if "rdv" in line else "rien n’est encore enregistré")
    await answered(juliette, wrong, question)
    for words in ("non", "oui", "patati patata", "31/02"):
        await house.settled()
        asked = await answered(juliette, words, question)
        assert "Enregistrer" not in asked.buttons, words
        assert ("pas compris" in plain(asked)) is (words == "patati patata"), words
    await house.settled()
    right = await answered(juliette, "c'est bon comme ça", "que voulez-vous faire")
    assert right.buttons[0] == "Enregistrer"
    await answered(juliette, wrong, question)
    right = await answered(juliette, "avant-hier" if "cra" in line else "jeudi prochain", "corrigé")
    assert right.buttons[0] == "Enregistrer"


async def test_a_change_of_mind_that_says_what_is_right_drops_nothing(house: House, juliette: Person) -> None:
    await answered(juliette, LINE, "rien n’est encore enregistré")
    for words, told in (
        ("non finalement c'était une heure", "Durée corrigée : 1 h"),
        ("non finalement ils étaient 12", "corrigé : 12"),
    ):
        await house.settled()
        assert told in plain(await answered(juliette, words, "rien n’est encore enregistré")), words
    await house.settled()
    await answered(juliette, "rdv demain 10h impôts bron", "émarche")
    assert "11 h" in plain(await answered(juliette, "non finalement 11h", "Heure corrigée"))


async def test_another_part_put_right_leaves_the_question_open(house: House, juliette: Person) -> None:
    await answered(juliette, LINE, "rien n’est encore enregistré")
    await answered(juliette, "c'est pas la bonne date", "Quelle est la bonne date")
    asked = await answered(juliette, "45 min", "Durée corrigée")
    assert "Quelle est la bonne date" in plain(asked)
    assert "Enregistrer" not in asked.buttons


@pytest.mark.usefixtures("no_holiday")
async def test_another_rdv_to_note_is_not_the_one_that_is_previewed(house: House, juliette: Person) -> None:
    await answered(juliette, "note un rdv demain à 14h", "Rendez-vous")
    await house.settled()
    other = plain(await answered(juliette, "note un rdv après-demain à 9h mail", "ourriel"))
    assert "corrigé" not in other
    assert "de 9 h" in other


@pytest.mark.usefixtures("no_holiday")
async def test_one_of_the_rdv_that_are_listed_is_meant_by_its_place_or_hour(house: House, juliette: Person) -> None:
    for line in ("rdv demain 10h impôts bron", "rdv demain 14h mail bron"):
        await answered(juliette, line, "émarche" if "impôts" in line else "ourriel")
        await writes(juliette, "oui")
        await juliette.told("Rendez-vous n°")
        await house.settled()
    channel = await juliette.direct_channel()
    for asks in ("/rdv demain", "/rdv liste"):  # tomorrow is of another week on Sundays
        for words, hour in (
            ("le 2e", "14 h"),
            ("le premier", "10 h"),
            ("celui de 14h", "14 h"),
            ("celui de 10h", "10 h"),
        ):
            await house.settled()
            await juliette.asks(asks, channel)
            shown = plain(await answered(juliette, words, "n°"))
            assert hour in shown, (asks, words)
            assert "·" in shown
    await house.settled()
    for asks in ("/rdv liste", "mes rdv de demain"):
        await (juliette.asks(asks, channel) if asks.startswith("/") else answered(juliette, asks, "Rendez-vous"))
        for words, hour in (("le 2e", "14 h"), ("celui de 10h", "10 h"), ("la deuxième", "14 h")):
            await house.settled()
            assert hour in plain(await answered(juliette, words, "n°")), (asks, words)
    await house.settled()
    await juliette.asks("/rdv liste", channel)
    assert "« le 1er » ou « le 2e »" in plain(await answered(juliette, "celui de bron", "Dites lequel"))


def test_a_listing_has_numbered_lines_people_or_cards() -> None:
    assert [line.handle for line in read_listing("**2**\n- 18/11 · n° 7 · Bron\n- n° 6 · visio n° 3\n- rien")] == [
        "7",
        "6",
    ]
    people = "**2 fiches** :\n- **Ada L.**, Bron · [x](<http://m/t/messages/@ada.l>)\n- **CAF du Rhône** (69)"
    assert [line.handle for line in read_listing(people)] == ["@ada.l", "CAF du Rhône"]
    assert [line.handle for line in read_listing("**À venir**", ["**Vendredi** · n° 2\n14 h", "Sans numéro"])] == ["2"]
    assert read_listing("- une fiche\n- une autre") == []


def test_what_is_listed_is_called_by_its_own_number() -> None:
    assert read_listing("- Réunion des conseillers du Rhône en visio, salle n° 3") == [], "that is not its own number"
    told = "- n° 7, demandé par [ada.l](<http://m/t/messages/@ada.l>)"
    assert [line.handle for line in read_listing(told)] == ["7"], "what is numbered is called by its number"
    assert read_listing("", ["**Vendredi**\n14 h\nComme le n° 2"]) == [], "the number of another"


@pytest.mark.every_mode
async def test_people_are_counted_again_of_reports_that_are_all_alike(house: House, juliette: Person) -> None:
    async def say(words: str, expected: str) -> str:
        told = plain(await answered(juliette, words, expected))
        await house.settled()  # an old server shows a large preview in several posts
        return told

    await say("4 ponctuels 15 min caf +60 retraités 69120", "rien n’est encore enregistré")
    more = await say("non 5 personnes", "comptes rendus")
    assert "Il y en a maintenant 5, un par personne" in more
    assert "Aperçu de 5 comptes rendus" in more
    assert "Pour tous, durée corrigée : 45 min" in await say("non 45 min", "comptes rendus")
    assert "Aperçu de 3 comptes rendus" in await say("non 3", "comptes rendus")
    await say("oui", "enregistré")
    stored = await house.reports(juliette)
    assert [(cra.report.participants, cra.report.minutes) for cra in stored] == [(1, 45)] * 3
    await say("2 ponctuels 15 min caf +60 retraités 69120 ; ponctuel 30 min mail +60 retraité 69120", "")
    assert "De quel compte rendu" in await say("non 5 personnes", "")
