"""What the 11.6 recording adds to the rooms: private channels seen from outside, late edits, and a full server."""

import asyncio
from typing import Any

from aiohttp import web

from tests.wire.captures import Call, Scenario, scenario
from tests.wire.integration import RECORDED
from tests.wire.rooms_left_out import UNKNOWN
from tests.wire.world import World

FIRST = 1141
"""The number of the first call of this part: a recording without it has none of them."""
FULL = 250
"""People that an unlicensed server takes."""


def _setup(number: int, name: str, actor: str, method: str, path: str, body: Any = None, **reply: str) -> Call:
    return Call(f"{number:04}-outside_setup_{name}", actor, method, path, UNKNOWN, body, reply=reply or None)


def _said(number: int, name: str, who: str, actor: str, message: str) -> Call:
    body = {"channel_id": f"⟨#hors{who}⟩", "message": message}
    return _setup(number, f"{name}_{who}", actor, "POST", "/posts", body)


def _room(number: int, who: str, third: str, suffix: str) -> list[Call]:
    """Somebody else's private channel, in which that actor was once, if they are in the team at all."""
    channel = f"/channels/⟨#hors{who}⟩"
    new = {"team_id": "⟨team rooms⟩", "name": f"hors{who}{suffix}", "display_name": f"Hors {who}", "type": "P"}
    calls = [
        _setup(number, f"room_{who}", "ann", "POST", "/channels", new, id=f"⟨#hors{who}⟩"),
        _setup(number + 1, f"ben_{who}", "ann", "POST", f"{channel}/members", {"user_id": "⟨ben⟩"}),
        _setup(number + 2, f"third_{who}", "ann", "POST", f"{channel}/members", {"user_id": f"⟨{third}⟩"}),
        _said(number + 3, "post", who, "ann", "de ann"),
        _said(number + 4, "post2", who, "ann", "de ann, à effacer"),
    ]
    if who == "loose":
        return calls
    return [
        *calls,
        _setup(number + 5, f"in_{who}", "ann", "POST", f"{channel}/members", {"user_id": f"⟨{who}⟩"}),
        _said(number + 6, "own_post", who, who, "écrit comme membre"),
        _said(number + 7, "own_post2", who, who, "écrit comme membre, deux"),
        _setup(number + 8, f"out_{who}", "ann", "DELETE", f"{channel}/members/⟨{who}⟩"),
    ]


def _private_again(number: int, who: str) -> Call:
    path = f"/channels/⟨#hors{who}⟩/privacy"
    return _setup(number, f"private_again_{who}", "admin", "PUT", path, {"privacy": "P"})


def _archived(number: int, who: str) -> Call:
    return _setup(number, f"archived_{who}", "ann", "DELETE", f"/channels/⟨#hors{who}⟩")


def _restored(number: int, who: str) -> Call:
    return _setup(number, f"restored_{who}", "admin", "POST", f"/channels/⟨#hors{who}⟩/restore")


def left_out(recorded: Scenario) -> list[Call]:
    """The calls of this part that the recording leaves out."""
    if not is_recorded(recorded):
        return []
    team = next(call for call in recorded.calls if call.name == "0002-team")
    suffix = str(team.body["name"]).removeprefix("rooms")
    return [
        *_room(1143, "lead", "crowd001", suffix),
        *(_private_again(1202, "lead"), _archived(1206, "lead")),
        *_room(1215, "every", "crowd004", suffix),
        *(_private_again(1274, "every"), _archived(1278, "every")),
        *_room(1287, "plain", "crowd002", suffix),
        *(_archived(1342, "plain"), _restored(1346, "plain")),
        *_room(1352, "loose", "crowd008", suffix),
        *(_archived(1396, "loose"), _restored(1400, "loose")),
        *_room(1406, "sys", "crowd007", suffix),
        _private_again(1465, "sys"),
    ]


def is_recorded(recorded: Scenario) -> bool:
    """Whether a recording has this part."""
    return int(recorded.calls[-1].name[:4]) > FIRST


async def loose(world: World) -> None:
    """The bot in no team gets a token; it and the plain one, whose first sockets keep it online, connect."""
    await world.shut("plain-again")
    made = await world.must("admin", "POST", world.matcher.live("/users/⟨loose⟩/tokens"), {"description": "rooms"})
    world.tokens["loose"] = made["token"]
    await (await world.open("plain", "plain")).next("hello")
    await (await world.open("loose", "loose")).next("status_change")


async def late_edits(world: World) -> None:
    """The integration behind the buttons answers as it did in the other scenario; those in no team have gone."""
    for name in ("zoe", "loose"):
        await world.shut(name)
    answers = {sent.path: sent.answer["text"] for sent in scenario(world.recorded.version, "commands").sent}

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=answers[request.path], content_type="application/json")

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    world.matcher.hosts[RECORDED] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    world.at_end.append(runner.cleanup)


async def hang_up(world: World) -> None:
    """Nobody listens any more."""
    for name in list(world.ears):
        await world.shut(name)


async def fill(world: World) -> None:
    """People sign up until the server is full; the recording names one of them later on."""
    call = next(call for call in world.recorded.calls if call.name == "1518-people_limit_deactivate.admin")
    count = (await world.must("admin", "GET", "/limits/server"))["activeUserCount"]
    for number in range(FULL - count):
        name = f"more{number:03}"
        person = {"username": name, "email": f"{name}@example.com", "password": "Wire-secret-1!"}
        made = await world.must("admin", "POST", "/users", person)
        world.matcher.bound[call.path.split("/")[2]] = made["id"]


BEFORE_OUTSIDE: dict[str, list[Any]] = {
    "1143": [loose],
    "1477": [late_edits],
    "1493": [lambda _: asyncio.sleep(1.1)],  # the limit for edits is one second here
    "1512": [hang_up],
    "1514": [fill],
}
