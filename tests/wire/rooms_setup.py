"""What the recording of the rooms leaves out: people, crowds, uploads, and who connects when."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.wire.captures import Call
from tests.wire.rooms_files import CSV, NOBODY, upload_form
from tests.wire.rooms_outside import BEFORE_OUTSIDE, FULL, is_recorded
from tests.wire.rooms_sockets import AFTER_SOCKETS, BEFORE_SOCKETS
from tests.wire.world import World

CROWD = 205
PEOPLE = {
    "ann": {"first_name": "Anaïs", "last_name": "Lefèvre", "locale": "fr"},
    "ben": {"first_name": "Benoît", "last_name": "Çelik", "locale": "fr"},
    "cleo": {"first_name": "Cléo", "last_name": "Dupont-Martin", "locale": "fr"},
    "dan": {"first_name": "Daniel", "last_name": "Petit", "locale": "fr"},
    "zoe": {"first_name": "Zoé", "last_name": "Noël", "locale": "fr"},
}


def suffix(world: World) -> str:
    """The random end that the names of the recording carry."""
    team = next(call for call in world.recorded.calls if call.name == "0002-team")
    return str(team.body["name"]).removeprefix("rooms")


async def server(world: World) -> None:
    """The recorded servers, but for the last, had these few before the scenario began."""
    world.matcher.bound["⟨admin⟩"] = await world.first_admin()
    if is_recorded(world.recorded):
        world.server.people_max = FULL
        await world.must("admin", "PUT", "/config/patch", {"ServiceSettings": {"EnableLinkPreviews": True}})
        return
    team = await world.must("admin", "POST", "/teams", {"name": "acc", "display_name": "Acc", "type": "O"})
    for name in ("user", "user2"):
        fields = {"first_name": f"First{name}", "last_name": "Last"}
        world.matcher.bound[f"⟨{name}⟩"] = await world.person(name, name, **fields)
        await join(world, team["id"], world.matcher.bound[f"⟨{name}⟩"])
    bot = {"username": "echobot", "display_name": "Echo Bot", "description": "acceptance"}
    made = await world.must("admin", "POST", "/bots", bot)
    world.matcher.bound["⟨echobot⟩"] = made["user_id"]
    await join(world, team["id"], made["user_id"])


async def join(world: World, team: str, user: str) -> None:
    await world.must("admin", "POST", f"/teams/{team}/members", {"team_id": team, "user_id": user})


async def people(world: World) -> None:
    for name, fields in PEOPLE.items():
        world.matcher.bound[f"⟨{name}⟩"] = await world.person(name, name + suffix(world), **fields)
    for name in ("ann", "ben", "dan"):
        await join(world, world.matcher.bound["⟨team rooms⟩"], world.matcher.bound[f"⟨{name}⟩"])


async def crowd(world: World) -> None:
    team = world.matcher.bound["⟨team rooms⟩"]
    members = []
    for number in range(CROWD):
        name = f"crowd{number:03}{suffix(world)}"
        person = {"username": name, "email": f"{name}@example.com", "password": "Wire-secret-1!"}
        user = await world.must("admin", "POST", "/users", {**person, "first_name": "Foule", "last_name": str(number)})
        world.matcher.bound[f"⟨crowd{number:03}⟩"] = user["id"]
        members.append({"team_id": team, "user_id": user["id"]})
    await world.must("admin", "POST", f"/teams/{team}/members/batch", members)


async def bot(world: World, name: str, *steps: str) -> None:
    """Put a bot into the team and give it a token, as far as the recording does not."""
    user = world.matcher.bound[f"⟨{name}⟩"]
    if "team" in steps:
        await join(world, world.matcher.bound["⟨team rooms⟩"], user)
    if "token" in steps:
        made = await world.must("admin", "POST", f"/users/{user}/tokens", {"description": "rooms"})
        world.tokens[name] = made["token"]


async def second_token(world: World) -> None:
    revoke = next(call for call in world.recorded.calls if call.name == "1131-revoke_second_token")
    path = world.matcher.live("/users/⟨plain⟩/tokens")
    made = await world.must("admin", "POST", path, {"description": "second"})
    world.matcher.bound[revoke.body["token_id"]] = made["id"]
    world.tokens["revoked"] = made["token"]
    await world.open("plain-revoked", "revoked")


async def newcomers(world: World) -> None:
    for name in ("nina", "olga", "paul"):
        await world.login(name, name + suffix(world))


async def invitation(world: World) -> None:
    team = await world.must("admin", "GET", world.matcher.live("/teams/⟨team rooms⟩"))
    world.notes["invitation"] = team["invite_id"]


async def off_topic(world: World) -> None:
    """A membership of it shows nothing by which it could be told from others."""
    found = await world.must("ann", "GET", world.matcher.live("/teams/⟨team rooms⟩/channels/name/off-topic"))
    world.matcher.bound["⟨#off-topic⟩"] = found["id"]


BEFORE: dict[str, list[Any]] = {
    "0001": [server],
    "0018": [people],
    "0023": [lambda w: bot(w, "plain", "team", "token")],
    "0025": [lambda w: bot(w, "lead", "team")],
    "0027": [lambda w: bot(w, "lead", "token")],
    "0029": [lambda w: bot(w, "every", "team")],
    "0032": [lambda w: bot(w, "every", "token")],
    "0034": [lambda w: bot(w, "sys", "team")],
    "0036": [lambda w: bot(w, "sys", "token"), crowd, invitation, off_topic],
    "0498": [newcomers],
    "0807": [lambda _: asyncio.sleep(1.1)],  # the limit for edits is one second here
    "1131": [second_token],
}


async def before(world: World, call: Call) -> bool:
    """Do what the recording left out just before a call; tells whether there was anything."""
    steps = [step for table in (BEFORE, BEFORE_SOCKETS, BEFORE_OUTSIDE) for step in table.get(call.name[:4], [])]
    for step in steps:
        await step(world)
    await attachments(world, call)
    return bool(steps)


def has_after(call: Call) -> bool:
    return call.name[:4] in AFTER_SOCKETS


async def after(world: World, call: Call) -> None:
    """Do what the sockets did just after a call."""
    for step in AFTER_SOCKETS.get(call.name[:4], []):
        await step(world)


async def attachments(world: World, call: Call) -> None:
    """Upload the files of a post with many, of which the recording shows two ids."""
    if not call.name[5:].startswith("attach_") or not call.name[12:].split(".")[0].isdigit():
        return
    form = upload_form(world, "⟨#pubin⟩", [(f"f{number}.csv", CSV) for number in range(10)])
    made = await world.must("plain", "POST", "/files", data=form)
    count = int(call.name[12:].split(".")[0])
    ids = [info["id"] for info in made["file_infos"]]
    if count > 10:
        form = upload_form(world, "⟨#pubin⟩", [("f10.csv", CSV)])
        ids += [info["id"] for info in (await world.must("plain", "POST", "/files", data=form))["file_infos"]]
    world.notes["files"] = ids[:count]
    world.matcher.bound |= dict(zip(call.body["file_ids"][:2], ids, strict=False))


def body_of(world: World, call: Call) -> Any:
    """The body of a call here, with what the recording cut away."""
    title = call.name[5:].split(".")[0]
    if call.body is None:
        return None
    body = world.matcher.live(call.body)
    if title.startswith("attach_") and title[7:].isdigit():
        body["file_ids"] = world.notes["files"]
    if title == "public_by_ids":
        body += [world.matcher.live("⟨#pubin⟩"), NOBODY]
    if title == "add_bulk_partly_bad":
        body["user_ids"] += [world.matcher.live("⟨dan⟩"), NOBODY]
    if title == "users_ids":
        body += [world.matcher.live("⟨dan⟩"), world.matcher.live("⟨lead⟩"), NOBODY]
    if title == "search_posts_date":
        here = datetime.now(UTC) + timedelta(seconds=body["time_zone_offset"])
        body["terms"] = f"on:{here:%Y-%m-%d} " + body["terms"].split()[1]
    return body


def path_of(world: World, call: Call) -> str:
    path = call.path.replace("⟨*⟩", str(world.notes.get("invitation", "")))
    title = call.name[5:].split(".")[0]
    if title.startswith("permalink"):
        path = "/" + path
    path = str(world.matcher.live(path))
    if title == "users_ids_since":
        after_all = len(call.reply) == 1  # before anybody was made, in the other recordings
        return path.split("=")[0] + f"={world.notes['sockets open'] if after_all else 1}"
    if title == "posts_since":  # just before the first of them
        return path.split("=")[0] + f"={world.notes['0936']['create_at'] - 1}"
    if title == "posts_since_future":
        return path.split("=")[0] + f"={world.notes['0936']['create_at'] + 86_400_000}"
    return path
