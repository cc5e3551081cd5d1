"""What stories of dialogs and menus share: the feature of the tests’ own at work, and its steps gone through."""

from collections.abc import AsyncIterator

import pytest

from commands import FEATURES
from tests.house import House
from tests.people import Dialog, Person, unique
from tests.trial import feature


@pytest.fixture
async def trial(house: House) -> AsyncIterator[None]:
    """The feature is there for these stories."""
    house.features = (*FEATURES, feature)
    await house.restart()
    yield
    house.features = FEATURES
    await house.restart()


async def goes_on(form: Dialog) -> Dialog:
    """Send a step that is right; the next one, in the same window or by « Continuer »."""
    answer = await form.submit()
    assert not answer.errors, answer
    assert not answer.error, answer
    if form.is_open:
        return form
    news = await form.person.whispered("Il reste une étape")
    return await form.person.opens_by(news, "Continuer")


def named(form: Dialog, name: str) -> str:
    """What a field of the form is called in this step."""
    (found,) = (n for n in form.names if n == name or n.partition("_")[2] == name)
    return found


def fill(form: Dialog, **values: object) -> Dialog:
    """Fill a step, by the form’s own names."""
    return form.fill(**{named(form, name): value for name, value in values.items()})


async def channel_of(person: Person, kind: str) -> dict[str, str]:
    """A channel that somebody made: O(pen) or P(rivate)."""
    name = unique("salon")
    body = {"team_id": person.site.team_id, "name": name, "display_name": name, "type": kind}
    made: dict[str, str] = await person.api.post("/channels", body)
    return made
