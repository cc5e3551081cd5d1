"""What other features know comes into the news: events to come, and what came of polls."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, update

from commands.actus import harvest
from storage import agenda, sondage
from storage.actus.items import ItemKind, NewsSection
from storage.agenda import AgendaEvent
from storage.sondage import Poll, Results
from tests.people import unique
from tests.support.actus import NewsStage, news_stage

__all__ = ["news_stage"]


@pytest.mark.both_databases
async def test_events_to_come_and_polls_that_ended_are_news(newsroom: NewsStage) -> None:
    house, word = newsroom.house, unique("sortie")
    since = datetime(2019, 1, 1, tzinfo=UTC) + timedelta(days=30)
    until = since + timedelta(days=7)
    begins = until + timedelta(days=3, hours=13)
    event = _event(newsroom, f"Café {word}", begins, place="Médiathèque")
    others = [
        _event(newsroom, f"Loin {word}", begins + timedelta(days=60)),
        _event(newsroom, f"Ailleurs {word}", begins, departement="23"),
        _event(newsroom, f"Proposé {word}", begins, state=agenda.EventState.PROPOSED),
    ]
    polls = [_poll(f"Lequel, {word} ?", until, public=True), _poll(f"Entre nous, {word} ?", until, public=False)]
    async with house.bot.database.transaction() as db:
        db.add_all([event, *others, *polls])
    for _ in range(2):
        async with house.bot.database.transaction() as db:
            await harvest.harvest_tables(db, since, until, house.settings)
    found = {item.kind: item for item in await newsroom.items() if word in item.title}
    assert set(found) == {ItemKind.EVENT, ItemKind.POLL}
    assert found[ItemKind.EVENT].title.startswith(f"Café {word}, ")
    assert "Médiathèque" in found[ItemKind.EVENT].text
    assert found[ItemKind.EVENT].section is NewsSection.AGENDA
    assert found[ItemKind.POLL].text == "Visio : 75 % ; Agenda : 25 % (8 votes)."
    for state, is_gone in ((agenda.EventState.CANCELLED, True), (agenda.EventState.PUBLISHED, False)):
        async with house.bot.database.transaction() as db:
            await db.execute(update(AgendaEvent).where(col(AgendaEvent.id) == event.number).values(state=state))
            await harvest.harvest_tables(db, since, until, house.settings)
        (item,) = [item for item in await newsroom.items() if item.key == f"evenement:{event.number}"]
        assert item.withdrawn is is_gone, "cancelled it goes nowhere, and restored it may"


def _event(newsroom: NewsStage, title: str, begins: datetime, **more: Any) -> AgendaEvent:
    values: dict[str, Any] = {
        "title": title,
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=1),
        "zone": "Europe/Paris",
        "author_id": newsroom.juliette.id,
        "proposed_at": begins - timedelta(days=9),
        "published_at": begins - timedelta(days=5),
        "changed_at": begins - timedelta(days=5),
        "state": agenda.EventState.PUBLISHED,
    }
    return AgendaEvent(**(values | more))


def _poll(question: str, until: datetime, *, public: bool) -> Poll:
    return Poll(
        key=unique("k")[:26],
        question=question,
        options=["Agenda", "Visio"],
        state=sondage.PollState.ENDED,
        public=public,
        results=Results(8, (2, 6)).stored(),
        created_at=until - timedelta(days=3),
        ends_at=until - timedelta(days=1),
        ended_at=until - timedelta(days=1),
    )
