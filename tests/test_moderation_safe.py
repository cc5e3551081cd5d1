"""Safe mode: with a charter or rules that cannot be used the bot says so once, and does nothing by itself until mended;
and whatever is said, no rule acts that was only to propose."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import delete, text

from bot.actions import ChatAction
from bot.context import Context, ReadingContext, Request
from bot.errors import ChatError
from bot.events import Posted
from bot.mattermost import ChatChannel, ChatPost, ChatUser
from bot.replies import Reply
from commands.moderation.cases import Decision, MessageSnapshot
from commands.moderation.policy import find_charter_fault, read_valid_charter
from commands.moderation.rules import SPECS, RuleName, handlers, make_default_tuning
from commands.moderation.rules.handlers import engine
from config.charte import MeasureKind
from config.settings import Settings
from storage import canaux, moderation
from storage.database import Database
from storage.moderation import Case, Rule, RuleHit, RuleMode
from storage.people import Person, Role
from tests import examples
from tests.support.databases import database
from tests.support.house import plain, wait_until
from tests.support.moderation import RuleStage, rule_stage

__all__ = ["database", "rule_stage"]


NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
LEA, CHANNEL, ROOM = "l" * 26, "c" * 26, "m" * 26


@pytest.mark.both_databases
async def test_a_broken_table_of_rules_is_told_once_and_nothing_is_looked_for(stage: RuleStage) -> None:
    await stage.tunes("mots proposer casino")
    await stage.tunes("flood proposer 3 en 10s")
    async with stage.house.bot.database.transaction() as db:
        await db.execute(text("UPDATE moderation_rule SET mode = 'toujours' WHERE name = 'flood'"))
    for _ in range(2):
        await stage.runs("moderation.watch_tables")
    told = [plain(post) for post in await stage.ana.reads(stage.room)]
    assert len([each for each in told if each.startswith("**Mode sûr**") and "illisible" in each]) == 1
    await stage.lea.says("Un casino", stage.place)
    await stage.is_idle()
    assert not await stage.cases()
    assert "Mode sûr : aucune ne travaille" in plain(await stage.ana.asks("/moderer regles")).replace("*", "")
    await stage.ana.asks("/moderer regle flood non")
    await stage.runs("moderation.watch_tables")
    assert "Fin du mode sûr" in plain(await stage.said("Fin du mode sûr"))
    await wait_until(lambda: RuleName.WORDS in engine.read_tunings_in(stage.place))
    await stage.case(await stage.lea.says("Un casino encore", stage.place))


def test_a_broken_charter_proposes_no_measure(tmp_path: Path) -> None:
    table = tmp_path / "charte.tsv"
    for content, says in ((b"cle\tmotif\n", "première ligne"), (b"\xff\xfe", "ne peut pas être lu")):
        table.write_bytes(content)
        broken = Settings().model_copy(update={"charter": table})
        assert says in find_charter_fault(broken)
        assert read_valid_charter(broken) == {}
    missing = Settings().model_copy(update={"charter": tmp_path / "absente.tsv"})
    assert "ne peut pas être lu" in find_charter_fault(missing)
    assert find_charter_fault(Settings()) == ""
    assert read_valid_charter(Settings())


@dataclass
class Trace:
    """What rules did by themselves."""

    decisions: list[tuple[str, Decision]] = field(default_factory=list)

    async def carry_out(self, ctx: Context, case: Case, decision: Decision) -> Sequence[Reply]:
        self.decisions.append((ctx.user.id, decision))
        return []


def seen(number: int) -> MessageSnapshot:
    """A message of Léa’s."""
    post = ChatPost(f"{number}".rjust(26, "p"), LEA, CHANNEL, "Un casino : 1 84 12 76 451 089 46", 1_700_000_000_000)
    return MessageSnapshot(post, ChatUser(LEA, "lea"), ChatChannel(CHANNEL, "O", "salon", "Salon"))


async def meets(database: Database, number: int, found: set[RuleName], options: Settings) -> Sequence[Reply]:
    """The bot hears that rules found a message."""
    author = Person(id=LEA, username="lea", role=Role.CONSEILLER, since=NOW)
    what = seen(number)
    event = Posted(channel_id=CHANNEL, post_id=what.post.id, user_id=LEA, text=what.post.message)
    async with database.transaction() as db:
        unused: Any = None
        ctx = Context(author, Request("event", "essai", LEA, CHANNEL), NOW, db, unused, options, *[unused] * 3)
        return list(await handlers.apply_rules(ctx, event, what, found))


MODES = st.sampled_from([RuleMode.OFF, RuleMode.PROPOSE, RuleMode.ACT])
TUNED = st.dictionaries(st.sampled_from(list(RuleName)), MODES)
MESSAGES = st.lists(st.tuples(st.integers(0, 3), st.sets(st.sampled_from(list(RuleName)))), max_size=8)


@given(tuned=TUNED, messages=MESSAGES)
@examples(40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_rule_acts_that_is_to_propose(
    database: Database, tuned: dict[RuleName, RuleMode], messages: list[tuple[int, set[RuleName]]]
) -> None:
    tuned = {name: mode for name, mode in tuned.items() if mode is not RuleMode.ACT or SPECS[name].may_act}
    async with database.transaction() as db:
        for table in (Rule, RuleHit, Case):
            await db.execute(delete(table))
        await canaux.remember_channel(db, "moderation", ROOM, NOW)
        for name, mode in tuned.items():
            await moderation.save(
                db, Rule(name=name, mode=mode, settings=make_default_tuning(name).settings, changed_at=NOW)
            )
    trace, replies = Trace(), list[Reply]()
    with patch.object(handlers, "carry_out", trace.carry_out):
        for number, found in messages:
            replies += await meets(database, number, found, Settings())
    acting = {name for name, mode in tuned.items() if mode is RuleMode.ACT}
    assert not [reply for reply in replies if isinstance(reply, ChatAction)]
    assert bool(trace.decisions) == any(found & acting for _, found in messages)
    assert all(not by and decision.measure is MeasureKind.HIDE for by, decision in trace.decisions)
    async with database.transaction(writes=False) as db:
        known = await moderation.count_hits(db)
    on = {name for name, mode in tuned.items() if mode is not RuleMode.OFF}
    assert {name: count for name, (count, _) in known.items()} == {
        str(name): len({number for number, found in messages if name in found})
        for name in on & {name for _, found in messages for name in found}
    }, "each once"


async def test_nothing_is_done_with_a_broken_charter_or_without_a_room(database: Database, tmp_path: Path) -> None:
    async with database.transaction() as db:
        await moderation.save(db, Rule(name="mots", mode=RuleMode.ACT, settings={}, changed_at=NOW))
    broken = Settings().model_copy(update={"charter": tmp_path / "absente.tsv"})
    with patch.object(handlers, "carry_out", (trace := Trace()).carry_out):
        assert await meets(database, 1, {RuleName.WORDS}, Settings()) == []
        async with database.transaction() as db:
            await canaux.remember_channel(db, "moderation", ROOM, NOW)
        assert await meets(database, 1, {RuleName.WORDS}, broken) == []
        assert not trace.decisions
        await meets(database, 1, {RuleName.WORDS}, Settings())
    assert len(trace.decisions) == 1


@dataclass
class Sought:
    """A Mattermost that finds these, or refuses to search."""

    posts: Sequence[ChatPost] = ()
    status: int = 0

    async def posts_by(self, _: str) -> Sequence[ChatPost]:
        if self.status:
            raise ChatError(self.status)
        return self.posts


async def test_a_first_message_is_none_where_nothing_may_be_searched() -> None:
    what, both = seen(7), frozenset({RuleName.FIRST, RuleName.LINKS})

    async def confirmed(server: Sought) -> Collection[RuleName]:
        return await handlers.confirm_rules(cast(ReadingContext, SimpleNamespace(chat=server)), what, both)

    later = ChatPost("z" * 26, LEA, CHANNEL, "Et puis", what.post.create_at + 1)
    assert await confirmed(Sought([later, what.post])) == both
    earlier = ChatPost("a" * 26, LEA, CHANNEL, "Avant", what.post.create_at - 1)
    assert await confirmed(Sought([what.post, earlier])) == {RuleName.LINKS}
    assert await confirmed(Sought(status=501)) == {RuleName.LINKS}, "switched off; the other rule holds"
    with pytest.raises(ChatError):
        await confirmed(Sought(status=503))
