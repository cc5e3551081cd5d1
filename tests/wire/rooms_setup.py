"""What the recording of the rooms leaves out: people, crowds, uploads, and who connects when."""

from datetime import UTC, datetime
from typing import Any

from tests.wire.captures import Call
from tests.wire.rooms_files import CSV, NOBODY, upload_form
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
    """The recorded server had these few before the scenario began."""
    world.matcher.bound["⟨admin⟩"] = await world.first_admin()
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


async def members(world: World, actor: str, channel: str, *names: str) -> None:
    for name in names:
        path = world.matcher.live(f"/channels/⟨{channel}⟩/members")
        await world.must(actor, "POST", path, {"user_id": world.matcher.live(f"⟨{name}⟩")})


async def leave(world: World, actor: str, channel: str, name: str) -> None:
    await world.must(actor, "DELETE", world.matcher.live(f"/channels/⟨{channel}⟩/members/⟨{name}⟩"))


async def broken_team(world: World) -> None:
    team = world.matcher.live("⟨team brk⟩")
    for name in ("ben", "lead", "plain"):
        await join(world, team, world.matcher.live(f"⟨{name}⟩"))
    path = world.matcher.live("/teams/⟨team brk⟩/members/⟨lead⟩/schemeRoles")
    await world.must("admin", "PUT", path, {"scheme_admin": True, "scheme_user": True})


async def creators_out(world: World) -> None:
    await leave(world, "plain", "#privin", "ann")


async def creator_bot_out(world: World) -> None:
    await leave(world, "ann", "#landes", "plain")


async def creator_bot_back(world: World) -> None:
    await members(world, "ann", "#landes", "plain")


async def pages(world: World) -> None:
    """Seven posts, whose recorded ids are found by their texts in what was read later."""
    recorded = {text: name for call in world.recorded.calls[-250:] for text, name in posts_in(call.reply)}
    edited = next(call for call in world.recorded.calls if call.name == "0943-page_edit")
    deleted = next(call for call in world.recorded.calls if call.name == "0944-page_delete")
    recorded["m1"] = edited.path.split("/")[2]
    for number in range(7):
        body = {"channel_id": world.matcher.live("⟨#pages⟩"), "message": f"m{number}"}
        post = await world.must("plain", "POST", "/posts", body)
        name = recorded.get(f"m{number}", deleted.path.split("/")[2])
        world.matcher.bound[name] = post["id"]
        world.notes[f"page {number}"] = post["create_at"]


def posts_in(reply: Any) -> list[tuple[str, str]]:
    if not isinstance(reply, dict) or not isinstance(reply.get("posts"), dict):
        return []
    posts = [post for post in reply["posts"].values() if isinstance(post, dict)]
    return [(post["message"], post["id"]) for post in posts if len(post.get("message", "")) == 2]


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


BOTS = ("plain", "lead", "every", "sys")
BEFORE: dict[str, list[Any]] = {
    "0001": [server],
    "0005": [],
    "0018": [people],
    "0023": [lambda w: bot(w, "plain", "team", "token")],
    "0025": [lambda w: bot(w, "lead", "team")],
    "0027": [lambda w: bot(w, "lead", "token")],
    "0029": [lambda w: bot(w, "every", "team")],
    "0032": [lambda w: bot(w, "every", "token")],
    "0034": [lambda w: bot(w, "sys", "team")],
    "0036": [lambda w: bot(w, "sys", "token"), crowd, invitation],
    "0046": [lambda w: members(w, "ann", "#pubin", "ben", *BOTS)],
    "0052": [lambda w: members(w, "ann", "#privin", "ben", *BOTS)],
    "0270": [lambda w: members(w, "ann", "#conv1", "ben", "plain", "lead")],
    "0283": [lambda w: members(w, "ann", "#arch1", "ben", "plain")],
    "0286": [lambda w: members(w, "ann", "#arch2", "ben", "plain")],
    "0318": [broken_team],
    "0425": [creators_out],
    "0427": [creator_bot_out],
    "0429": [creator_bot_back],
    "0498": [newcomers],
    "0943": [pages],
    "1131": [second_token],
}


async def before(world: World, call: Call) -> None:
    """Do what the recording left out just before a call."""
    for table in (BEFORE, BEFORE_SOCKETS):
        for step in table.get(call.name[:4], []):
            await step(world)
    await attachments(world, call)


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
        body["terms"] = "on:" + f"{datetime.now(UTC):%Y-%m-%d}" + " " + body["terms"].split()[1]
    return body


def path_of(world: World, call: Call) -> str:
    path = call.path.replace("⟨*⟩", str(world.notes.get("invitation", "")))
    title = call.name[5:].split(".")[0]
    if title.startswith("permalink"):
        path = "/" + path
    path = str(world.matcher.live(path))
    if title == "users_ids_since":
        return path.split("=")[0] + f"={world.notes['sockets open']}"
    if title == "posts_since":
        return path.split("=")[0] + f"={world.notes['page 0']}"
    if title == "posts_since_future":
        return path.split("=")[0] + f"={world.notes['page 0'] + 86_400_000}"
    return path
