"""The sandbox's websockets: authentication, numbers, and coming back after a cut."""

import pytest

from sandbox import websocket
from tests.support.servers import SandboxTeam, SocketReader, start_sandbox


async def cut(room: SandboxTeam, listener: SocketReader) -> None:
    """Cut a connection as a proxy does."""
    room.server.faults.drop_sockets()
    assert await listener.is_closed()


async def test_who_comes_back_hears_what_was_missed() -> None:
    async with start_sandbox() as here:
        ears = await SocketReader.open(here.ann)
        hello = await ears.until("hello")
        await here.say("un")
        assert await ears.heard() == "un"
        viewed = await ears.until("multiple_channels_viewed")
        expected = viewed["seq"] + 1
        await cut(here, ears)
        await here.say("deux")
        await here.say("trois")
        query = f"?connection_id={hello['data']['connection_id']}&sequence_number={expected}"
        back = await SocketReader.open(here.ann, query)
        assert [await back.heard() for _ in range(2)] == ["deux", "trois"]
        await here.say("quatre")
        assert await back.heard() == "quatre"


@pytest.mark.parametrize(
    "query", ["?connection_id=" + "z" * 26 + "&sequence_number=1", "?connection_id={id}&sequence_number=999"]
)
async def test_an_unknown_connection_or_number_begins_anew(query: str) -> None:
    async with start_sandbox() as here:
        ears = await SocketReader.open(here.ann)
        known = (await ears.until("hello"))["data"]["connection_id"]
        await cut(here, ears)
        again = await SocketReader.open(here.ann, query.format(id=known))
        hello = await again.read()
        assert hello["event"] == "hello"
        assert hello["seq"] == 0
        assert hello["data"]["connection_id"] != known


async def test_a_connection_without_a_number_is_closed() -> None:
    async with start_sandbox() as here:
        ears = await SocketReader.open(here.ann)
        known = (await ears.until("hello"))["data"]["connection_id"]
        await cut(here, ears)
        assert await (await SocketReader.open(here.ann, f"?connection_id={known}")).is_closed()


async def test_another_person_cannot_take_a_connection_over() -> None:
    async with start_sandbox() as here:
        ben, _ = await here.person("ben")
        ears = await SocketReader.open(here.ann)
        known = (await ears.until("hello"))["data"]["connection_id"]
        await cut(here, ears)
        stolen = await SocketReader.open(ben, f"?connection_id={known}&sequence_number=0")
        assert (await stolen.read())["data"]["connection_id"] != known


async def test_numbers_have_no_gap() -> None:
    async with start_sandbox() as here:
        ears = await SocketReader.open(here.ann)
        for number in range(5):
            await here.say(str(number))
        numbers = [(await ears.read())["seq"] for _ in range(6)]
        assert numbers == list(range(6))


async def test_a_challenge_opens_and_a_bad_one_closes() -> None:
    async with start_sandbox() as here:
        nobody = type(here.ann)(here.session, here.server.url)
        good = await SocketReader.open(nobody)
        await good.socket.send_json({"seq": 1, "action": "authentication_challenge", "data": {"token": here.ann.token}})
        assert (await good.read())["event"] == "hello"
        assert await good.read() == {"status": "OK", "seq_reply": 1}
        bad = await SocketReader.open(nobody)
        await bad.socket.send_json({"seq": 1, "action": "authentication_challenge", "data": {"token": "non"}})
        assert await bad.is_closed()


async def test_who_proves_nothing_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "UNAUTHENTICATED_FOR", 0.05)
    async with start_sandbox() as here:
        silent = await SocketReader.open(type(here.ann)(here.session, here.server.url))
        assert await silent.is_closed()


async def test_actions_are_answered() -> None:
    async with start_sandbox() as here:
        ears = await SocketReader.open(here.ann)
        await ears.until("hello")
        await ears.socket.send_json({"seq": 1, "action": "ping"})
        assert (await ears.reply())["data"]["text"] == "pong"
        await ears.socket.send_json({"seq": 2, "action": "get_statuses_by_ids", "data": {"user_ids": [here.ann_id]}})
        assert (await ears.reply())["data"] == {here.ann_id: "online"}
        await ears.socket.send_json({"seq": 3, "action": "danse"})
        assert (await ears.reply())["error"]["id"] == "api.web_socket_router.bad_action.app_error"


async def test_typing_reaches_the_others_only() -> None:
    async with start_sandbox() as here:
        ben, ben_id = await here.person("ben")
        await here.ann.post(f"/channels/{here.channel_id}/members", {"user_id": ben_id})
        hers, his = await SocketReader.open(here.ann), await SocketReader.open(ben)
        await hers.until("hello")
        await his.until("hello")
        await hers.socket.send_json({"seq": 1, "action": "user_typing", "data": {"channel_id": here.channel_id}})
        assert (await his.until("typing"))["data"]["user_id"] == here.ann_id
        assert await hers.reply() == {"status": "OK", "seq_reply": 1}


@pytest.mark.parametrize(("version", "hears"), [("11.2", False), ("5.37", True)])
async def test_a_revoked_token_goes_on_hearing_on_old_servers(version: str, hears: bool) -> None:
    async with start_sandbox(version) as here:
        bot, bot_id = await here.bot("robot")
        await here.ann.post(f"/channels/{here.channel_id}/members", {"user_id": bot_id})
        ears = await SocketReader.open(bot)
        await ears.until("hello")
        token = (await here.admin.get(f"/users/{bot_id}/tokens"))[0]
        await here.admin.post("/users/tokens/revoke", {"token_id": token["id"]})
        await here.say("après")
        await ears.socket.send_json({"seq": 1, "action": "ping"})
        frames = [await ears.read() for _ in range(2 + hears)]
        assert [frame["event"] for frame in frames if "event" in frame][1:] == ["posted"] * hears


async def test_who_left_is_offline_and_not_called_by_here() -> None:
    async with start_sandbox() as here:
        ben, ben_id = await here.person("ben")
        await here.ann.post(f"/channels/{here.channel_id}/members", {"user_id": ben_id})
        ears = await SocketReader.open(ben)
        await ears.until("status_change")
        assert [await called(here, ben_id, text) for text in ("@here", "@all", "`@all`")] == [1, 1, 0]
        await ears.socket.close()
        while (await here.ann.get(f"/users/{ben_id}/status"))["status"] != "offline":
            pass
        assert [await called(here, ben_id, text) for text in ("@here", "@all")] == [0, 1]


async def called(here: SandboxTeam, user_id: str, text: str) -> int:
    """Return by how much a post raises somebody's count of mentions."""
    path = f"/channels/{here.channel_id}/members/{user_id}"
    before = (await here.ann.get(path))["mention_count"]
    await here.say(text)
    return int((await here.ann.get(path))["mention_count"]) - int(before)
