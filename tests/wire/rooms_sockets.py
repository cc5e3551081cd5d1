"""Who connects, disconnects, resumes and says what during the scenario of the rooms."""

import time
from typing import Any

from tests.wire.world import World

LISTENERS = ("plain", "lead", "every", "sys", "ann", "ben")


async def listeners(world: World) -> None:
    for name in LISTENERS:
        ears = await world.open(name, name)
        await ears.next("status_change")
    world.notes["sockets open"] = int(time.time() * 1000)
    world.tokens["stranger"] = "x" * 26
    await world.open("plain-bad_challenge", "stranger")
    await world.open("plain-bad_header", "stranger", header=True)
    await world.open("plain-no_auth", "nobody")


async def outsiders(world: World) -> None:
    for name in ("cleo", "zoe"):
        await (await world.open(name, name)).next("status_change")


async def newcomers(world: World) -> None:
    for name in ("nina", "paul"):
        await (await world.open(name, name)).next("status_change")


async def newcomers_go(world: World) -> None:
    await world.shut("nina")
    await world.shut("paul")


async def two_connections(world: World) -> None:
    await (await world.open("plain-a", "plain")).next("hello")
    ears = await world.open("plain-b", "plain", header=True)
    hello = await ears.next("hello")
    world.notes["resumed"] = hello["data"]["connection_id"] if hello else ""


async def talk(world: World) -> None:
    ears = world.ears["plain-b"]
    ids = [world.matcher.live("⟨ann⟩"), world.matcher.live("⟨plain⟩")]
    await ears.say({"seq": 1, "action": "user_typing", "data": {"channel_id": world.matcher.live("⟨#pubin⟩")}})
    await ears.say({"seq": 2, "action": "ping"})
    await ears.say({"seq": 3, "action": "get_statuses_by_ids", "data": {"user_ids": ids}})
    await ears.say({"seq": 4, "action": "nonsense"})
    await ears.say({"seq": 0, "action": "ping"})
    await ears.settle()
    remember_next(world, "plain-b")
    await world.shut("plain-b")


def remember_next(world: World, name: str) -> None:
    heard = [frame["seq"] for frame in world.ears[name].all if "seq" in frame]
    world.notes["next"] = max(heard, default=world.notes.get("next", 1) - 1) + 1


async def resume(world: World) -> None:
    await reopen(world, "plain-resume", "?connection_id={resumed}&sequence_number={next}")


async def reopen(world: World, name: str, query: str) -> None:
    ears = await world.open(name, "plain", query.format(**world.notes), header=True)
    await ears.settle()


async def resume_no_sequence(world: World) -> None:
    remember_next(world, "plain-resume")
    await world.shut("plain-resume")
    await reopen(world, "plain-resume_no_sequence", "?connection_id={resumed}")


async def resume_far_back(world: World) -> None:
    await reopen(world, "plain-resume_far_back", "?connection_id={resumed}&sequence_number={next}")


async def resume_future(world: World) -> None:
    await world.shut("plain-resume_far_back")
    await reopen(world, "plain-resume_future", "?connection_id={resumed}&sequence_number=9999")


async def resume_unknown(world: World) -> None:
    await world.shut("plain-resume_future")
    await reopen(world, "plain-resume_unknown", "?connection_id=" + "z" * 26 + "&sequence_number=1")


async def resume_empty(world: World) -> None:
    await world.shut("plain-resume_unknown")
    await reopen(world, "plain-resume_empty", "?connection_id=&sequence_number=0")


async def challenge_resume(world: World) -> None:
    await world.shut("plain-resume_empty")
    query = "?connection_id={resumed}&sequence_number=1".format(**world.notes)
    await (await world.open("plain-challenge-resume", "plain", query)).next("hello")
    await world.shut("plain-challenge-resume")
    await (await world.open("plain-late", "plain")).next("hello")
    await world.shut("plain-late")


async def late(world: World) -> None:
    await (await world.open("plain-late", "plain")).next("hello")
    await world.shut("plain-late")
    await world.shut("cleo")


async def revoked_goes(world: World) -> None:
    await world.shut("plain-revoked")


async def again(world: World) -> None:
    await (await world.open("plain-again", "plain")).next("hello")


async def bot_off(world: World) -> None:
    """A disabled bot's sockets stay open and answer no ping: there is no use waiting for one."""
    for name in ("plain", "plain-a"):
        world.ears[name].deaf = True


BEFORE_SOCKETS: dict[str, list[Any]] = {
    "0036": [listeners],
    "0498": [newcomers],
    "0571": [newcomers_go],
    "1134": [bot_off],
}
AFTER_SOCKETS: dict[str, list[Any]] = {
    "0056": [outsiders],
    "1119": [two_connections],
    "1120": [talk],
    "1122": [resume],
    "1123": [resume_no_sequence],
    "1124": [resume_far_back],
    "1125": [resume_future],
    "1126": [resume_unknown],
    "1127": [resume_empty],
    "1128": [challenge_resume],
    "1129": [late],
    "1133": [revoked_goes],
    "1139": [again],
}
