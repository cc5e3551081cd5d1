"""What the bot says, as a reader with a red pen would see it: plurals, spaces, signs, and words of our own."""

import re
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from tests.sentences import Sentence, read_code, read_templates
from tests.sentences.__main__ import make_page
from tests.sentences.templates import TEMPLATES, find_unsaid

MORE_THAN_ONE_COUNT = {
    "actus/stats",
    "membres/guests",
    "membres/welcomes",
    "moderation/tried",
    "ressources/follow_which",
}
"""Blocks that count two things apart, which are the same for all turns."""
CODE = re.compile(r"`[^`]*`|https?://\S+|\]\(<[^>]*>\)|⟨[^⟩]*⟩")
"""What is shown as it is typed, an address, and what is filled in: none of our words."""


@cache
def everything() -> tuple[Sentence, ...]:
    """All sentences, without what is none of our words."""
    return tuple(replace(said, text=CODE.sub("⟨⟩", said.text)) for said in (*read_templates(), *read_code()))


def found(rule: re.Pattern[str], *kinds: str) -> list[str]:
    """Where a rule finds something, in one kind of sentences or in all."""
    return sorted({
        f"{said.place} : {piece[0]!r} ({_around(piece)!r})"
        for said in everything()
        if (not kinds or said.kind in kinds) and not (said.is_empty and rule is RULES["a space too many"])
        for piece in rule.finditer(said.text)
    })  # fmt: skip


def _around(piece: re.Match[str]) -> str:
    return piece.string[max(0, piece.start() - 30) : piece.end() + 30]


SAME = (
    "fois|mois|voix|cas|pas|accès|avis|dès|puis|temps|dans|sous|sans|vers|lus|as|es|plus|moins|jamais|toujours|"
    "agent|client|parent|adhérent|absent|présent|colis"
)
"""Words that end as a plural does, and are none."""
ONE = re.compile(rf"(?<![\d,.:/°-])(?<!n° )\b[01] (?!(?:{SAME})\b)(?:[^\W\d]+(?:s|x|(?<!m)ent)|ont|sont)\b")
AFTER = "à|dont|au|par|de|en|sur|h|min|ont|sont|attendent|et|ou|cm|mo|ko|jusqu|caractères|autres|l|d|lignes|qui|s"
MANY = re.compile(rf"(?<![\d,.:/°-])(?<!n° )\b(?:2|40) (?!(?:{AFTER})\b)[^\W\d]+(?<![sxz])\b")
RULES = {
    "one of what is many": ONE,
    "many of what is one": MANY,
    "a space is missing before a sign": re.compile(r"[^\W\d_][;!?»]|[^\W\d_]:(?=\s|$)"),
    "a space is missing inside « »": re.compile(r"«[^\s⟨\W]|[\w.…]»"),
    "a space too many": re.compile(r"(?<=[^\s⟩]) {2,}(?=\S)|(?<=[^\W_]) (?:,|\.(?=\s|$))"),
    "a straight apostrophe": re.compile(r"[^\W\d_]'[^\W\d_]"),
    "three dots": re.compile(r"\.\.\."),
    "a word of our own": re.compile(r"(?<!@)(?<!@⟨⟩)\bchannel\b|\bNone\b|\bpost_id\b|\b[a-z]+\.[A-Z][a-z]+[A-Z]?\w*\b"),
    "the same said twice": re.compile(r"\b([^\W\d_]{4,})[^\W\d_]{0,3} \(\1"),
    "tu": re.compile(r"\b(?:tu|toi|tes|ton|ta)\b", re.IGNORECASE),
}


@pytest.mark.parametrize("rule", RULES)
def test_no_sentence_has(rule: str) -> None:
    assert found(RULES[rule]) == []


def test_no_sentence_is_left_hanging() -> None:
    """« … » ends a button that opens a window, and stands where something was cut, but ends no sentence."""
    assert found(re.compile(r"[^\W\d_] ?…(?=$|\s)(?!\s(?:au|et|»))"), "messages", "refus") == []


def test_what_a_feature_says_stands_in_its_template() -> None:
    """A writer changes refusals and answers in one place; labels stand where their window or button is declared."""
    in_code = [s for s in read_code() if s.place.startswith("commands/") and s.kind in ("messages", "refus")]
    assert [f"{s.place} : {s.text}" for s in in_code if re.match(r"[«A-ZÀ-Ü].* .*[.?!]$", s.text)] == []


def test_a_line_of_words_is_not_joined_to_the_next_one() -> None:
    """Jinja leaves out the end of a line after a tag, unless the tag says « +%} » (or « -%} », where that is meant)."""
    ended = ("{% endblock", "{%-")
    for path in TEMPLATES.glob("*.md.j2"):
        lines = path.read_text("utf-8").splitlines()
        for line, following in pairwise(lines):
            is_bare = line.endswith("%}") and line[-3] not in "+-" and not line.endswith("{% endblock %}")
            has_words = re.sub(r"\{%.*?%\}", "", line).strip(" }%")
            assert not (is_bare and has_words) or not following or following.startswith(ended), f"{path.name} : {line}"


def test_every_sentence_is_on_the_page() -> None:
    page = make_page()
    for words in ("Demande n° 12", "Modifier le compte rendu", "Le vote est terminé", "tourner le bot", "Reprendre"):
        assert words in page.replace("\u00a0", " "), words


def test_all_that_is_written_in_templates_is_said_in_some_turn() -> None:
    """What no turn says is read by nobody on the page, and by none of these rules."""
    pieces = [piece for file in sorted(TEMPLATES.glob("*.md.j2")) for piece in find_unsaid(file.name.split(".")[0])]
    assert [piece for piece in pieces if piece.partition(" ")[0] not in MORE_THAN_ONE_COUNT] == []


VERB = re.compile(
    r"(?:(?:me|se|ne|plus|pas|rien|tout|en|le|la|les|l’|m’|s’)[ ’]?)*[^\W\d_]+(?:er|ir|re)\b|/|⟨", re.IGNORECASE
)
CLEAR = {
    *("Précédents", "Suivants", "Plus anciens", "Plus récents", "Plus anciennes", "Plus récentes", "Plus…"),
    *("C’est exact", "Ce n’est pas exact", "C’est fait", "C’est fini", "C’est réglé", "Ce n’est pas réglé"),
    *("C’est encore bon", "C’est une panne", "Il marche chez moi", "Fausse alerte", "Je suis de retour"),
    *("Je l’ai reçu", "Pas encore reçu", "J’accepte la charte", "Je préfère que non", "Je n’ai rien trouvé"),
    *("Non", "Non merci", "Non, la laisser", "Non, laisser ouvert", "Non, sans lien", "Oui, me citer", "Plutôt pas"),
    *("Pas cette fois", "Moins de…", "Moins", "Plus", "Rien aujourd’hui", "En congés jusqu’au…"),
    *("Aperçu", "Compte rendu", "Détails", "vCard"),
    *("Liens utiles", "Mes chiffres de coordination", "Nouveau rendez-vous", "Sans compte rendu"),
    "Détails de l’événement n° ⟨⟩",
}
"""Labels without a verb that a person understands alone; a new one is read by somebody else before it stands here."""


def test_a_button_says_what_it_does() -> None:
    """On a phone a button is often read without the sentence above it: « CSV » or « Nouveau » alone tell nothing."""
    labels = {said.text for said in everything() if said.kind == "boutons"}
    assert sorted(label for label in labels if not VERB.match(label) and label not in CLEAR) == []
    assert sorted(CLEAR - labels) == []


OLD_NAME = ("fiche", "mes fiches", "En faire une fiche")
"""What is still typed, and the button that agents know by this name."""


def test_what_the_ressourcerie_holds_has_one_name() -> None:
    """« Fiche » is what the directory and the register hold of a person."""
    places = re.compile(r"^(?:(?:commands|dialogs)/)?(?:ressources|chercher|hotline)\b")
    named = [said for said in everything() if places.match(said.place) and re.search(r"\bfiches?\b", said.text)]
    assert sorted({f"{said.place} : {said.text}" for said in named if said.text not in OLD_NAME}) == []
