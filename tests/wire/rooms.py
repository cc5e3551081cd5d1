"""Replay the scenario of the rooms: channels, membership, people, posts, files and sockets."""

import asyncio
import json
from collections import Counter
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from sandbox import websocket
from tests.wire.captures import Call, Frame, scenario
from tests.wire.names import Unbound
from tests.wire.rooms_files import form_of
from tests.wire.rooms_left_out import LEFT_OUT, UNKNOWN
from tests.wire.rooms_outside import left_out
from tests.wire.rooms_setup import after, before, body_of, has_after, path_of
from tests.wire.world import Answer, World

TIMELESS = {"hello", "reply", "status_change"}
"""Frames of connecting: they come when they come, so they belong to no call."""
ALWAYS_THE_SAME = {
    *("channel_display_name", "channel_name", "channel_type", "sender_name", "set_online", "team_id"),
}
ANY_ORDER = ("/users/ids", "/users/usernames", "/users/status/ids")
"""Answers in the order of the database, even where the few names recorded happen to be sorted."""
OTHERS_DIRECT = ("0728", "0735")
"""Posts in the direct channel of two others: one of the two is mentioned, whose id comes first."""
RACE = ("1062", "1063", "1064", "1065")
SHORTLY = 1.0
"""Seconds after which a socket that does not say whose it is is closed; recorded servers take five."""
CLOSED_BY_SERVER = {"plain-resume_no_sequence", "plain-bad_challenge", "plain-bad_header", "plain-no_auth"}


async def replay(version: str) -> dict[str, list[str]]:
    """Return what differs, by name of the capture, for every capture of the scenario."""
    world = World(scenario(version, "rooms"))
    await world.start()
    for call in world.recorded.calls:
        world.matcher.learn_shapes(call.reply)
    try:
        calls = [*world.recorded.calls, *LEFT_OUT, *left_out(world.recorded)]
        with patch.object(websocket, "UNAUTHENTICATED_FOR", SHORTLY):
            for call in sorted(calls, key=lambda call: call.name[:4]):
                await one(world, call)
        check_connecting(world)
    finally:
        await world.stop()
    return world.results


async def one(world: World, call: Call) -> None:
    """Make one call and compare its answer and all that was heard of it."""
    try:
        if await before(world, call):
            await world.settle()
        for ears in world.ears.values():
            ears.take()
        await answered(world, call)
        if has_after(call):
            await world.settle()
            await after(world, call)
    except (Unbound, AssertionError) as problem:
        world.check(call.name, [f"not possible: {problem!r}"])
    await world.settle()
    heard = {name: ears.take() for name, ears in world.ears.items()}
    check_events(world, call, heard)
    check_frames(world, call, heard)


async def answered(world: World, call: Call) -> None:
    if call.name.startswith(RACE):
        await race(world, call)
        return
    if call.status == UNKNOWN:
        body = world.matcher.live(call.body)
        reply = await world.must(call.actor, call.method, world.matcher.live(call.path), body)
        world.notes[call.name[:4]] = reply
        if call.reply:
            world.matcher.answered(call.reply, reply)  # what is new in it has a name from now on
        return
    world.check(call.name, compare(world, call, await ask(world, call)))


async def ask(world: World, call: Call) -> Answer:
    if call.name.startswith("1133"):
        return await world.send("revoked", call.method, path_of(world, call))
    if call.body == "<multipart or form>":
        return await world.send(call.actor, call.method, path_of(world, call), data=form_of(world, call))
    body = body_of(world, call)
    if call.path.startswith("/files?"):
        kind = {"Content-Type": "application/octet-stream"}
        return await world.send(call.actor, call.method, path_of(world, call), body, headers=kind)
    return await world.send(call.actor, call.method, path_of(world, call), body)


async def race(world: World, call: Call) -> None:
    """The four calls of the race at once, in place of the first: the one that won when it was recorded comes first,
    and is not saved before the three others are refused."""
    if not call.name.startswith(RACE[0]):
        return
    calls = [other for other in world.recorded.calls if other.name.startswith(RACE)]
    winner, *others = sorted(calls, key=lambda other: other.status)
    begun, refused = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        begun.set()
        await refused.wait()

    with patch.object(world.server.pending, "saved", hold):
        won = asyncio.create_task(ask(world, winner))
        await begun.wait()
        answers = await asyncio.gather(*(ask(world, other) for other in others))
        refused.set()
        answers.insert(0, await won)
    for other, answer in zip([winner, *others], answers, strict=True):
        reply = {key: item for key, item in answer.reply.items() if key != "message"}
        expected = {key: item for key, item in other.reply.items() if key != "message"}
        found = [] if other.status == answer.status else [f"status: expected {other.status}, got {answer.status}"]
        world.check(other.name, found + world.matcher.differences(expected, reply))


def compare(world: World, call: Call, answer: Answer) -> list[str]:
    found = [] if call.status == answer.status else [f"status: expected {call.status}, got {answer.status}"]
    if found and isinstance(answer.reply, dict) and "id" in answer.reply:
        found.append(f"answered: {answer.reply.get('id')}")
    expected = call.text if call.reply is None and call.text is not None else call.reply
    if expected == "(left out)":
        return found
    if expected in ("null", "null\n") and answer.reply is None:
        return found
    if isinstance(expected, str) and isinstance(answer.reply, list | dict):
        return [*found, f"expected the text {expected[:60]!r}"]
    world.matcher.sorted = not call.path.startswith(ANY_ORDER)
    return found + world.matcher.answered(expected, answer.reply)


def check_events(world: World, call: Call, heard: dict[str, list[dict[str, Any]]]) -> None:
    """Who heard what because of this call."""
    got: dict[str, set[str]] = {}
    for name, frames in heard.items():
        for frame in frames:
            if "event" in frame and frame["event"] not in TIMELESS:
                got.setdefault(frame["event"], set()).add(name)
    if call.status == UNKNOWN:
        return
    expected = {event: set(to.split()) for event, to in call.events.items() if event not in TIMELESS}
    if call.name.startswith(RACE):
        expected, got = {}, {}  # heard by all after the last of the four; compared by check_frames
    for event in sorted(set(expected) | set(got)):
        want, have = expected.get(event, set()), got.get(event, set())
        if want != have:
            who = f"expected {' '.join(sorted(want)) or 'nobody'}, got {' '.join(sorted(have)) or 'nobody'}"
            world.check(call.name, [f"heard {event}: {who}"])


def check_frames(world: World, call: Call, heard: dict[str, list[dict[str, Any]]]) -> None:
    """The recorded frames of this call, each with every receiver."""
    if call.name.startswith(RACE[1:]):
        return  # compared with those of the first of the race
    numbers: Counter[str] = Counter()
    causes = RACE if call.name.startswith(RACE[0]) else (call.name[:4],)
    for frame in (frame for cause in causes for frame in world.frames_after.get(cause, [])):
        if frame.event in TIMELESS | {"out"} or "raw" in frame.frame:
            continue
        numbers[frame.event] += 1
        name = f"{frame.after}#{frame.event}{numbers[frame.event]}"
        for to in frame.to.split():
            found = best(world, frame, heard.get(to, []))
            world.check(name, [f"to {to}: {difference}" for difference in found])


def best(world: World, frame: Frame, candidates: list[dict[str, Any]]) -> list[str]:
    """Compare a recorded frame with those heard; the nearest one tells what differs."""
    same_kind = [other for other in candidates if other.get("event", "reply") == frame.event]
    found = [f"no {frame.event} was heard"]
    for other in same_kind:
        differences = compare_frame(world, frame, other)
        if not differences:
            candidates.remove(other)
            return []
        if found[0].startswith("no ") or len(differences) < len(found):
            found = differences
    return found


def best_of_all(world: World, frame: Frame, to: str) -> list[str]:
    """The same of all sockets of a name; the frame is taken out of what the first one heard that it fits."""
    tried: list[list[str]] = []
    for heard in world.all_heard(to):
        tried.append(best(world, frame, heard))
        if not tried[-1]:
            break
    return min(tried, key=len, default=["no such socket"])


def compare_frame(world: World, frame: Frame, other: dict[str, Any]) -> list[str]:
    if frame.after.startswith(OTHERS_DIRECT):
        frame = replace(frame, frame={**frame.frame, "data": without_mentions(frame.frame["data"])})
        other = {**other, "data": without_mentions(other["data"])}
    whole = "seq" in frame.frame or "seq_reply" in frame.frame or "status" in frame.frame
    if not whole:
        return world.matcher.differences(frame.frame, shortened(frame.frame, other))
    expected = {key: item for key, item in frame.frame.items() if key != "seq"}
    return world.matcher.differences(expected, {key: other[key] for key in other if key != "seq"}, "", True)


def without_mentions(data: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in data.items() if key != "mentions"}


def shortened(expected: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a heard frame what the recording leaves out of all but the first of their kind."""
    data = dict(other.get("data") or {})
    if isinstance(data.get("post"), str):
        for name in ALWAYS_THE_SAME - set(expected["data"]):
            data.pop(name, None)
        post = json.loads(data["post"])
        for name in (
            "channel_id",
            "metadata",
            "hashtags",
            "parent_id",
            "has_reactions",
        ):  # the first is told by the broadcast
            if name not in expected["data"].get("post", {}):
                post.pop(name, None)
        data["post"] = post
    return {"data": data, "broadcast": other.get("broadcast")}


def check_connecting(world: World) -> None:
    """Frames of connecting, and sockets that the server closes, wherever they came in the scenario."""
    numbers: Counter[str] = Counter()
    for frame in world.recorded.frames:
        numbers[frame.event] += 1
        name = f"{frame.event} {numbers[frame.event]} {frame.to}"
        if frame.event in TIMELESS:
            for to in frame.to.split():
                world.check(name, best_of_all(world, frame, to))
        if frame.event == "closed" and frame.to in CLOSED_BY_SERVER:
            ears = world.ears.get(frame.to)
            world.check(name, [] if ears and ears.deaf else [f"{frame.to} is still open"])
