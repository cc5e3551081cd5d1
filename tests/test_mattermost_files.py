"""The bot’s REST calls for files: what goes over the wire, and what the bot makes of each answer."""

import asyncio
import errno
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from email import message_from_bytes
from email.policy import HTTP
from io import FileIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.errors import ChatError, Refusal
from bot.mattermost import AioClient, Mattermost, NewPost, client
from tests.support.mattermost import BOT, CHANNEL, FILE, POST, ChatServer, make_error, serve_chat

NAME = 'Été "chaud" à Saint-Étienne.csv'
CONTENT = b"a;b\r\n" * 100_000
ANSWERS = {
    "POST /api/v4/files": {"file_infos": [{"id": FILE}], "client_ids": []},
    "POST /api/v4/posts": {"id": POST, "user_id": BOT, "channel_id": CHANNEL, "create_at": 1, "file_ids": [FILE]},
    f"DELETE /api/v4/posts/{POST}": {"status": "OK"},
}


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    async with serve_chat(**ANSWERS) as server:
        yield server


@pytest.fixture
async def chat(server: ChatServer) -> AsyncIterator[Mattermost]:
    speaking = AioClient(server.url, "jeton")
    yield Mattermost(speaking, "cnum")
    await speaking.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_bytes(CONTENT)
    return path


async def test_a_file_travels_in_a_form_after_its_channel(chat: Mattermost, server: ChatServer, path: Path) -> None:
    assert await chat.upload(CHANNEL, path) == FILE
    headers, body = server.headers[0], server.bodies[0]
    assert headers["Authorization"] == "Bearer jeton"
    assert int(headers["Content-Length"]) == len(body), "some proxies take nothing of unknown length"
    channel, file = message_from_bytes(_typed(headers, body), policy=HTTP).iter_parts()
    assert (channel["Content-Disposition"], channel.get_payload()) == ('form-data; name="channel_id"', CHANNEL)
    assert file.get_payload(decode=True) == CONTENT
    assert r'filename="Été \"chaud\" à Saint-Étienne.csv"'.encode() in body


def _typed(headers: dict[str, str], body: bytes) -> bytes:
    """A form with the header that says where its parts end."""
    return f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode() + body


async def test_a_name_cannot_end_its_header(chat: Mattermost, server: ChatServer, tmp_path: Path) -> None:
    path = tmp_path / "a\r\nX-Autre: b\u2028.csv"
    path.write_text("x")
    await chat.upload(CHANNEL, path)
    assert b'filename="a  X-Autre: b .csv"' in server.bodies[0]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (make_error(413, "api.file.upload_file.too_large_detailed.app_error"), "413 api.file.upload_file.too_large"),
        (make_error(501, "api.file.attachments.disabled.app_error"), "501 api.file.attachments.disabled"),
        (web.Response(status=413, text="<html>Request Entity Too Large"), "413"),
        ({"file_infos": []}, "502 unexpected_answer"),
        ({"file_infos": None}, "502 unexpected_answer"),
    ],
)
async def test_an_upload_that_is_refused(
    chat: Mattermost, server: ChatServer, path: Path, answer: Any, said: str
) -> None:
    server.answers["POST /api/v4/files"] = answer
    with pytest.raises(ChatError, match=said):
        await chat.upload(CHANNEL, path)
    assert len(server.asked) == 1, "whoever calls decides of another try"


async def test_an_upload_that_is_not_answered(
    chat: Mattermost, server: ChatServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: Any) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    server.answers["POST /api/v4/files"] = never
    monkeypatch.setattr(client, "FILE_TIMEOUT", aiohttp.ClientTimeout(total=0.2))
    with pytest.raises(ChatError) as caught:
        await chat.upload(CHANNEL, path)
    assert (caught.value.status, caught.value.may_pass) == (0, True)


async def test_an_upload_that_is_cut_off(chat: Mattermost, server: ChatServer, path: Path) -> None:
    def hang_up(request: web.Request, _: Any) -> web.Response:
        assert request.transport
        request.transport.close()
        return web.Response()

    server.answers["POST /api/v4/files"] = hang_up
    with pytest.raises(ChatError) as caught:
        await chat.upload(CHANNEL, path)
    assert caught.value.may_pass


async def test_a_post_with_files_says_which_it_kept(chat: Mattermost, server: ChatServer) -> None:
    post = await chat.post_files(NewPost(CHANNEL, "Voici", {"a": 1}, "x", file_ids=[FILE, "g" * 26]))
    assert server.bodies[0] == {
        "channel_id": CHANNEL,
        "message": "Voici",
        "props": {"a": 1},
        "pending_post_id": "x",
        "file_ids": [FILE, "g" * 26],
    }
    assert (post.id, post.file_ids) == (POST, (FILE,))


@pytest.mark.parametrize("status", [403, 404])
async def test_a_post_that_is_gone_needs_no_deletion(chat: Mattermost, server: ChatServer, status: int) -> None:
    await chat.delete(POST)
    server.answers[f"DELETE /api/v4/posts/{POST}"] = make_error(status, "app.post.get.app_error")
    await chat.delete(POST)
    server.answers[f"DELETE /api/v4/posts/{POST}"] = make_error(500, "app.post.delete.app_error")
    with pytest.raises(ChatError, match="500"):
        await chat.delete(POST)


async def test_nothing_but_an_id_names_a_channel_or_a_post(chat: Mattermost, server: ChatServer, path: Path) -> None:
    for call in (chat.upload("../x", path), chat.post_files(NewPost("x", "", {}, "")), chat.delete("x/y")):
        with pytest.raises(ChatError, match="bad_id"):
            await call
    assert server.asked == []


def _file(*parts: bytes, cut: bool = False) -> Callable[[web.Request, Any], Awaitable[web.StreamResponse]]:
    """A file that comes in parts, its size untold; ``cut`` off before its end."""

    async def answer(request: web.Request, _: Any) -> web.StreamResponse:
        reply = web.StreamResponse()
        reply.enable_chunked_encoding()
        await reply.prepare(request)
        for part in parts:
            await reply.write(part)
        if cut:
            assert request.transport
            request.transport.close()
        return reply

    return answer


async def test_a_download_of_untold_size_ends_at_the_limit(
    chat: Mattermost, server: ChatServer, tmp_path: Path
) -> None:
    server.answers[f"GET /api/v4/files/{FILE}"] = _file(*[b"x" * 1000] * 100)
    await chat.download(FILE, tmp_path / "whole", 100_000)
    assert (tmp_path / "whole").stat().st_size == 100_000
    with pytest.raises(ChatError) as caught:
        await chat.download(FILE, tmp_path / "part", 99_999)
    assert (caught.value.refusal, caught.value.may_pass) == (Refusal.TOO_LARGE, False)
    assert not (tmp_path / "part").exists()


async def test_a_download_that_is_cut_off_leaves_nothing(chat: Mattermost, server: ChatServer, tmp_path: Path) -> None:
    server.answers[f"GET /api/v4/files/{FILE}"] = _file(b"x" * 1000, cut=True)
    with pytest.raises(ChatError) as caught:
        await chat.download(FILE, tmp_path / "part", 100_000)
    assert caught.value.may_pass
    assert not (tmp_path / "part").exists()


async def test_a_disk_that_does_not_take_it_is_no_fault_of_the_server_s(
    chat: Mattermost, server: ChatServer, tmp_path: Path
) -> None:
    server.answers[f"GET /api/v4/files/{FILE}"] = _file(b"x")
    with pytest.raises(FileNotFoundError):
        await chat.download(FILE, tmp_path / "nowhere" / "part", 100)


async def test_what_was_there_before_is_never_touched(chat: Mattermost, server: ChatServer, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    for answer in (_file(b"x"), _file(b"x" * 1000), make_error(404, "app.file_info.get.app_error")):
        server.answers[f"GET /api/v4/files/{FILE}"] = answer
        with pytest.raises(FileExistsError):
            await chat.download(FILE, tmp_path / "kept", 100)
    assert (tmp_path / "kept").read_text() == "kept"
    assert server.asked == []


async def test_a_disk_that_is_full_leaves_nothing(
    chat: Mattermost, server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(FileIO):
        def write(self, _: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    server.answers[f"GET /api/v4/files/{FILE}"] = _file(b"x")

    def opened(path: Path, mode: str) -> Full:
        return Full(path, mode)

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(OSError, match="No space left"):
        await chat.download(FILE, tmp_path / "part", 100)
    assert not (tmp_path / "part").exists()


async def test_a_large_file_is_never_whole_in_memory(chat: Mattermost, server: ChatServer, tmp_path: Path) -> None:
    """Peaks of what is allocated meanwhile, by this process, which plays the server too."""
    peaks = []
    for parts in (20, 200):
        server.answers[f"GET /api/v4/files/{FILE}"] = _file(*[bytes(256 * 1024)] * parts)
        tracemalloc.start()
        await chat.download(FILE, tmp_path / str(parts), 10**9)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0] + 4 * 1024 * 1024, peaks
