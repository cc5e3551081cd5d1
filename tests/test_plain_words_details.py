"""Details of plain words that are easily lost: part of a name, every other week, the period that another is put
beside, where a report was; and who is reached by a turn of phrase."""

from datetime import date

import pytest

from dialogs.cra.line.short_form import shorten_command
from dialogs.plain_words import Reading, understand
from tests.bench.plain_words import COMMANDS, TODAY


def read(sentence: str) -> Reading:
    return understand(sentence, TODAY, COMMANDS)


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("quitter le canal bons plans", "/canaux quitter bons plans"),
        ("je veux rejoindre le canal bonnes pratiques", "/canaux rejoindre bonnes pratiques"),
        ("sors-moi du canal bien-être", "/canaux quitter bien-être"),
        ("quitte le canal bons plans stp", "/canaux quitter bons plans"),
        ("c ki les animateurs du réseau", "/annuaire animateur"),
        ("c koi le num de sabrina lefort", "/annuaire sabrina lefort"),
        ("une fiche sur Disney+ svp", "/ressources Disney+"),
        ("j’ai fabriqué un livret sur les QR codes, je le dépose où ?", "/ressources ajouter livret QR codes"),
        ("j’ai créé un quiz sur les arnaques, où je le dépose ?", "/ressources ajouter quiz arnaques"),
    ],
)
def test_a_name_is_kept_whole(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        (
            "un jeudi sur deux à 14h j’aurai un atelier mail à Decize, 5 places, note les rendez-vous",
            "/rdv un jeudi sur deux 14h atelier mail à Decize 5p",
        ),
        ("un lundi sur 2 à 9h30 permanence à Lens", "/rdv un lundi sur 2 9h30 permanence à Lens"),
        ("chaque jeudi à 14h atelier mail, 5 places", "/rdv chaque jeudi 14h atelier mail 5p"),
        ("ai-je fait plus d’heures ce mois-ci que le mois d’avant ?", "/stats mois"),
        ("ai-je fait plus d’ateliers que le mois dernier", "/stats"),
        ("est-ce que j’ai vu moins de monde en octobre qu’en septembre", "/stats octobre"),
        ("j’ai vu autant de monde ce trimestre que le trimestre dernier ?", "/stats trimestre"),
        (
            "cale moi 30 min vendredi avec @ludo.m, bilan de l’atelier",
            "/rdv @ludo.m 30 min vendredi bilan de l’atelier",
        ),
        ("trouve un créneau d’1h avec @lea pour préparer le forum", "/rdv @lea 1h préparer le forum"),
        (
            "mets à l’agenda du réseau la journée portes ouvertes de notre fablab le 12 décembre",
            "/agenda proposer journée portes ouvertes de notre fablab le 12 décembre",
        ),
        ("pose à l’agenda le forum des associations à quinze heures", "/agenda proposer forum des associations à 15h"),
        ("y’a des trucs prévus en janvier pour les conseillers ?", "/agenda janvier"),
        ("il y a des choses organisées en février ?", "/agenda février"),
    ],
)
def test_what_is_said_of_time_is_kept(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("je peux mettre mes affiches d’atelier dans la bibliothèque de ressources ?", "/ressources ajouter"),
        ("je voudrais ranger mon diaporama dans la ressourcerie", "/ressources ajouter"),
        ("g relancé le 56 à la hotline, qqn l’a pris en charge ?", "/ticket 56"),
        ("j’ai relancé la 43 auprès du support, quelqu’un a répondu ?", "/ticket 43"),
        ("j’avais écrit à la hotline y a 10 jours, j’ai toujours pas de nouvelles", "/hotline demandes"),
        ("j’ai contacté le support lundi, aucune réponse depuis", "/hotline demandes"),
        ("l’adresse à donner aux gens pour réserver avec moi", "/rdv lien"),
        ("la page pour que les gens réservent un créneau", "/rdv lien"),
        ("j’ai appris l’italien, ça serait bien que ça apparaisse sur ma fiche", "/profil"),
        ("c koi deja mes étiquettes de compte rendu", "/cra étiquettes"),
        ("une collègue m’a menacée sur le canal général", "/signaler"),
        ("une dame agressive m’a menacé à l’accueil", "/hotline une dame agressive m’a menacé à l’accueil"),
    ],
)
def test_a_turn_of_phrase_says_who_or_what_is_meant(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        (
            "je dois noter ma matinée de jeudi au CCAS de Longwy : un atelier de 9 personnes, mots de passe, 2h30",
            "/cra atelier 9p 2h30 mots de passe Longwy jeudi",
        ),
        ("jeudi à la médiathèque de Lens : atelier mail 8 personnes 2h", "/cra atelier 8p 2h mail Lens jeudi"),
    ],
)
def test_where_a_report_was_is_kept_before_its_colon(sentence: str, line: str) -> None:
    assert shorten_command(read(sentence).line, TODAY) == line


def test_the_same_day_of_the_last_week_is_written_by_its_date() -> None:
    monday = date(2026, 11, 30)
    assert shorten_command("/cra lundi dernier une dame cv 2h", monday) == "/cra individuel 2h cv 23/11"
    assert shorten_command("/cra mardi dernier une dame cv 2h", monday) == "/cra individuel 2h cv mardi"
