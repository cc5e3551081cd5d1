"""The calls that the recording of the rooms leaves out, though it kept the frames that they caused."""

from tests.wire.captures import Call

BOTS = ("plain", "lead", "every", "sys")
UNKNOWN = 0
"""The status of a call whose answer was not recorded: it has to succeed."""


def _add(number: int, name: str, actor: str, channel: str, user: str) -> Call:
    body = {"user_id": f"⟨{user}⟩"}
    return Call(f"{number:04}-{name}", actor, "POST", f"/channels/⟨#{channel}⟩/members", UNKNOWN, body)


def _remove(number: int, name: str, actor: str, channel: str, user: str) -> Call:
    return Call(f"{number:04}-{name}", actor, "DELETE", f"/channels/⟨#{channel}⟩/members/⟨{user}⟩", UNKNOWN)


def _room(number: int, name: str, channel: str, *users: str) -> list[Call]:
    return [_add(place, f"{name}_add_{user}", "ann", channel, user) for place, user in enumerate(users, number)]


def _broken_team() -> list[Call]:
    members = "/teams/⟨team brk⟩/members"
    calls = [
        Call(
            f"{number:04}-brk_add_{user}",
            "admin",
            "POST",
            members,
            UNKNOWN,
            {"team_id": "⟨team brk⟩", "user_id": f"⟨{user}⟩"},
        )
        for number, user in enumerate(("ben", "plain", "lead"), 314)
    ]
    roles = {"scheme_admin": True, "scheme_user": True}
    path = f"{members}/⟨lead⟩/schemeRoles"
    return [*calls, Call("0317-brk_team_admin_lead", "admin", "PUT", path, UNKNOWN, roles)]


def _pages() -> list[Call]:
    return [
        Call(
            f"{number + 936:04}-page_seed.plain",
            "plain",
            "POST",
            "/posts",
            UNKNOWN,
            {"channel_id": "⟨#pages⟩", "message": f"m{number}"},
        )
        for number in range(7)
    ]


LEFT_OUT: list[Call] = [
    *_room(41, "room_pubin", "pubin", "ben", *BOTS),
    *_room(47, "room_privin", "privin", "ben", *BOTS),
    *_room(267, "make_conv1", "conv1", "ben", "plain", "lead"),
    *_room(281, "make_arch1", "arch1", "ben", "plain"),
    *_room(284, "make_arch2", "arch2", "ben", "plain"),
    *_broken_team(),
    _add(420, "person_adds_private.ann", "ann", "privin", "admin"),
    _remove(421, "person_removes_private.ben", "ben", "privin", "admin"),
    _remove(422, "person_removes_bot_private.ben", "ben", "privin", "plain"),
    _add(423, "person_adds_bot_private.ben", "ben", "privin", "plain"),
    _remove(424, "person_removes_creator.ben", "ben", "privin", "ann"),
    _remove(426, "person_removes_creator_bot.ben", "ben", "landes", "plain"),
    _add(428, "person_adds_creator_bot_back.ben", "ben", "landes", "plain"),
    _remove(433, "person_leaves.ben", "ben", "pubin", "ben"),
    _add(434, "person_joins.ben", "ben", "pubin", "ben"),
    *_pages(),
]
