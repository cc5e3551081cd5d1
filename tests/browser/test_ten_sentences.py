"""A story in a browser: ten sentences as people type them to the bot, on a phone as on a screen."""

from typing import Any

import pytest

from tests.browser.client import PHONE, SIT
from tests.people import Person
from tests.support.house import House

pytestmark = [pytest.mark.browser, pytest.mark.newest_only]

SENTENCES = (
    ("bonjour", "Dites-moi"),
    ("mes stats de septembre", "Vos statistiques"),
    ("je cherche une fiche sur les impots", "ressourcerie"),
    ("parler à un humain", "s’ouvre dans une fenêtre"),
    ("mes comptes rendus", "pas encore de compte rendu"),
    ("les canaux de mon departement", "Vos canaux"),
    ("quelle heure est-il", "Je n’ai pas compris"),
    ("atelier 8p 1h30 mail 69120 hier +60 retraités", "rien n’est encore enregistré"),
    ("oui", "C’est enregistré"),
    ("merci !", "Avec plaisir"),
)
"""What is typed, and what is read then."""


@pytest.mark.parametrize("screen", [{}, PHONE])
async def test_ten_sentences_are_typed_to_the_bot(
    house: House, sit: SIT, juliette: Person, screen: dict[str, Any]
) -> None:
    await house.planned_channel("general", "O")
    client = await sit(juliette, **screen)
    await client.visits_bot()
    for words, told in SENTENCES:
        await client.types(words)
        await client.sees(told)
    assert len(await house.reports(juliette)) == 1
    assert await client.overflow() <= 0
