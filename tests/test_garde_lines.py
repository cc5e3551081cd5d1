"""A line about duty: for which queue it is, wherever that is said, and the days that are left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.garde.rota import split_queue
from dialogs.garde import read_absence, read_turn
from tests.test_french_coming import TODAY

QUEUES = {"espace-coop": "Aide Espace Coop", "metier": "Aide métier"}


@pytest.mark.parametrize(
    ("text", "queue", "days"),
    [
        ("du 30/11 au 4/12", "", "du 30/11 au 4/12"),
        ("du 30/11 au 4/12 métier", "metier", "du 30/11 au 4/12"),
        ("du 30/11 au 4/12 pour l’aide métier", "metier", "du 30/11 au 4/12"),
        ("lundi sur Espace Coop", "espace-coop", "lundi"),
        ("Aide espace-coop semaine prochaine", "espace-coop", "semaine prochaine"),
        ("métier du 30/11 au 4/12", "metier", "du 30/11 au 4/12"),
        ("du 30/11 au 4/12 toutes les files", "", "du 30/11 au 4/12"),
        ("lundi pour les deux", "", "lundi"),
        ("métier", "metier", ""),
        ("", "", ""),
    ],
)
def test_the_queue_is_told_from_the_days(text: str, queue: str, days: str) -> None:
    assert split_queue(text, QUEUES) == (queue, days)


@given(st.text(max_size=60))
def test_whatever_is_written_is_days_to_come_or_a_sentence(text: str) -> None:
    for reader in (read_turn, read_absence):
        try:
            days = reader(text, TODAY)
        except ValueError as problem:
            sentence = str(problem)
        else:
            assert TODAY <= days.start < days.end
            continue
        assert sentence.endswith((".", "!"))
