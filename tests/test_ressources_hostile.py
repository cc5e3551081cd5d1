"""Stories: whatever titles, descriptions and links hold, a page shows it literally, calls nobody, and fits."""

import json
import re

import pytest

from commands.ressources.cards import WIDTH, cut_snippet
from storage.ressources.query import group_words, make_tokens, split_words
from storage.ressources.resources import DESCRIPTION_MAX, TITLE_MAX, Resource
from tests.people import Mobile, Person
from tests.support.house import House, plain
from tests.support.ressources import empty_shelves, make_resource, shelve

HOSTILE = (
    "@all @channel @here @juliette",
    "**gras** _italique_ ~~barré~~ `code` ```bloc```",
    "[piège](https://mauvais.example) ![image](https://mauvais.example/x.png)",
    "https://mauvais.example www.mauvais.example mailto:x@mauvais.example",
    "# Titre\n- liste\n1. liste\n> citation\n| a | b |\n|---|---|",
    ":smile: <script>alert(1)</script> ~town-square #mot",
    "\u202eetnedicca\u202c \u2067\u05d0\u05d1\u2069",
)


LIVE = re.compile(
    r"@(all|here|channel|juliette)|(?<!\\)\]\(|://mauvais|www\.m|mailto:x|:smile:|(?<!\\)<s| ~|[\u202e\u2067]"
    r"|\n(- l|1\. l|# |\||>)"
)
"""What would do something, or turn the line."""


@pytest.fixture(autouse=True)
async def _empty(house: House) -> None:
    await empty_shelves(house)


def worst(number: int) -> Resource:
    """One whose every part is as long as it may be, and grows when it is escaped."""
    url = f"https://zither.example/{number}?{'&'.join('a' * 5 for _ in range(160))}"
    titre = f"Zither {number} {'*@' * 100}"[:TITLE_MAX]
    return make_resource(titre, description=f"zither {'[@all](x) ' * 600}"[:DESCRIPTION_MAX], url=url, type="video")


@pytest.mark.parametrize("words_", HOSTILE)
async def test_hostile_words_are_shown_and_mean_nothing(house: House, juliette: Person, words_: str) -> None:
    carl = await house.conseiller("carl")
    await shelve(house, make_resource(f"Zither {words_}", description=f"Un zither. {words_}", licence=words_[:80]))
    found = await carl.asks("/ressources zither")
    await carl.clicks(found, "Ouvrir")
    whole = await carl.whispered("Ressource n")
    await carl.clicks(found, "⭐ Favori")
    marked = await carl.whispered("dans vos favoris")
    for post in (found, whole, marked):
        assert not LIVE.search(re.sub("`[^`]*`", "", post.text)), post.text
    assert not [post for post in await juliette.direct() if "ither" in post.text]


@pytest.mark.every_mode
@pytest.mark.parametrize("client", [None, Mobile()], ids=["web", "phone"])
async def test_the_longest_page_is_shown_whole_as_a_whisper_and_as_messages(
    house: House, client: Mobile | None
) -> None:
    paul = await house.conseiller("paul", client=client)
    await shelve(house, *(worst(number) for number in range(7)))
    whisper = await paul.asks("/ressources zither")
    assert len([card for card in whisper.cards if card.get("text")]) == 5
    assert "Voir la suite" in whisper.buttons

    await paul.says("ressources zither", await paul.direct_channel())
    await paul.told("7 ressources")
    await house.settled()
    posts = [post for post in await paul.direct() if "ither" in post.text]
    cards = [str(card["text"]) for post in posts for card in post.cards if card.get("text")]
    assert len(cards) == 5
    assert len({card.split()[1] for card in cards}) == 5
    assert posts[-1].buttons[-1] == "Voir la suite"
    longest = 8_000 if house.site.version < (6, 0) else 800_000
    assert all(len(json.dumps(post.props, ensure_ascii=False)) <= longest for post in posts)
    assert (len(posts) > 1) is (longest == 8_000)
    await paul.clicks(posts[-1], "Voir la suite")
    await paul.told("page 2 sur 2")


@pytest.mark.every_mode
async def test_the_longest_resource_is_opened(house: House, juliette: Person) -> None:
    await shelve(house, worst(1))
    await juliette.clicks(await juliette.asks("/ressources zither"), "Ouvrir")
    assert "Type : Vidéo" in plain(await juliette.whispered("Ressource n"))


def found_by(query: str) -> frozenset[str]:
    """The tokens of a query."""
    return frozenset(token for group in group_words(split_words(query)) for token in group.worths)


@pytest.mark.parametrize(
    ("query", "text", "shown"),
    [
        ("impots", "Déclarer ses impôts, l’IMPÔT.", "Déclarer ses **impôts**, l’**IMPÔT**."),
        ("mail", "Sa boîte courriel", "Sa boîte **courriel**"),
        ("mot de passe", "Un mot de passe, un mot.", "Un **mot de passe**, un mot."),
        ("oeuvre", "L’œuvre, e\u0301te\u0301", "L’**œuvre**, été"),
        ("tablette", "tablettes*tablette_", "**tablettes**\\***tablette**\\_"),
        ("rien", "Sans ce mot", "Sans ce mot"),
        ("rien", "", ""),
    ],
)
def test_the_words_found_are_bold(query: str, text: str, shown: str) -> None:
    assert cut_snippet(text, found_by(query)) == shown


def test_the_part_is_shown_in_which_most_of_what_is_asked_stands() -> None:
    filler = "rien de spécial ici " * 30
    text = f"Une tablette. {filler} Sur la tablette, régler la souris et l’imprimante. {filler}"
    shown = cut_snippet(text, found_by("tablette souris imprimante"))
    assert "**tablette**, régler la **souris** et l’**imprimante**" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) <= WIDTH + 20
    assert make_tokens(["tablette"])


def test_a_text_without_spaces_is_cut() -> None:
    assert len(cut_snippet("x" * 4000, frozenset())) <= WIDTH + 2
