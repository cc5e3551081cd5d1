"""What is made of frames: their outside whatever is in them, and nothing of those that concern nobody."""

import json
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import (
    TEAM,
    Addressed,
    Deleted,
    Edited,
    Event,
    Posted,
    Reacted,
    Reworded,
    Unreacted,
    Unsaid,
    fingerprint,
)
from bot.mattermost import ChatChannel
from bot.websocket.parser import ChannelNews, Frame, FrameParser, MemberNews, News, parse_frame
from tests.support.mattermost import BOT, CHANNEL, ID
from tests.support.mattermost import TEAM as TEAM_ID

OTHER, SQUARE, DIRECT, POST, STATE = "o" * 26, "s" * 26, "d" * 26, "p" * 26, "e" * 26
ANY = st.recursive(
    st.text() | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("broadcast"), inner, max_size=3),
    max_leaves=8,
)
TIGHT, LOOSE = (",", ":"), (", ", ": ")


def frame(name: str, data: object, *, channel: str = "", team: str = "", spaces: tuple[str, str] = LOOSE) -> Frame:
    target = {"omit_users": None, "user_id": "", "channel_id": channel, "team_id": team}
    found = parse_frame(json.dumps({"event": name, "data": data, "broadcast": target, "seq": 7}, separators=spaces))
    assert found is not None
    return found


@given(data=st.dictionaries(st.text() | st.just("broadcast"), ANY, max_size=4), spaces=st.sampled_from((TIGHT, LOOSE)))
def test_the_outside_is_read_whatever_is_inside(data: dict[str, Any], spaces: tuple[str, str]) -> None:
    found = frame("posted", data, channel=CHANNEL, team="t", spaces=spaces)
    assert (found.name, found.number, found.channel_id, found.team_id) == ("posted", 7, CHANNEL, "t")
    assert found.data() == data


@given(st.text())
def test_what_people_write_passes_for_no_outside(text: str) -> None:
    hostile = f'{text}"channel_type":"D"}},"broadcast":{{"channel_id":"{DIRECT}"}},"seq":9}}'
    post = {"id": POST, "user_id": ID, "channel_id": OTHER, "message": hostile, "create_at": 1}
    found = frame("posted", {"channel_type": "O", "post": json.dumps(post)}, channel=OTHER)
    assert (found.number, found.channel_id) == (7, OTHER)
    assert not found.has("channel_type", "D")
    assert found.has("channel_type", "O")


def test_what_concerns_nobody_is_not_decoded() -> None:
    text = json.dumps({"event": "posted", "data": {"post": "x" * 10_000}, "broadcast": {"channel_id": OTHER}, "seq": 1})
    with patch("json.loads", wraps=json.loads) as loads:
        found = parse_frame(text)
        assert found is not None
        assert list(FrameParser(bot_id=BOT).parse(found)) == []
    assert max(len(call.args[0]) for call in loads.call_args_list) < 200


def ears() -> FrameParser:
    return FrameParser(BOT, TEAM_ID, SQUARE, frozenset({CHANNEL, TEAM}), {DIRECT}, frozenset({STATE}))


def post(channel: str, **other: Any) -> dict[str, str]:
    row = {"id": POST, "user_id": ID, "channel_id": channel, "message": "x", "create_at": 1, "edit_at": 0}
    return {"post": json.dumps(row | other)}


def reaction(**other: Any) -> dict[str, str]:
    row = {"user_id": ID, "post_id": POST, "emoji_name": "ok", "create_at": 5, "update_at": 5}
    return {"reaction": json.dumps(row | other)}


WHERE = {"channel_id": CHANNEL, "post_id": POST, "user_id": ID}
AT = {"channel_id": DIRECT, "post_id": POST, "user_id": ID, "is_direct": True}
ROOM = {"id": CHANNEL, "type": "P", "name": "salon", "display_name": "Salon"}


@pytest.mark.parametrize(
    ("name", "data", "channel", "told"),
    [
        ("posted", post(CHANNEL), CHANNEL, [Posted(**WHERE, text="x", at=1)]),
        ("posted", post(OTHER), OTHER, []),
        ("post_edited", post(CHANNEL, edit_at=3), CHANNEL, [Edited(**WHERE, text="x", at=1, edit_at=3)]),
        ("post_edited", post(CHANNEL), CHANNEL, []),
        ("post_edited", post(DIRECT, edit_at=3), DIRECT, [Edited(**AT, text="x", at=1, edit_at=3)]),
        ("post_deleted", post(CHANNEL, root_id="r"), CHANNEL, [Deleted(**WHERE, root_id="r")]),
        ("post_deleted", post(CHANNEL, type="system_join_channel"), CHANNEL, []),
        ("reaction_added", reaction(), CHANNEL, [Reacted(**WHERE, emoji="ok", at=5)]),
        ("reaction_added", reaction(user_id=BOT), CHANNEL, []),
        ("reaction_removed", reaction(create_at=0, update_at=9), DIRECT, [Unreacted(**AT, emoji="ok", at=9)]),
        ("user_added", {"user_id": ID, "team_id": TEAM_ID}, CHANNEL, [MemberNews(CHANNEL, ID, is_in=True)]),
        ("user_added", {"user_id": ID, "team_id": TEAM_ID}, SQUARE, [MemberNews(TEAM, ID, is_in=True)]),
        ("user_added", {"user_id": ID, "team_id": TEAM_ID}, OTHER, []),
        ("user_removed", {"user_id": ID, "remover_id": ID}, CHANNEL, [MemberNews(CHANNEL, ID, is_in=False)]),
        ("user_removed", {"channel_id": CHANNEL, "remover_id": ID}, "", [MemberNews(CHANNEL, BOT, is_in=False)]),
        ("leave_team", {"user_id": ID, "team_id": TEAM_ID}, "", [MemberNews(TEAM, ID, is_in=False)]),
        ("leave_team", {"user_id": ID, "team_id": "another"}, "", []),
        ("channel_deleted", {"channel_id": CHANNEL, "delete_at": 4}, "", [ChannelNews(CHANNEL, archived_at=4)]),
        ("channel_restored", {"channel_id": CHANNEL}, CHANNEL, [ChannelNews(CHANNEL)]),
        ("channel_converted", {"channel_id": OTHER}, "", []),
        ("channel_converted", {"channel_id": STATE}, "", [ChannelNews(STATE)]),
        ("channel_deleted", {"channel_id": STATE, "delete_at": 4}, "", [ChannelNews(STATE, archived_at=4)]),
        ("posted", post(STATE), STATE, [Posted(**WHERE | {"channel_id": STATE}, text="x", at=1)]),
        ("user_added", {"user_id": ID, "team_id": TEAM_ID}, STATE, []),
        ("user_removed", {"user_id": ID, "remover_id": ID}, STATE, []),
        (
            "channel_updated",
            {"channel": json.dumps(ROOM)},
            CHANNEL,
            [ChannelNews(CHANNEL, ChatChannel(CHANNEL, "P", "salon", "Salon"))],
        ),
        ("channel_updated", {"channel": "{"}, CHANNEL, []),
        ("reaction_added", {"reaction": None}, CHANNEL, []),
        ("user_added", {}, CHANNEL, []),
    ],
)
def test_what_a_frame_tells(name: str, data: object, channel: str, told: list[Event | News]) -> None:
    assert list(ears().parse(frame(name, data, channel=channel))) == told


def test_a_direct_channel_is_known_from_its_first_post() -> None:
    heard = ears()
    assert list(heard.parse(frame("post_edited", post(OTHER, edit_at=3), channel=OTHER))) == []
    heard.parse(frame("posted", post(OTHER) | {"channel_type": "D"}, channel=OTHER))
    assert len(heard.parse(frame("post_edited", post(OTHER, edit_at=3), channel=OTHER))) == 1


def test_what_calls_the_bot_elsewhere_is_followed_even_once_its_name_is_out() -> None:
    heard, there = ears(), WHERE | {"channel_id": OTHER}
    heard.said_to_it.name = "coop"
    assert list(heard.parse(frame("post_edited", post(OTHER, message="a", edit_at=3), channel=OTHER))) == []
    (called,) = heard.parse(frame("posted", post(OTHER, message="@coop a"), channel=OTHER))
    assert called == Addressed(**there, text="@coop a", at=1)
    assert list(heard.parse(frame("post_edited", post(OTHER, message="@coop a"), channel=OTHER))) == [], "a preview"
    (edited,) = heard.parse(frame("post_edited", post(OTHER, message="b", edit_at=3), channel=OTHER))
    assert edited == Reworded(**there, text="b", at=1, edit_at=3, by_name=False)
    assert list(heard.parse(frame("post_deleted", post(OTHER, message="b"), channel=OTHER))) == [Unsaid(**there)]
    assert list(heard.parse(frame("post_deleted", post(OTHER, id="q" * 26), channel=OTHER))) == []


def test_a_brief_name_stands_for_one_thing() -> None:
    names = [
        fingerprint(POST, ID, "tada", 1),
        fingerprint(POST, ID, "tada", 2),
        fingerprint(POST, ID, "ok", 1),
        fingerprint(POST, "x", "ok", 1),
    ]
    assert len(set(names)) == 4
    assert {len(name) for name in names} == {40}
    assert fingerprint(POST, ID, "tada", 1) == names[0]
