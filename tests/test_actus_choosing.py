"""What is chosen for whom, and when: pure rules, held over any news and any reader."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import find_holiday
from commands.actus.subscriptions import (
    LEAST,
    MOST,
    NewsReader,
    choose_news,
    find_next_day,
    is_due,
    is_their_day,
    list_grounds,
    say_ground,
)
from config.themes import THEMES, bits, themes_in
from storage.actus.items import ItemKind, NewsSection
from storage.actus.subscriptions import Candidate, NewsSubscription

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")
CODES = tuple(THEMES)
BEGUN = datetime(2026, 1, 2, tzinfo=UTC)


def subscription(**more: Any) -> NewsSubscription:
    known: dict[str, Any] = {"user_id": "u" * 26, "begun_at": BEGUN}
    return NewsSubscription(**(known | more))


candidates = st.builds(
    Candidate,
    item=st.integers(1, 60),
    number=st.just(1),
    edition=st.just("vendredi"),
    section=st.sampled_from(NewsSection),
    title=st.just("Un titre"),
    text=st.just(""),
    url=st.just(""),
    credit=st.just(""),
    kind=st.sampled_from(ItemKind),
    feed=st.none(),
    departement=st.sampled_from(["", "69", "23"]),
    themes=st.sets(st.sampled_from(CODES), max_size=3).map(tuple),
    score=st.integers(0, 9),
    published_at=st.just(BEGUN),
)
readers = st.builds(
    NewsReader,
    practice=st.dictionaries(st.sampled_from(CODES), st.floats(0.01, 1)),
    skills=st.sets(st.sampled_from(CODES), max_size=3),
    departements=st.sampled_from([[], ["69"], ["23", "69"]]),
    less=st.frozensets(st.sampled_from([f"theme:{code}" for code in CODES] + [f"genre:{kind}" for kind in ItemKind])),
    got=st.sets(st.integers(1, 60)),
)


@given(st.lists(candidates, max_size=30, unique_by=lambda each: each.item), readers)
def test_few_things_never_again_with_a_reason_and_less_of_what_was_refused(
    news: list[Candidate], reader: NewsReader
) -> None:
    chosen = choose_news(news, reader)
    numbers = [each.news.item for each in chosen]
    assert len(numbers) == len(set(numbers)) <= MOST
    assert not set(numbers) & {*reader.got}
    for each in chosen:
        assert each.why
        assert each.news.kind not in {ItemKind.FIGURES, ItemKind.NEWCOMERS}
        assert each.news.departement in {"", *reader.departements}
        assert each.news.section is NewsSection.TOP or not reader.less & list_grounds(each.news)
    for_all = [each for each in chosen if each.why == "cela intéresse tout le réseau"]
    assert not for_all or len(chosen) <= LEAST


def test_what_one_works_on_most_comes_first_and_says_so() -> None:
    often, seldom = CODES[0], CODES[1]
    made = [
        Candidate(n, 1, "vendredi", NewsSection.PRESS, "t", "", "", "", ItemKind.FEED, None, "", tuple(codes), 0, BEGUN)
        for n, codes in enumerate([[], [seldom], [often]], 1)
    ]
    chosen = choose_news(made, NewsReader({often: 0.6, seldom: 0.1}, (), ("69",), frozenset(), ()))
    assert [each.news.item for each in chosen] == [3, 2, 1]
    assert "souvent" in chosen[0].why
    assert "parfois" in chosen[1].why


@pytest.mark.parametrize("ground", [*(f"theme:{code}" for code in CODES), "genre:flux", "genre:message"])
def test_what_can_be_refused_has_words(ground: str) -> None:
    assert say_ground(ground)


@pytest.mark.parametrize("ground", ["", "theme:", "theme:rien", "genre:panne", "genre:x", "autre"])
def test_what_cannot_be_refused_has_none(ground: str) -> None:
    assert say_ground(ground) == ""


def test_a_text_names_themes_by_their_words() -> None:
    assert themes_in("Créer une adresse mail, puis trouver un emploi") == bits(["courriel", "trouver emploi"])
    assert themes_in("Rien de tel ici") == 0


@given(
    st.builds(
        subscription,
        monthly=st.booleans(),
        weekday=st.integers(0, 6),
        hour=st.integers(7, 20),
        away_until=st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    ),
    st.sampled_from([PARIS, REUNION]),
    st.sampled_from([None, "69", "67", "974"]),
)
def test_over_a_year_it_comes_once_for_each_turn_at_the_hour_never_on_leave_or_a_holiday(
    one: NewsSubscription, zone: ZoneInfo, departement: str | None
) -> None:
    day, sent = date(2026, 1, 2), []
    while day < date(2027, 1, 1):
        for hour in (one.hour - 1, one.hour, one.hour + 1):
            now = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
            if is_due(one, now, zone, departement):
                sent.append(now)
                one.sent_at = now
        day += timedelta(days=1)
    assert {at.hour for at in sent} <= {one.hour}
    assert not [at for at in sent if find_holiday(at.date(), departement)]
    assert not [at for at in sent if one.away_until and at.date() <= one.away_until]
    assert len({at.date() for at in sent}) == len(sent)
    if one.away_until is None:
        turns = sum(is_their_day(one, date(2026, 1, 2) + timedelta(days=n)) for n in range(364))
        # One that falls on the last holidays of the year comes in the next.
        assert turns - 1 <= len(sent) <= turns


def test_the_next_day_is_after_the_leave() -> None:
    assert find_next_day(subscription(weekday=4), date(2026, 11, 26)) == date(2026, 11, 27)
    assert find_next_day(subscription(weekday=4, away_until=date(2026, 11, 27)), date(2026, 11, 26)) == date(
        2026, 12, 4
    )
    assert find_next_day(subscription(weekday=2, monthly=True), date(2026, 11, 26)) == date(2026, 12, 2)
