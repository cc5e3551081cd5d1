"""The guard of personal data: figures on labelled sentences, numbers that check themselves, disguises."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guard import DataKind, Detection, find, mask, name_kinds
from dialogs.personal_data import fault_of_memo
from tests.support.security import measure_guard, read_sentences

SENTENCES = list(read_sentences())
GOAL, EACH = 0.95, 0.9
"""For all kinds together, and for any of them."""


def values(text: str) -> list[tuple[str, str]]:
    """What is found in a text, as it stands there."""
    return [(one.kind.value, text[one.start : one.end]) for one in find(text)]


def test_recall_and_precision_reach_the_goal(capsys: pytest.CaptureFixture[str]) -> None:
    score = measure_guard()
    with capsys.disabled():
        print(f"\n{score}")
    assert score.recall(*DataKind) >= GOAL, score
    assert score.precision(*DataKind) >= GOAL, score
    for kind in DataKind:
        assert min(score.recall(kind), score.precision(kind)) >= EACH, score


def test_the_sentences_are_many_and_as_many_hold_nothing() -> None:
    assert len({sentence for sentence, _ in SENTENCES}) == len(SENTENCES) >= 600
    assert sum(not wanted for _, wanted in SENTENCES) >= 250
    for kind in DataKind:
        assert sum(one.kind is kind for _, wanted in SENTENCES for one in wanted) >= 15


def _invisible(sentence: str) -> str:
    return "\u200b".join(sentence)


def _wide(sentence: str) -> str:
    return sentence.translate({ord(figure): ord(figure) - 0x30 + 0xFF10 for figure in "0123456789"})


def _arabic(sentence: str) -> str:
    return sentence.translate({ord(figure): ord(figure) - 0x30 + 0x660 for figure in "0123456789"})


def _unbroken(sentence: str) -> str:
    return sentence.replace(" ", "\u00a0")


def _apart(sentence: str) -> str:
    return sentence.replace("é", "e\u0301").replace("è", "e\u0300")


@pytest.mark.parametrize("dress", [_invisible, _wide, _arabic, _unbroken, _apart])
def test_what_is_dressed_up_is_found_as_it_was(dress: Callable[[str], str]) -> None:
    """Zero-width signs between all letters, other figures, other spaces, accents of their own."""
    for sentence, _ in SENTENCES:
        dressed = dress(sentence)
        assert values(dressed) == [(kind, dress(value)) for kind, value in values(sentence)], sentence


def test_places_count_characters_of_the_text_as_it_is() -> None:
    assert find("😀 é jean@exemple.fr") == [Detection(DataKind.COURRIEL, 4, 19)]
    assert find("ﬁn ① jean@exemple.fr") == [Detection(DataKind.COURRIEL, 5, 20)]
    assert find("") == find(" ") == find("\u200b") == find("\u0301") == []


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("nir", "1 84 12 76 451 089 46"),
        ("iban", "FR76 3000 6000 0112 3456 7890 189"),
        ("iban", "DE89 3704 0044 0532 0130 00"),
        ("carte", "4111 1111 1111 1111"),
        ("carte", "378282246310005"),
    ],
)
def test_one_wrong_figure_makes_it_another_number(kind: str, number: str) -> None:
    assert values(f"voici {number}.") == [(kind, number)]
    for at, figure in enumerate(number):
        if figure.isdigit():
            other = f"{number[:at]}{(int(figure) + 1) % 10}{number[at + 1 :]}"
            assert kind not in dict(values(f"voici {other}.")), other


@pytest.mark.parametrize("letters", ["2A", "2B", "2a"])
def test_corsica_has_a_letter(letters: str) -> None:
    body = f"2 81 04 {letters} 004 112"
    rest = int(body.upper().replace("2A", "19").replace("2B", "18").replace(" ", "")) % 97
    assert values(f"{body} {97 - rest:02}") == [("nir", f"{body} {97 - rest:02}")]
    assert values(f"{body} {97 - (rest + 1) % 97:02}") == []


def test_a_social_number_without_its_key_is_one_only_where_that_is_said() -> None:
    assert values("n° de sécu 1840276451089") == [("nir", "1840276451089")]
    assert values("n° de colis 1840276451089") == values("n° de sécu 1841476451089") == []
    assert values("la clé est à part : 1 84 12 76 451 089 (clé 46)") == [("nir", "1 84 12 76 451 089 (clé 46")]


@pytest.mark.parametrize(
    "number",
    [
        *("0612345678", "06 12 34 56 78", "06.12.34.56.78", "06-12-34-56-78", "06/12/34/56/78", "06 123 456 78"),
        *("+33612345678", "+33 6 12 34 56 78", "+33 (0)6 12 34 56 78", "0033 6 12 34 56 78", "+33 06 12 34 56 78"),
        *("33612345678", "0692 12 34 56", "+262 692 12 34 56", "0590 35 12 34", "+590690351234", "+687 12 34 56"),
    ],
)
def test_numbers_of_people_in_every_writing(number: str) -> None:
    for text in (number, f"tél. {number}.", f"({number})", f"{number}, ou demain", f"« {number} »"):
        assert values(text) == [("telephone", number)], text
    assert values(f"Sophie\n{number}") == values(f"Tél.\n{number}") == [("telephone", number)]


@pytest.mark.parametrize(
    "text",
    [
        *("0 800 600 000", "08 20 12 34 56", "+33 8 05 12 34 56", "3949", "06 12 34", "A0612345678", "06123456789"),
        *("0012345678", "n° de dossier : 0612345678", "HL-0612345678", "du 01.02.2024 10 h", "2024-06-12 34 56 78"),
    ],
)
def test_numbers_of_services_and_of_things_are_nobodys(text: str) -> None:
    assert values(text) == []


def test_a_date_after_a_birth_is_another_unless_several_are_born() -> None:
    assert values("née le 12/03/1984, le 14/03/2026 à 9 h") == [("naissance", "12/03/1984")]
    assert values("nés le 12/03/2010 et le 05/06/2012") == [("naissance", "12/03/2010"), ("naissance", "05/06/2012")]
    assert values("il ne le 12/03/2026 ni le reste, né en 1950") == [("naissance", "12/03/2026")], "an accent forgotten"
    assert values("elle ne vient pas le 12/03/2026") == values("acte de naissance du 12/03/2026") == []


def test_what_shares_characters_is_found_once() -> None:
    assert values("mot de passe : 0612345678") == [("mot_de_passe", "0612345678")]
    assert values("code de la carte 4111 1111 1111 1111") == [("carte", "4111 1111 1111 1111")]


def test_a_masked_text_says_what_was_there_and_no_more() -> None:
    text = "Appelez le 06 12 34 56 78 ou jean@exemple.fr !"
    masked = mask(text, find(text))
    assert masked == "Appelez le ▮▮▮ (numéro de téléphone) ou ▮▮▮ (adresse électronique) !"
    assert mask(text, []) == text
    assert name_kinds(find(text)) == "un numéro de téléphone et une adresse électronique"
    assert name_kinds(find(f"{text} 06 98 76 54 32")) == name_kinds(find(text)), "each kind once"
    assert name_kinds([]) == ""


def test_nothing_is_left_of_what_was_masked() -> None:
    for sentence, _ in SENTENCES:
        masked = mask(sentence, found := find(sentence))
        assert not [v for k, v in values(sentence) if v in masked and k != "mot_de_passe"], sentence
        assert len(re.findall("▮▮▮", masked)) == len(found)
        assert find(masked) == [], masked


PIECES = st.sampled_from(
    [
        *"0123456789 .-/@+:\u200b\u00a0\n\"'é(",
        "mdp ",
        "née le ",
        "fr76",
        "06",
        "2a",
        "e\u0301",
        "mot de passe : ",
        "a@b.fr",
        "mars",
    ]
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_places_are_in_order_inside_the_text_and_apart(text: str) -> None:
    at = 0
    for one in find(text):
        assert at <= one.start < one.end <= len(text)
        at = one.end


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    assert all(0 <= one.start < one.end <= len(text) for one in find(text))


def test_a_full_name_in_small_letters_is_noticed_and_no_theme_or_place_taken_for_one() -> None:
    lines = (Path(__file__).parent / "data/rdv_labels.tsv").read_text("utf-8").splitlines()[1:]
    labels = [line.partition("\t")[::2] for line in lines]
    named = [text for kind, text in labels if kind]
    missed = [text for text in named if not fault_of_memo(text)]
    wrong = [text for kind, text in labels if not kind and fault_of_memo(text)]
    assert len(missed) <= 0.2 * len(named), missed
    assert len(wrong) <= 0.01 * (len(labels) - len(named)), wrong
    assert "par exemple J. D." in fault_of_memo("dossier jean dupont caf")
    for text in ("Éloïse", "", "jean, dupont", "j. d.", "jean moulin", "jean bron"):
        assert not fault_of_memo(text)


def test_who_is_called_by_a_family_name_is_noticed_in_any_case_and_initials_stay() -> None:
    for text in ("mme dupont", "mr leroy", "famille Durand", "m. le goff", "MME DUPONT", "impots mme d'alessio"):
        assert fault_of_memo(text), text
    assert "par exemple m. G." in fault_of_memo("m. le goff")
    for text in ("Mme D.", "M. L", "mme d. impots", "famille nombreuse", "famille d'accueil", "mme de la mairie"):
        assert not fault_of_memo(text), text
    for text in ("monsieur sans rdv", "rue du docteur calmette", "mme 2e séance", "smartphone taille m noir", "fatima"):
        assert not fault_of_memo(text), text
