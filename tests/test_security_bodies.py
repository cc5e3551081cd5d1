"""Whatever is wrong with a body, its answer is 400 (or 413, 415): never 500, and no line of the log that alarms."""

import asyncio
import gzip
import json
import random
import zlib

import pytest

from tests.support.house import LOG, PATIENCE, House
from tests.support.security import Attacker, make_links, mallory

__all__ = ["mallory"]


pytestmark = pytest.mark.newest_only

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
PATHS = {"/commands": FORM, "/dialogs": JSON, "/dialogs/lookup": JSON, "/buttons": JSON}
EVERY_PATH = pytest.mark.parametrize("path", PATHS)
CHARSETS = ("klingon", "utf-16", "utf-7", "idna", "punycode", "rot13", "hex", "zip", "undefined", "x" * 500)
BROKEN = {
    "gzip": (b"no gzip at all", gzip.compress(b"x" * 1000)[:12] + b"\xff" * 20),
    "deflate": (b"no deflate", zlib.compress(b"x" * 1000)[:4] + b"\xff" * 20),
    "br": (b"no brotli",),
    "zstd": (b"no zstd",),
}
LENGTHS = (
    *("Content-Length: abc", "Content-Length: -1", "Content-Length: +2", "Content-Length: 0x2"),
    *("Content-Length: 2\r\nContent-Length: 3", "Content-Length: 9999", "Content-Length: 99999999999999999999"),
    *("Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Content-Length: 2\r\nTransfer-Encoding: chunked"),
)
NO_JSON = (
    *("NaN", "Infinity", "-Infinity", "[" * 99_999, "9" * 5_000, "'x'", "01", '"\n"', "1,"),
    *('"\\ud800"', '"\\udfff\\ud800"'),
)


def right(mallory: Attacker, path: str) -> bytes:
    """A body that is answered with 200."""
    if path == "/commands":
        fields = mallory.command(text="aide")
        return "&".join(f"{name}={value.replace('/', '%2F')}" for name, value in fields.items()).encode()
    link = make_links(mallory.house).seal("button", {"b": "cra.Gone", "d": {}})
    return json.dumps(mallory.click(link)).encode()


async def status(mallory: Attacker, path: str, body: bytes, **headers: str) -> int:
    """What a body is answered with under these headers."""
    sent = {"Content-Type": PATHS[path]} | {name.replace("_", "-"): value for name, value in headers.items()}
    address = f"{mallory.house.settings.public_url}{path}"
    async with mallory.session.post(address, data=body, headers=sent) as reply:
        return reply.status


async def raw(mallory: Attacker, request: bytes) -> int:
    """The status of the answer to bytes as they are; 0 where the connection is just closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", mallory.house.bot.port)
    try:
        writer.write(request)
        writer.write_eof()
        async with asyncio.timeout(PATIENCE):
            line = await reader.readline()
    finally:
        writer.close()
    return int(line.split()[1]) if line else 0


@EVERY_PATH
async def test_what_is_right_is_answered(mallory: Attacker, path: str) -> None:
    body = right(mallory, path)
    assert await status(mallory, path, body) == 200
    assert await status(mallory, path, body, Content_Type=f"{PATHS[path]}; charset=UTF-8") == 200
    assert await status(mallory, path, gzip.compress(body), Content_Encoding="gzip") == 200


@EVERY_PATH
@pytest.mark.parametrize("charset", CHARSETS)
async def test_a_charset_nobody_writes_in_is_refused(mallory: Attacker, path: str, charset: str) -> None:
    kind = f"{PATHS[path]}; charset={charset}"
    assert await status(mallory, path, right(mallory, path), Content_Type=kind) == 400


@EVERY_PATH
@pytest.mark.parametrize("encoding", BROKEN)
async def test_what_is_badly_packed_is_refused(mallory: Attacker, path: str, encoding: str) -> None:
    for body in BROKEN[encoding]:
        assert await status(mallory, path, body, Content_Encoding=encoding) == 400
    assert await status(mallory, path, right(mallory, path)) == 200


@EVERY_PATH
async def test_what_is_packed_and_cut_short_is_refused(mallory: Attacker, path: str) -> None:
    for cut in range(1, 12):
        body = gzip.compress(right(mallory, path))[:-cut]
        assert await status(mallory, path, body, Content_Encoding="gzip") in {200, 400, 401}, cut


@EVERY_PATH
async def test_a_small_parcel_with_a_large_content_is_refused(mallory: Attacker, path: str) -> None:
    assert await status(mallory, path, gzip.compress(b"a" * 50_000_000), Content_Encoding="gzip") == 413


@EVERY_PATH
@pytest.mark.parametrize("headers", LENGTHS)
async def test_a_length_that_is_none_is_refused(mallory: Attacker, path: str, headers: str) -> None:
    request = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {PATHS[path]}\r\n{headers}\r\n\r\nzz\r\n{{}}"
    assert await raw(mallory, request.encode()) in {0, 400, 413}


@pytest.mark.parametrize("path", ["/dialogs", "/dialogs/lookup", "/buttons"])
@pytest.mark.parametrize("value", NO_JSON, ids=lambda value: value[:12].encode("unicode_escape").decode())
async def test_what_is_no_json_is_refused(mallory: Attacker, path: str, value: str) -> None:
    body = right(mallory, path)[:-1] + f', "more": {value}}}'.encode()
    assert await status(mallory, path, body) == 400


@EVERY_PATH
async def test_what_is_no_utf_8_is_refused(mallory: Attacker, path: str) -> None:
    body = right(mallory, path)
    assert await status(mallory, path, body[:40] + b"\xff\xfe" + body[40:]) == 400


@EVERY_PATH
@pytest.mark.parametrize("kind", ["form-data", "form-data; boundary=", "mixed; boundary=x"])
async def test_what_comes_in_parts_is_refused(mallory: Attacker, path: str, kind: str) -> None:
    assert await status(mallory, path, b"--x\r\nnonsense", Content_Type=f"multipart/{kind}") == 415


@EVERY_PATH
@pytest.mark.parametrize("seed", range(4))
async def test_any_damage_is_refused_or_explained(mallory: Attacker, path: str, seed: int) -> None:
    """Bytes changed, left out, doubled or put in anywhere: no answer is a technical failure."""
    before, chance, body = LOG.tell(), random.Random(seed), right(mallory, path)
    for _ in range(60):
        damaged = bytearray(body)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(damaged))
            put = chance.choice([b"", chance.randbytes(1), chance.randbytes(9)])
            damaged[at : at + chance.choice([0, 1, 1, 30])] = put
        assert await status(mallory, path, bytes(damaged)) in {200, 400, 401}, bytes(damaged)
    assert '"level": "error"' not in LOG.getvalue()[before:]


async def test_who_leaves_in_the_middle_alarms_nobody(house: House, mallory: Attacker) -> None:
    before = LOG.tell()
    request = b"POST /buttons HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{"
    for _ in range(5):
        assert await raw(mallory, request) in {0, 400}
    assert '"level": "error"' not in LOG.getvalue()[before:]
    assert (await mallory.calls("GET", "/healthz"))[0] == 200
