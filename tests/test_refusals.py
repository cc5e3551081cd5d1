"""Why Mattermost refuses: one word on every version, for all that real servers were seen to refuse."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from bot.errors import IDS, OF_A_PERSON, ChatError, Refusal
from bot.mattermost import AioClient, Mattermost, NewPost
from tests.people import unique
from tests.support.house import House
from tests.support.mattermost import (
    ANSWERS,
    BOT,
    CALLS,
    CHANNEL,
    FILE,
    ID,
    NOBODY,
    POST,
    TEAM,
    TwoBots,
    add_two_bots,
    expect_refusal,
    serve_chat,
)
from tests.wire.captures import VERSIONS, Call, scenario

BLANK = re.compile("|".join((BOT, ID, TEAM, CHANNEL, POST, FILE, "juliette", "salon", "cnum", "ok$")))
NEVER_SENT = {
    "api.channel.create_channel.direct_channel.app_error",
    "api.context.invalid_body_param.app_error",
    "api.context.invalid_param.app_error",
    "api.context.invalid_url_param.app_error",
    "api.channel.patch_update_channel.no_changes.app_error",
    "api.channel.update_channel_member_roles.unset_user_scheme.app_error",
    "api.post.update_post.system_message.app_error",
    "api.reaction.save_reaction.invalid.app_error",
    "api.reaction.save_reaction.user_id.app_error",
    "app.post.save.existing.app_error",
    "model.channel.is_valid.type.app_error",
    "model.post.is_valid.type.app_error",
    "store.sql_channel.save_channel.existing.app_error",
}
"""What is said of requests that the bot does not make: malformed ids, ids of its own choosing, unknown kinds."""
ALREADY_SO = {"api.channel.restore_channel.restored.app_error"}
READ_ONLY = {
    "api.file.get_file_info.app_error",
    "api.channel.create_channel.max_channel_limit.app_error",
    "api.reaction.save.archived_channel.app_error",
    "app.reaction.save.save.too_many_reactions",
    "app.team.join_user_to_team.save_member.max_accounts.app_error",
}
"""Ids that no recorded call met: read in the source, and answered by the sandbox (docs/mattermost.md §9.2)."""


def asked() -> re.Pattern[str]:
    """The requests that the calls of the bot make, whatever the ids in them."""
    made = {f"{method} {path.removeprefix('/api/v4')}" for called in CALLS.values() for method, path in called.asked}
    return re.compile("|".join(BLANK.sub("[^/]+", request) for request in made))


def recorded() -> Iterator[tuple[str, Call]]:
    """What the recorded servers refused of the calls that the bot makes, server faults aside."""
    requests = asked()
    for version in VERSIONS:
        for call in scenario(version, "rooms").calls:
            known = requests.fullmatch(f"{call.method} {call.path.partition('?')[0]}")
            if known and 400 <= call.status < 500 and isinstance(call.reply, dict):
                yield version, call


def test_all_that_real_servers_refused_is_told_apart() -> None:
    assert len(list(recorded())) > 500
    untold = {
        f"{version} {call.name} {call.reply['id']}"
        for version, call in recorded()
        if ChatError(call.status, call.reply["id"]).refusal is None and call.reply["id"] not in NEVER_SENT | ALREADY_SO
    }
    assert not untold


def test_every_id_was_seen_or_read() -> None:
    seen = {
        call.reply["id"]
        for version in VERSIONS
        for call in scenario(version, "rooms").calls
        if isinstance(call.reply, dict) and call.status >= 400
    }
    assert set(IDS) - seen == READ_ONLY


@pytest.mark.parametrize(
    ("status", "why"), [(401, Refusal.SIGNED_OUT), (403, Refusal.FORBIDDEN), (413, Refusal.TOO_LARGE), (404, None)]
)
def test_an_id_not_met_yet_goes_by_its_status(status: int, why: Refusal | None) -> None:
    assert ChatError(status, "app.of_a_later_version").refusal is why


def test_a_fault_that_may_pass_refuses_nothing() -> None:
    assert [ChatError(status).refusal for status in (0, 429, 500, 502, 503)] == [None] * 5


async def test_names_are_taken_and_refused_as_all_recorded_servers_do() -> None:
    taken: dict[str, list[bool]] = {}
    tried: dict[str, str] = {}
    for version in VERSIONS:
        for call in scenario(version, "rooms").calls:
            what = call.name[5:]
            if what.startswith("name_") and not what.endswith(("square", "topic")):
                taken.setdefault(what, []).append(call.status == 201)
                tried[what] = call.body["name"].replace("⟨ann⟩", "a" * 26).replace("⟨ben⟩", "b" * 26)
    assert len(taken) == 17
    async with serve_chat(**ANSWERS) as server:
        client = AioClient(server.url, "jeton")
        for what, by_all in taken.items():
            assert await _takes(Mattermost(client, "cnum"), tried[what]) == all(by_all), what
        await client.close()


async def _takes(chat: Mattermost, name: str) -> bool:
    try:
        return bool(await chat.create_channel(name, "Essai"))
    except ChatError:
        return False


Attempt = Callable[[TwoBots, Path], Awaitable[object]]


async def _signed_out(stage: TwoBots, _: Path) -> None:
    me = await stage.chat.me()
    await stage.site.admin.post(f"/bots/{me.id}/disable")
    await stage.chat.user(me.id)


async def _switched_off(stage: TwoBots, path: Path) -> None:
    room = await stage.room()
    await stage.set("FileSettings", "EnableFileAttachments", False)
    try:
        await stage.chat.upload(room.id, path)
    finally:
        await stage.set("FileSettings", "EnableFileAttachments", True)


async def _deactivated(stage: TwoBots, _: Path) -> None:
    [who] = await stage.robots(1)
    room = await stage.room()
    await stage.site.admin.post(f"/bots/{who}/disable")
    await stage.chat.add_member(room.id, who)


async def _name_taken(stage: TwoBots, _: Path) -> None:
    await stage.chat.create_channel((await stage.room()).name, "Encore")


async def _archived(stage: TwoBots, _: Path) -> None:
    room = await stage.room()
    await stage.chat.archive_channel(room.id)
    await stage.says(room.id)


async def _thread_gone(stage: TwoBots, _: Path) -> None:
    room = await stage.room()
    answered = await stage.says(room.id)
    await stage.chat.delete(answered.id)
    await stage.says(room.id, root_id=answered.id)


async def _too_large(stage: TwoBots, path: Path) -> None:
    room = await stage.room()
    await stage.set("FileSettings", "MaxFileSize", 2)
    try:
        await stage.chat.upload(room.id, path)
    finally:
        await stage.set("FileSettings", "MaxFileSize", 100 * 1024 * 1024)


async def _too_late(stage: TwoBots, _: Path) -> None:
    said = await stage.says((await stage.room()).id)
    await stage.set("ServiceSettings", "PostEditTimeLimit", 0)
    try:
        await stage.chat.rewrite(said.id, "Trop tard", {})
    finally:
        await stage.set("ServiceSettings", "PostEditTimeLimit", -1)


async def _too_many_reactions(stage: TwoBots, _: Path) -> None:
    said = await stage.says((await stage.room()).id)
    await stage.set("ServiceSettings", "UniqueEmojiReactionLimitPerPost", 1)
    try:
        for emoji in ("ticket", "books"):
            await stage.chat.react(said.id, emoji)
    finally:
        await stage.set("ServiceSettings", "UniqueEmojiReactionLimitPerPost", 50)


async def _too_many_channels(stage: TwoBots, _: Path) -> None:
    await stage.set("TeamSettings", "MaxChannelsPerTeam", 1)
    try:
        await stage.room()
    finally:
        await stage.set("TeamSettings", "MaxChannelsPerTeam", 2000)


async def _team_full(stage: TwoBots, _: Path) -> None:
    [who] = await stage.robots(1, in_team=False)
    await stage.set("TeamSettings", "MaxUsersPerTeam", 1)
    try:
        await stage.chat.add_to_team(who)
    finally:
        await stage.set("TeamSettings", "MaxUsersPerTeam", 10_000)


async def _bad_emoji(stage: TwoBots, _: Path) -> None:
    await stage.chat.react((await stage.says((await stage.room()).id)).id, "🎫")


async def _not_of_team(stage: TwoBots, _: Path) -> None:
    [who] = await stage.robots(1)
    await stage.chat.add_member(await stage.chat.direct_channel(who), who)


async def _not_in_channel(stage: TwoBots, _: Path) -> None:
    [who] = await stage.robots(1)
    await stage.chat.set_channel_admin((await stage.room()).id, who, is_admin=True)


async def _not_in_team(stage: TwoBots, _: Path) -> None:
    [who] = await stage.robots(1, in_team=False)
    await stage.chat.add_member((await stage.room()).id, who)


async def _too_long(stage: TwoBots, _: Path) -> None:
    await stage.says((await stage.room()).id, "é" * 16_384)


async def _too_many_files(stage: TwoBots, _: Path) -> None:
    await stage.chat.post_files(NewPost((await stage.room()).id, "", {}, unique("essai"), file_ids=[NOBODY] * 11))


WAYS: dict[Refusal, Attempt] = {
    Refusal.SIGNED_OUT: _signed_out,
    Refusal.FORBIDDEN: lambda stage, _: stage.chat.restore_channel(stage.site.square),
    Refusal.SWITCHED_OFF: _switched_off,
    Refusal.UNKNOWN_PERSON: lambda stage, _: stage.chat.user(NOBODY),
    Refusal.UNKNOWN_CHANNEL: lambda stage, _: stage.chat.channel(NOBODY),
    Refusal.UNKNOWN_POST: lambda stage, _: stage.chat.read_post(NOBODY),
    Refusal.UNKNOWN_FILE: lambda stage, _: stage.chat.file(NOBODY),
    Refusal.UNKNOWN_EMOJI: _bad_emoji,
    Refusal.NOT_IN_TEAM: _not_in_team,
    Refusal.NOT_IN_CHANNEL: _not_in_channel,
    Refusal.DEACTIVATED: _deactivated,
    Refusal.NAME_TAKEN: _name_taken,
    Refusal.BAD_NAME: lambda stage, _: stage.chat.create_channel("A", "Salon"),
    Refusal.ARCHIVED: _archived,
    Refusal.DEFAULT_CHANNEL: lambda stage, _: stage.chat.archive_channel(stage.site.square),
    Refusal.NOT_OF_TEAM: _not_of_team,
    Refusal.THREAD_GONE: _thread_gone,
    Refusal.TOO_LONG: _too_long,
    Refusal.TOO_LARGE: _too_large,
    Refusal.TOO_LATE: _too_late,
    Refusal.TOO_MANY_FILES: _too_many_files,
    Refusal.TOO_MANY_REACTIONS: _too_many_reactions,
    Refusal.TOO_MANY_CHANNELS: _too_many_channels,
    Refusal.TEAM_FULL: _team_full,
}


SINCE = {Refusal.DEACTIVATED: (9, 0), Refusal.TOO_LATE: (6, 0), Refusal.TOO_MANY_REACTIONS: (6, 0)}
"""Old servers do these things, at least without a licence."""


@pytest.fixture
async def stage(house: House) -> AsyncIterator[TwoBots]:
    async with add_two_bots(house) as made:
        yield made


@pytest.mark.every_mode
@pytest.mark.no_database
@pytest.mark.parametrize("why", WAYS)
async def test_each_refusal_is_the_same_on_every_version(why: Refusal, stage: TwoBots, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a;b")
    if stage.site.version < SINCE.get(why, (0, 0)):
        await WAYS[why](stage, path)
        return
    async with expect_refusal(why):
        await WAYS[why](stage, path)


def test_only_the_bot_itself_takes_an_act_back() -> None:
    assert set(Refusal) - WAYS.keys() == {Refusal.TAKEN_BACK}


def test_what_keeps_out_one_person_keeps_out_nobody_else() -> None:
    """These say nothing of the channel or of the bot."""
    assert OF_A_PERSON.isdisjoint({Refusal.FORBIDDEN, Refusal.UNKNOWN_CHANNEL, Refusal.NOT_OF_TEAM})
