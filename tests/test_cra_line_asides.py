"""A report in one line: what is said beside it is no value of it, and what puts a value right holds."""

import pytest

from dialogs.cra.line.batch import cut_line
from tests.support.cra import CLUES, read_typed


@pytest.mark.parametrize(
    ("text", "element", "left"),
    [
        ("indiv 45 min mail, 30 min d’attente", "duree", "30 min"),
        ("1h de route pour un indiv de 30 min, mail", "duree", "1h"),
        ("atelier 6p 2h, montage d’une vidéo de 3 min", "duree", "3 min"),
        ("indiv 1h caf, en France depuis 12 ans", "age", "12 ans"),
        ("indiv 1h doctolib pour sa mère de 87 ans", "age", "87 ans"),
        ("indiv 1h, un ordi de 12 ans, lent", "age", "12 ans"),
        ("indiv 1h caf, son mari est retraité", "statut", "retraité"),
        ("indiv 1h caf pour sa fille étudiante", "statut", "étudiante"),
        ("indiv 1h au 12 rue du 8 mai 1945, imprimante", "date", "8 mai 1945"),
        ("indiv 1h crit’air à payer avant le 15/12", "date", "le 15/12"),
        ("individuel 1h whatsapp, un groupe whatsapp de 50 personnes", "participants", "50 personnes"),
        ("indiv 1h word, envoyée par france travail", "themes", "france travail"),
        ("indiv 1h paypal, je lui ai envoyé le récap par mail", "themes", "mail"),
        ("indiv 1h mail, une couturière qui ouvre son atelier", "activite", "atelier"),
        ("indiv 1h whatsapp, rien sur la caf", "themes", "rien sur la caf"),
    ],
)
def test_what_is_beside_the_report_is_left_out_and_mentioned(text: str, element: str, left: str) -> None:
    found = read_typed(text)
    assert f"J’ai laissé de côté « {left} »." in found.notes[element]
    before, _, after = text.partition(left)
    without = read_typed(f"{before}{after}")
    assert found.raw.get(element) == without.raw.get(element)
    assert element not in found.mistakes


@pytest.mark.parametrize(
    ("text", "element", "value"),
    [
        ("indiv 1h caf, maman de 33 ans", "age", "18-35"),
        ("atelier 6p 2h depuis la mairie", "duree", "120"),
        ("individuel 1h mail avec une retraitée", "statut", "retraite"),
        ("atelier 12 inscrits mail 2h", "participants", 12),
        ("indiv 1h mail avant-hier", "date", "2026-11-22"),
        ("12 inscrits à l’atelier mail 2h", "activite", "collectif"),
        ("atelier 6 ados de 14 à 16 ans, 2h, montage vidéo", "age", "12-18"),
        ("dame orientée vers france services, indiv 1h", "suite", "redirection"),
    ],
)
def test_what_looks_like_it_is_read(text: str, element: str, value: object) -> None:
    assert read_typed(text).raw[element] == value


@pytest.mark.parametrize(
    ("text", "suite"),
    [
        ("indiv 1h word, on se revoit en individuel mardi prochain", "individuel"),
        ("indiv 45 min mail, je l’inscris à mon prochain atelier du 8/12", "atelier"),
    ],
)
def test_a_coming_meeting_is_what_comes_of_the_report(text: str, suite: str) -> None:
    (part,) = cut_line(text, CLUES)
    found = read_typed(part.text)
    assert (found.raw["activite"], found.raw["suite"]) == ("individuel", suite)
    assert found.raw["date"] == "2026-11-24"


@pytest.mark.parametrize(
    ("text", "element", "value"),
    [
        ("atelier 6 inscrits dont 2 absents, 1h mail", "participants", 4),
        ("atelier douze personnes non treize, 1h mail", "participants", 13),
        ("retraité... ah non il travaille encore, indiv 1h mail", "statut", "en emploi"),
        ("jeune ni en emploi ni en études, indiv 1h mail", "statut", "sans emploi"),
        ("indiv monsieur né en 1958, mail 1h", "age", "+60"),
        ("indiv mail, à 10h15, fini à 11h", "duree", "45"),
        ("indiv mail, commencé à 13h50 et terminé vers 14h35", "duree", "45"),
        ("mardi de la semaine dernière indiv 1h mail", "date", "2026-11-17"),
        ("atelier du premier octobre, 6p, 1h mail", "date", "2026-10-01"),
        ("le trois novembre indiv 1h mail", "date", "2026-11-03"),
        ("indiv 1h mail la veille d’hier", "date", "2026-11-22"),
        ("atelier 5p 2h mail, tous nouveaux", "recurrents", 0),
    ],
)
def test_what_is_told_in_other_words_is_read(text: str, element: str, value: object) -> None:
    assert read_typed(text).raw[element] == value


@pytest.mark.parametrize(
    ("text", "element"),
    [
        ("la semaine dernière indiv 1h mail", "date"),
        ("indiv imprimante, 1 h 20, corbas", "duree"),
    ],
)
def test_what_is_not_sure_is_asked(text: str, element: str) -> None:
    found = read_typed(text)
    assert element in found.mistakes
    assert element not in found.raw


def test_a_word_that_only_looks_like_another_is_not_read_as_it() -> None:
    assert "recurrents" not in read_typed("dame qui habite Bron, indiv 1h mail").raw
    assert read_typed("indiv 1h mail, enseignante").raw["themes"] == ["courriel"]
    assert read_typed("hier à neuf heures une dame, mail, 30 min").mistakes.get("duree") is None


@pytest.mark.parametrize("text", ["Charvieu (38) ponctuel 15 min", "58 ans et veut partir à 62 : indiv 45 min carsat"])
def test_a_number_that_a_sign_closes_counts_no_reports(text: str) -> None:
    (part,) = cut_line(text, CLUES)
    assert part.times == 1
