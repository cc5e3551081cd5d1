"""What a channel may be called, and who may see it."""

import re

from sandbox.call import Call
from sandbox.errors import ApiError, forbidden, missing_channel
from sandbox.records import Channel
from sandbox.versions import Capabilities

ONE_LETTER = re.compile(r"[a-z0-9]+([a-z\-_0-9]+|(__)?)[a-z0-9]*")
TWO_LETTERS = re.compile(r"[a-z0-9]+([a-z\-_0-9]+|(__)?)[a-z0-9]+")
HEXADECIMAL = re.compile(r"[0-9a-f]{40}")
DIRECT = re.compile(r"[a-z0-9]{26}__[a-z0-9]{26}")

LONGEST_NAME = 64
LONGEST_DISPLAY_NAME = 64
LONGEST_HEADER = 1024
LONGEST_PURPOSE = 250


def check_channel(caps: Capabilities, channel: Channel) -> None:
    """Refuse a channel whose fields break the rules."""
    if len(channel.display_name) > LONGEST_DISPLAY_NAME:
        raise ApiError("model.channel.is_valid.display_name.app_error", 400)
    _check_name(caps, channel.name)
    if channel.type not in {"O", "P", "D", "G"}:
        raise ApiError("model.channel.is_valid.type.app_error", 400)
    if len(channel.header) > LONGEST_HEADER:
        raise ApiError("model.channel.is_valid.header.app_error", 400)
    if len(channel.purpose) > LONGEST_PURPOSE:
        raise ApiError("model.channel.is_valid.purpose.app_error", 400)
    if channel.type in {"O", "P"} and DIRECT.fullmatch(channel.name):
        raise ApiError("model.channel.is_valid.name.app_error", 400)


def is_identifier(caps: Capabilities, name: str) -> bool:
    """Tell whether a name has the form of a channel's: others are not even looked up."""
    return bool((ONE_LETTER if caps.one_letter_channel_names else TWO_LETTERS).fullmatch(name))


def _check_name(caps: Capabilities, name: str) -> None:
    if caps.one_letter_channel_names:
        if not is_identifier(caps, name):
            raise ApiError("model.channel.is_valid.1_or_more.app_error", 400)
        if HEXADECIMAL.fullmatch(name):
            raise ApiError("model.channel.is_valid.name.app_error", 400)
    elif not is_identifier(caps, name):
        raise ApiError("model.channel.is_valid.2_or_more.app_error", 400)


def known_channel(call: Call, channel_id: str) -> Channel:
    """Return a channel, or say that there is none."""
    channel = call.state.channels.get(channel_id)
    if channel is None:
        raise missing_channel()
    return channel


def may_see(call: Call, channel: Channel) -> bool:
    """Tell whether the caller may know of a channel: public ones of one's teams, else one's own."""
    if channel.type == "O":
        return call.world.rights.in_team(call.user, channel.team_id, "read_public_channel") or may_read(call, channel)
    return may_read(call, channel)


def may_read(call: Call, channel: Channel) -> bool:
    """Tell whether the caller is in a channel, or is system admin."""
    return call.world.rights.in_channel(call.user, channel, "read_channel")


def may_read_posts(call: Call, channel: Channel) -> bool:
    """Tell whether the caller may read a channel's posts: on new servers public ones without being in them."""
    if may_read(call, channel):
        return True
    everybody = channel.type == "O" and call.world.caps.public_posts_for_team
    return everybody and call.world.rights.in_team(call.user, channel.team_id, "read_public_channel")


def by_type(channel: Channel, right: str) -> str:
    """Return the name of a right that differs between public and private channels."""
    return right.format("public" if channel.type == "O" else "private")


def must(call: Call, channel: Channel, right: str) -> None:
    """Refuse the caller who lacks a right in a channel."""
    if not call.world.rights.in_channel(call.user, channel, right):
        raise forbidden()
