"""What many stories say in passing: a workshop to report, and the report filed."""

import re
from typing import Any

from tests.people import Answer, Dialog, Person, Post

WORKSHOP: dict[str, Any] = {
    "canal": "rattachement",
    "commune": "69120 Vaulx-en-Velin",
    "activite": "collectif",
    "participants": 8,
    "age": "+60",
    "statut": "retraite",
    "themes": ["internet", "courriel"],
    "duree": "90",
}
ALONE: dict[str, Any] = WORKSHOP | {"activite": "individuel", "participants": "", "themes": ["demarche en ligne"]}


async def asked(person: Person, **changes: Any) -> Dialog:
    """The dialog of /cra, filled with a workshop."""
    form = await person.opens("/cra")
    return form.fill(**(WORKSHOP | changes))


async def sent(person: Person, **changes: Any) -> Answer:
    """What became of a workshop with these changes."""
    return await (await asked(person, **changes)).submit()


async def filed(person: Person, **changes: Any) -> Post:
    """The receipt of a workshop."""
    answer = await sent(person, **changes)
    assert answer.accepted, answer
    return await person.told("enregistré")


def number_of(post: Post) -> int:
    """The number of the report that a receipt is about."""
    found = re.search(r"n°\s*(\d+)", post.text)
    assert found, post.text
    return int(found[1])


def mistake(answer: Answer, field: str) -> str:
    """The one sentence of a refusal, which stands under that field and leaves the dialog open."""
    assert not answer.closed, answer
    assert list(answer.errors) == [field], answer
    return answer.errors[field]
