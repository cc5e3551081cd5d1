"""The themes: their codes and bits stay, their words lead to one theme each, other words to none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.text import fold
from config.themes import THEMES, Theme, bits, from_bits, key, theme_of
from storage import communes

# The order is stored in every CRA as bits: this list may grow at its end and change nowhere else.
CODES = [
    *("equipement informatique", "internet", "courriel", "smartphone", "contenus numeriques", "vocabulaire"),
    *("traitement texte", "echanger", "trouver emploi", "accompagner enfant", "tpe/pme", "demarche en ligne"),
    *("autre", "securite", "fraude et harcelement", "sante", "budget", "scolaire", "diagnostic"),
]
# Communes whose whole name is a word for a theme (« École » is 39190's, « Job » 63990's).
NAMESAKES = {"École", "Job", "Parent", "Pannes", "Claviers", "Cultures", "Santes"}
NO_THEMES = """
    etudiant, étudiante, sans emploi, en emploi, retraite, retraités, heterogene, non renseigné, scolarisés, scolarisée,
    demandeur d’emploi, demandeurs d’emploi, salariés, chômeurs, chômage, actifs, seniors, ados, jeunes, adultes,
    -12, 12-18, 18-35, 35-60, +60, plus de 60 ans, moins de 12 ans, 8p, 8 participants, 1h30, 90 min, 69120, 12/09,
    2026-09-12, hier, avant-hier, aujourd’hui, lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche,
    janvier, février, mars, avril, mai, juin, juillet, août, septembre, octobre, novembre, décembre,
    atelier, ateliers, collectif, individuel, ponctuel, demande ponctuelle, accompagnement, redirection, suite,
    rattachement, lieu de rattachement, autre lieu, à distance, domicile, mairie, médiathèque, permanence, tiers-lieu,
    personne, personnes, participants, usagers, récurrents, dont, minutes, heure, heures, matin, soir, séance, groupe,
    le, la, les, l’, un, une, des, du, de, et, ou, à, au, en, sur, sous, dans, avec, pour, sans, chez, ans, en ligne,
    numérique, apprendre, utiliser, gérer, créer, trouver, comprendre, envoyer, aide, besoin, collègue, élèves, x, ?
"""


def test_codes_and_bits_never_move() -> None:
    assert list(THEMES) == CODES
    assert [theme.bit for theme in THEMES.values()] == list(range(19))


def test_each_text_means_one_theme_only() -> None:
    owners: dict[str, set[str]] = {}
    for theme in THEMES.values():
        for text in (theme.code, theme.libelle, theme.court, *theme.mots):
            owners.setdefault(key(text), set()).add(theme.code)
            assert theme_of(text) == theme_of(text.upper()) == theme_of(f" {fold(text)} ") == theme, text
    assert not {text: codes for text, codes in owners.items() if len(codes) > 1 or not text}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *[("mails", "courriel"), ("boîtes mail", "courriel"), ("couriel", "courriel"), ("courrielle", "courriel")],
        *[("intrenet", "internet"), ("inernet", "internet"), ("imprimente", "equipement informatique")],
        *[("ordinatuer", "equipement informatique"), ("smarphone", "smartphone"), ("facebok", "echanger")],
        *[("l’emploi", "trouver emploi"), ("la CAF", "demarche en ligne"), ("IMPOTS", "demarche en ligne")],
        *[("démarches en lign", "demarche en ligne"), ("traitment de texte", "traitement texte")],
        *[("harcelment", "fraude et harcelement"), ("sécurté", "securite"), ("TPE", "tpe/pme"), ("Autre…", "autre")],
        *[("resaux sociaux", "echanger"), ("sécurité sociale", "sante"), ("budjet", "budget"), ("Santé", "sante")],
    ],
)
def test_usual_words_and_slips(text: str, code: str) -> None:
    assert theme_of(text) is THEMES[code]


@pytest.mark.parametrize("text", [text.strip() for text in NO_THEMES.split(",")])
def test_other_words_are_no_theme(text: str) -> None:
    assert theme_of(text) is None


def test_no_commune_is_taken_for_a_theme() -> None:
    names = {commune.nom for commune in communes.list_communes()}
    assert {name for name in names if theme_of(name)} == NAMESAKES


@st.composite
def slips(draw: st.DrawFn) -> tuple[Theme, str]:
    """A long word of a theme with one letter, not the first, dropped, doubled, changed or swapped."""
    theme = draw(st.sampled_from(list(THEMES.values())))
    word = draw(st.sampled_from([fold(word) for word in (theme.court, *theme.mots)]))
    at = draw(st.integers(1, max(1, len(word) - 2)))
    changed = draw(st.sampled_from([word[at + 1 :], word[at] + word[at:], "q" + word[at + 1 :]]))
    swapped = word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :]
    return theme, draw(st.sampled_from([word[:at] + changed, swapped]))


@given(slips())
def test_a_slip_never_leads_to_another_theme(slip: tuple[Theme, str]) -> None:
    theme, text = slip
    assert theme_of(text) in (theme, None)


@given(st.text(max_size=300))
def test_no_text_ever_raises(text: str) -> None:
    theme_of(text)


@given(st.sets(st.sampled_from(CODES)))
def test_bits_keep_a_set_of_codes(codes: set[str]) -> None:
    assert from_bits(bits(codes)) == tuple(code for code in CODES if code in codes)
    assert bits([*codes, *codes]) == bits(codes)


def test_unknown_codes_and_bits_are_refused() -> None:
    with pytest.raises(KeyError):
        bits(["jardinage"])
    for mask in (1 << 19, -1):
        with pytest.raises(ValueError, match="bit"):
            from_bits(mask)
