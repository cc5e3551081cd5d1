"""Many reports or arrivals at once are one summary; who cried wolf before weighs less, and is still heard."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from commands.moderation import cases
from storage import claims
from storage.database import Database
from storage.moderation import Case, CaseSource, MessageReport
from tests.people import Post, unique
from tests.support.databases import database
from tests.support.house import plain, wait_for
from tests.support.moderation import RuleStage, rule_stage

__all__ = ["database", "rule_stage"]


NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
NINA, ZOE = "n" * 26, "z" * 26


def reports(count: int, at: datetime, case: int = 9999) -> Sequence[MessageReport]:
    """As many people report something."""
    return [
        MessageReport(case_id=case, reporter_id=f"{n}".rjust(26, "r"), motive="propos", at=at) for n in range(count)
    ]


async def waits(stage: RuleStage, containing: str) -> Post:
    """The summary, once it says that."""

    async def stands() -> Post | None:
        post = await stage.said("Beaucoup de choses à la fois")
        return post if containing in plain(post) else None

    return await wait_for(stands)


@pytest.mark.both_databases
async def test_a_storm_is_one_summary_and_each_case_is_shown_from_there(stage: RuleStage) -> None:
    word = unique("bizarre")
    await stage.tunes(f"mots proposer {word}")
    async with stage.house.bot.database.transaction() as db:
        db.add_all(reports(cases.STORM_REPORTS + 1, stage.house.clock()))
    first = await stage.case(await stage.lea.says(f"Un {word}", stage.place))
    second = await stage.case(await stage.paul.says(f"Deux {word}", stage.place))
    summary = await waits(stage, f"n° {second.number} :")
    assert f"n° {first.number} : @" in plain(summary)
    assert "11 signalements en cinq minutes" in plain(summary)
    said = [plain(post) for post in await stage.ana.reads(stage.room)]
    assert not [text for text in said if text.startswith(f"**Dossier n° {first.number},")]
    assert len([text for text in said if "Beaucoup de choses" in text]) == 1
    await stage.ana.chooses(summary, "Voir un cas", f"n° {first.number} · {stage.lea.username}")
    card = await stage.said(f"Dossier n° {first.number},")
    assert "Fausse alerte" in card.buttons
    await stage.house.settled()
    assert f"n° {first.number} :" not in plain(await waits(stage, f"n° {second.number} :"))
    await stage.waits(timedelta(minutes=6))
    later = await stage.case(await stage.lea.says(f"Trois {word}", stage.place))
    await stage.said(f"Dossier n° {later.number},")


async def test_one_person_hides_nothing_of_others_nor_anybody_what_is_graver(stage: RuleStage) -> None:
    now = stage.house.clock()
    async with stage.house.bot.database.transaction() as db:
        alone = [
            MessageReport(case_id=9000 + n, reporter_id=NINA, motive="propos", at=now)
            for n in range(cases.STORM_REPORTS + 1)
        ]
        db.add_all(alone)
    first = await reported(stage, "autre")
    await stage.said(f"Dossier n° {first.number},")
    async with stage.house.bot.database.transaction() as db:
        db.add_all(reports(cases.STORM_REPORTS, now))
    second, third = await reported(stage, "hors-sujet"), await reported(stage, "donnees")
    await stage.said(f"Dossier n° {third.number},")
    summary = plain(await waits(stage, f"n° {second.number} :"))
    assert "1 signalement : Hors sujet, ou répété d’un canal à l’autre" in summary
    assert "de 12 personnes" in summary
    assert f"n° {third.number} :" not in summary
    said = [plain(post) for post in await stage.ana.reads(stage.room)]
    assert not [text for text in said if text.startswith(f"**Dossier n° {second.number},")]


async def reported(stage: RuleStage, motive: str) -> Case:
    """A message of Lea’s that Paul reports."""
    post = await stage.lea.says(unique("message"), stage.place)
    form = await stage.paul.opens(f"/signaler {stage.house.site.url}/{stage.house.site.team}/pl/{post.id}")
    assert (await form.fill(motif=motive).submit()).accepted
    return await stage.case(post)


@pytest.mark.newest_only
async def test_many_arrivals_are_told_in_the_room(stage: RuleStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "STORM_JOINS", 20)
    await stage.house.knows_the_team()
    async with stage.house.bot.database.transaction() as db:
        for number in range(cases.STORM_JOINS):
            await claims.claim(db, cases.JOINED_CLAIM, f"essai-{number}", stage.house.clock())
    await stage.house.site.person("nouveau")
    await waits(stage, "arrivées dans l’équipe en cinq minutes")


async def test_who_cried_wolf_weighs_less_and_is_heard_with_others(database: Database) -> None:
    async with database.transaction() as db:
        ctx = as_of(db, NOW)
        for number in range(4):
            old = MessageReport(case_id=100 + number, reporter_id=NINA, motive="propos", at=NOW - timedelta(days=9))
            old.was_right = False
            right = MessageReport(case_id=100 + number, reporter_id=ZOE, motive="propos", at=old.at, was_right=True)
            db.add_all([old, right])
        case = Case(author_id="a" * 26, author="paul", opened_at=NOW)
        db.add(case)
        await db.flush()
        assert await cases.weigh_reporter(ctx, "inconnu") == 1.0
        assert await cases.weigh_reporter(ctx, NINA) < cases.LIGHT_WEIGHT < 1.0 < await cases.weigh_reporter(ctx, ZOE)
        db.add(MessageReport(case_id=case.number, reporter_id=NINA, motive="propos", at=NOW))
        await db.flush()
        assert await cases.is_light(ctx, case)
        assert await cases.is_held_back(ctx, case)
        assert [type(reply).__name__ for reply in await cases.add_to_summary(ctx, case)] == ["Start"]
        assert await cases.add_to_summary(ctx, case) == [], "drawn once for both"
        assert [each.number for each in await cases.list_held_back(ctx)] == [case.number], "never hidden altogether"
        db.add(MessageReport(case_id=case.number, reporter_id=ZOE, motive="propos", at=NOW))
        await db.flush()
        assert not await cases.is_held_back(ctx, case)
        found = Case(author_id="a" * 26, author="paul", opened_at=NOW, source=CaseSource.RULE)
        db.add(found)
        await db.flush()
        assert not await cases.is_light(ctx, found), "nobody’s word"


async def test_a_storm_ends(database: Database) -> None:
    async with database.transaction() as db:
        case = Case(author_id="a" * 26, author="paul", opened_at=NOW)
        db.add(case)
        db.add_all(reports(cases.STORM_REPORTS, NOW - timedelta(minutes=1)))
        await db.flush()
        db.add(MessageReport(case_id=case.number, reporter_id="0".rjust(26, "r"), motive="propos", at=NOW))
        await db.flush()
        assert not await cases.is_in_storm(as_of(db, NOW), case), "eleven reports of ten people"
        db.add(MessageReport(case_id=case.number, reporter_id=ZOE, motive="propos", at=NOW))
        await db.flush()
        assert await cases.is_in_storm(as_of(db, NOW), case)
        assert not await cases.is_in_storm(as_of(db, NOW + timedelta(minutes=5, seconds=1)), case)


async def test_what_one_person_reports_without_end_is_told_together(database: Database) -> None:
    async with database.transaction() as db:
        case = Case(author_id="a" * 26, author="paul", opened_at=NOW)
        db.add(case)
        await db.flush()
        numbers = [case.number, *range(7000, 7000 + cases.STORM_REPORTS)]
        db.add_all(MessageReport(case_id=n, reporter_id=NINA, motive="propos", at=NOW) for n in numbers)
        await db.flush()
        assert await cases.is_held_back(as_of(db, NOW), case)
        db.add(MessageReport(case_id=case.number, reporter_id=ZOE, motive="propos", at=NOW))
        await db.flush()
        assert not await cases.is_held_back(as_of(db, NOW), case), "another says so too"


def as_of(db: AsyncSession, now: datetime) -> Context:
    """What is asked at that moment, by the bot’s own charter."""
    return cast(Context, SimpleNamespace(db=db, now=now, settings=SimpleNamespace(charter=None)))
