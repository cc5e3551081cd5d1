"""Every call of the sandbox, given junk: an answer or a refusal, never a crash."""

import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.areas import AREAS
from sandbox.routes import Route
from tests.people.api import Api
from tests.support.servers import NOBODY, SandboxTeam, start_sandbox

ENDINGS = ("/logout", "/password", "/active", "/users/{user_id}", "/users/{user_id}/roles")
"""Calls that would shut out those who make the others."""
KNOWN_FAILURES = re.compile(r"^(app|api|model|store|web)\.")
VALUES: tuple[Any, ...] = (None, True, 7, -1, 2**70, 1.5, "", "x", "é\0", NOBODY, "me", [], [None], ["x"], {}, {"x": 1})
LIKELY: dict[str, tuple[Any, ...]] = {
    "props": ({}, {"attachments": 3}, {"attachments": [3, {"fields": 3}, {"actions": 3}, {"actions": [{"id": 3}]}]}),
    "file_ids": ([], ["x"], [NOBODY]),
    "permissions": ([], ["create_post"]),
    "attachments": ([], [{}]),
    "active": (True,),
    "scheme_admin": (True, False),
    "limit": (1, 0, -1),
    "create_at": (1, -5, 2**62),
    "file_size": (0, -1, 5),
    "post": ({}, {"message": "x"}),
    "dialog": ({}, {"elements": 3}, {"elements": [3]}),
    "submission": ({}, {"a": 1}),
}
"""Values of the right type, for the fields that are no texts."""
TEXTS = ("x", "", "O", "P", "@ann #tag", "from:ann on:2026-99-01 -x", "2026-01-01", "@", "👩‍🏫", "x" * 70)
NAMES = """
user_id channel_id team_id post_id root_id message props file_ids emoji_name name display_name type term terms
roles privacy active header purpose username email password login_id token_id description user_ids id url
trigger method command dialog trigger_id state submission post permissions scheme_admin limit text attachments
selected_option cookie query category value status filename file_size pending_post_id create_at locale
"""
FIELDS = tuple(NAMES.split())


def routes() -> Iterator[Route]:
    for area in AREAS:
        yield from area


def path_of(route: Route, here: SandboxTeam, chance: random.Random) -> str:
    """Fill the blanks of a path, mostly with what exists."""
    known = {"user_id": here.ann_id, "channel_id": here.channel_id, "team_id": here.team_id}

    def fill(blank: re.Match[str]) -> str:
        return chance.choice([known.get(blank[1], NOBODY), known.get(blank[1], NOBODY), NOBODY, "me", "x"])

    query = "&".join(
        f"{name}={chance.choice(('', '-1', '0', '7', 'x', NOBODY, '%00'))}" for name in chance.sample(FIELDS, 3)
    )
    pages = chance.choice(["", "page=-1", "per_page=0", "page=99999999999", "since=x", "before=x", "sort=status"])
    return re.sub(r"\{(\w+)\}", fill, route.path) + f"?{pages}&{query}"


def body_of(here: SandboxTeam, chance: random.Random) -> Any:
    """Return something whose types are right half of the time, and whose sense rarely is."""
    ids = {"user_id": here.ann_id, "channel_id": here.channel_id, "team_id": here.team_id}
    if chance.random() < 0.1:
        return chance.choice(VALUES)
    right = chance.random() < 0.5
    chosen = chance.sample(FIELDS, 14)
    body = {name: chance.choice(LIKELY.get(name, TEXTS) if right else VALUES) for name in chosen}
    body["id"] = body["post_id"] = next(iter(here.server.state.posts.rows))
    return body | (ids if chance.random() < 0.6 else {})


async def ask(here: SandboxTeam, who: Api, route: Route, chance: random.Random) -> str:
    """Make one call; return what is wrong with its answer, if anything."""
    url, body = here.server.url + path_of(route, here, chance), body_of(here, chance)
    async with here.session.request(route.method, url, json=body, headers=who.headers) as reply:
        text = await reply.text(errors="replace")
        if reply.status < 500 or (
            reply.content_type == "application/json" and KNOWN_FAILURES.search(str((await reply.json())["id"]))
        ):
            return ""
        return f"{route.method} {url} {body!r}: {reply.status} {text[:200]}"


@pytest.mark.parametrize("version", ["11.2", "5.37"])
async def test_no_call_crashes(version: str) -> None:
    chance = random.Random(537)
    async with start_sandbox(version) as here:
        await here.say("un premier message")
        wrong = [
            problem
            for route in routes()
            for who in (here.ann, here.admin)
            for _ in range(4)
            if not route.path.endswith(ENDINGS) and (problem := await ask(here, who, route, chance))
        ]
        assert not wrong, "\n".join(wrong[:20])
