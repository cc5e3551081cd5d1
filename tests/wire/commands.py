"""Replay the scenario of the commands: slash commands, dialogs, buttons, hooks, and what a bot is sent."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from tests.wire.captures import Call, scenario
from tests.wire.integration import RECORDED, Integration
from tests.wire.match import Matcher
from tests.wire.names import Unbound
from tests.wire.world import SERVER, SETTINGS, Answer, World, decoded

LISTENERS = ("user", "user2", "bot")
WINDOW = 24  # frames of different threads of the recorded server may have overtaken each other
SAID_LAST = ("user_typing", "get_statuses", "nonsense")


class Replay:
    """The state of one replay: the world, the integration, and the frames still to be heard."""

    def __init__(self, version: str) -> None:
        self.world = World(scenario(version, "commands"))
        self.integration = Integration(self.world.recorded.sent, self.follow_up)
        self.frames = {
            name: [
                (number, frame)
                for number, frame in enumerate(self.world.recorded.frames, 1)
                if frame.actor == name and frame.way == "in"
            ]
            for name in LISTENERS
        }

    async def follow_up(self, step: dict[str, Any]) -> None:
        """What the recorded integration asked of the server by itself (open a dialog, use a response_url)."""
        matcher = self.world.matcher
        if self.late:
            self.world.server.triggers.skip(4000)
        path = step["path"].removeprefix("/api/v4") if step["path"].startswith("/api") else "/" + step["path"]
        answer = await self.world.send("anon", "POST", matcher.live(path), matcher.live(step["body"]))
        found = matcher.differences(step["status"], answer.status, "status")
        expected = step["text"]
        if isinstance(expected, dict):
            expected = next(iter(expected.values()))
        expected = {"id": expected["id"]} if step["status"] >= 400 else expected
        found += matcher.differences(expected, answer.reply, "reply")
        self.world.check(f"then {path.split('/')[1] or 'hooks'} {self.call.name}", found)

    async def run(self) -> dict[str, list[str]]:
        await self.integration.start()
        await self.world.start()
        self.world.matcher = Matcher({SERVER: self.world.server.url, RECORDED: self.integration.url})
        self.integration.matcher = self.world.matcher
        self.set_up_as_recorded()
        try:
            for call in self.world.recorded.calls:
                self.call = call
                await self.one(call)
            await self.say_last()
        finally:
            await self.world.stop()
            await self.integration.stop()
        self.finish()
        return self.world.results

    def set_up_as_recorded(self) -> None:
        """The recorded servers had these settings before the first call."""
        told = next(call for call in self.world.recorded.calls if call.path.startswith("/config/client")).reply
        self.world.server.config.set("TeamSettings", "SiteName", told["SiteName"])
        if "SiteURL" not in told:
            self.world.server.config.set("ServiceSettings", "SiteURL", "")

    async def one(self, call: Call) -> None:
        self.late = call.body is not None and "dialoglate" in str(call.body)
        try:
            for step in BEFORE.get(call.name[:4], []):
                await step(self)
                await self.world.settle()
                self.check_heard()
            answer = await self.ask(call)
            self.world.check(call.name, self.compare(call, answer))
            self.keep_token(call, answer)
        except (Unbound, AssertionError) as problem:
            self.world.check(call.name, [f"not possible: {problem!r}"])
        await self.integration.settle()
        await self.world.settle()
        self.check_heard()

    async def ask(self, call: Call) -> Answer:
        path, body = self.world.matcher.live(call.path), call.body
        # Only the integration that was recorded as too slow is given up soon.
        self.world.server.integrations.timeout = 0.5 if call.name.startswith("0232") else None
        if body == "<multipart or form>":
            form = aiohttp.FormData()
            form.add_field("channel_id", self.world.matcher.live(self.pub()))
            form.add_field("files", b"id,v\n1,2\n", filename="résults.csv")
            return await self.world.send(call.actor, call.method, path, data=form)
        return await self.world.send(call.actor, call.method, path, self.world.matcher.live(body))

    def pub(self) -> str:
        """The name of the public channel."""
        return str(next(call for call in self.world.recorded.calls if call.name[:4] == "0200").body["channel_id"])

    def keep_token(self, call: Call, answer: Answer) -> None:
        """Remember the tokens of logins and of bots."""
        if answer.token:
            self.world.tokens[answer.reply["username"]] = answer.token
        if call.path.endswith("/tokens") and answer.status == 200:
            actor = {"acc token": "bot", "t": "bot2", "t2": "bot2"}.get(answer.reply["description"], "")
            self.world.tokens[actor] = answer.reply["token"]

    def compare(self, call: Call, answer: Answer) -> list[str]:
        matcher = self.world.matcher
        found = matcher.differences(call.status, answer.status, "status")
        if found and isinstance(answer.reply, dict) and "id" in answer.reply:
            found.append(f"answered: {answer.reply.get('id')}")
        if call.type != answer.type:
            found.append(f"type: expected {call.type}, got {answer.type}")
        expected = call.text if call.reply is None and call.text is not None else call.reply
        if isinstance(expected, str) and expected and not isinstance(answer.reply, str):
            expected = decoded(expected.encode())
        if expected is None:
            return found if answer.reply in (None, "") else [*found, f"unexpected {answer.reply}"]
        return found + matcher.answered(expected, answer.reply, True)

    # ---- frames

    def check_heard(self) -> None:
        for name in LISTENERS:
            ears = self.world.ears.get(name)
            for frame in ears.take() if ears else []:
                self.check_frame(name, frame)

    def check_frame(self, name: str, got: dict[str, Any]) -> None:
        """Find the heard frame among the next ones recorded for this listener."""
        nearest: list[str] = []
        for entry in self.frames[name][:WINDOW]:
            number, frame = entry
            kind = frame.frame.get("event")
            if kind != got.get("event"):
                continue
            expected = {key: item for key, item in frame.frame.items() if key != "seq"}
            heard = {key: item for key, item in got.items() if key != "seq"}
            found = self.world.matcher.differences(expected, heard, "", True)
            if not found:
                self.world.check(f"frame {name} {number} {kind or 'reply'}", [])
                self.frames[name].remove(entry)
                return
            nearest = nearest if nearest and len(nearest) <= len(found) else found
        self.world.check(
            f"frame {name} unexpected {self.call.name} {got.get('event')}",
            nearest or [f"unexpected {json.dumps(got)[:300]}"],
        )

    async def say_last(self) -> None:
        """What the recorded client said at the end."""
        said = [frame.frame for frame in self.world.recorded.frames if frame.way == "out"]
        for message in said:
            if message["action"] in SAID_LAST:
                await self.world.ears["user"].say(self.world.matcher.live(message))
        await self.world.settle()
        self.check_heard()

    def finish(self) -> None:
        """What was never heard and never sent; and what was sent, by its own name."""
        for name in LISTENERS:
            for number, frame in self.frames[name]:
                kind = frame.frame.get("event", "reply")
                self.world.check(f"frame {name} {number} {kind}", ["never heard"])
        for name, found in self.integration.checked.items():
            self.world.check(f"sent {name}", found)
        for sent in self.integration.left:
            self.world.check(f"sent {sent.name}", ["never sent"])


async def replay(version: str) -> dict[str, list[str]]:
    """Return what differs, by name of the capture, for every capture of the scenario."""
    return await Replay(version).run()


# ---- what the recording leaves out

Step = Callable[[Replay], Awaitable[None]]


async def settings(replay: Replay) -> None:
    await replay.world.must("admin", "PUT", "/config/patch", SETTINGS)


async def connect(replay: Replay) -> None:
    for name in LISTENERS:
        ears = await replay.world.open(name, name)
        await ears.next("status_change")


def execute(text: str) -> Step:
    async def step(replay: Replay) -> None:
        pub = next(call for call in replay.world.recorded.calls if call.path == "/commands/execute")
        await replay.world.must(
            "user", "POST", "/commands/execute", {**replay.world.matcher.live(pub.body), "command": text}
        )

    return step


async def ephemeral(replay: Replay) -> None:
    """bot2 tries again, now as a system admin, what it was refused before."""
    refused = next(call for call in replay.world.recorded.calls if call.name.startswith("0145"))
    body = replay.world.matcher.live(refused.body)
    body["post"]["message"] = "eph by bot2 system_admin"
    await replay.world.must("bot2", "POST", "/posts/ephemeral", body)


async def long_posts(replay: Replay) -> None:
    """Posts at the limits, as long as the recorded frames say."""
    channel = replay.world.matcher.live(next(c for c in replay.world.recorded.calls if c.name[:4] == "0185").body)
    for frame in replay.world.recorded.frames:
        post = frame.frame.get("data", {}).get("post", {}).get("⟨json⟩", {})
        if frame.actor == "bot" and (post.get("message", "").startswith("xxxx") or post.get("message") == "p"):
            live = replay.world.matcher.live({key: post[key] for key in ("message", "props")})
            await replay.world.must("bot", "POST", "/posts", {**channel, **live})


BEFORE: dict[str, list[Step]] = {
    "0018": [settings],
    "0042": [connect],
    "0053": [execute("/echo2 ephemeral")],
    "0066": [execute("/echo2 long")],
    "0150": [ephemeral],
    "0155": [execute("/echo2 ephemeral")],
    "0185": [long_posts],
}
