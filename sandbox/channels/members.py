"""The calls about who is in a channel."""

from sandbox.call import OK, Call, created
from sandbox.channels.arrivals import add_to_channel, remove_from_channel
from sandbox.channels.rules import by_type, known_channel, may_read, must
from sandbox.channels.views import member_json
from sandbox.errors import ApiError, forbidden, invalid_body, missing_post, missing_user
from sandbox.ids import is_id
from sandbox.records import Channel, ChannelMember, User
from sandbox.routes import Routes
from sandbox.teams.arrivals import TOWN_SQUARE, missing_team_member

routes = Routes()

MOST_AT_ONCE = 1000


def missing_member() -> ApiError:
    """Make the error of somebody who is not in the channel."""
    return ApiError("app.channel.get_member.missing.app_error", 404)


def _readable(call: Call) -> Channel:
    channel = call.state.channels.get(call.id("channel_id"))
    if channel is None or not may_read(call, channel):
        raise forbidden()
    return channel


@routes.get("/channels/{channel_id}/members")
async def list_members(call: Call) -> object:
    """List a channel's members."""
    channel = _readable(call)
    rows = call.page().cut(sorted(call.state.members_of_channel.rows(channel.id), key=lambda row: row.user_id))
    return [member_json(call.world, row, call.user.id) for row in rows]


@routes.get("/channels/{channel_id}/members/{user_id}")
async def get_member(call: Call) -> object:
    """Return a membership."""
    user_id = call.id("user_id")
    channel = _readable(call)
    member = call.state.member(channel.id, user_id)
    if member is None:
        raise missing_member()
    return member_json(call.world, member, call.user.id)


@routes.post("/channels/{channel_id}/members")
async def add_members(call: Call) -> object:
    """Add one person, or several where the version takes a list."""
    channel = known_channel(call, call.id("channel_id"))
    body = call.body("user_id")
    if call.world.caps.bulk_add and body.has("user_ids"):
        return _add_several(call, channel, body.texts("user_ids"))
    user_id = body.text("user_id")
    if not is_id(user_id):
        raise invalid_body("user_id")
    if body.text("post_root_id"):
        _check_root(call, channel, body.text("post_root_id"))
    member = _add_one(call, channel, user_id)
    return created(member_json(call.world, member, call.user.id))


def _check_root(call: Call, channel: Channel, post_id: str) -> None:
    post = call.state.posts.get(post_id)
    if post is None or post.delete_at:
        raise missing_post()
    if post.channel_id != channel.id:
        raise invalid_body("post_root_id")


def _add_several(call: Call, channel: Channel, user_ids: list[str]) -> object:
    """Add everybody who may be added, without a word about the others; refuse only where nobody may be."""
    if len(user_ids) > MOST_AT_ONCE:
        raise invalid_body("user_ids")
    rows: list[ChannelMember] = []
    problem: ApiError | None = None
    for user_id in user_ids:
        try:
            rows.append(_add_one(call, channel, user_id))
        except ApiError as refusal:
            problem = refusal
    if problem and not rows:
        raise problem
    return created([member_json(call.world, row, call.user.id) for row in rows] or None)


def _add_one(call: Call, channel: Channel, user_id: str) -> ChannelMember:
    if channel.type not in {"O", "P"}:
        raise ApiError("api.channel.add_user_to_channel.type.app_error", 400)
    joins_itself = (
        (user_id == call.user.id or call.world.caps.anybody_adds_to_public)
        and channel.type == "O"
        and call.world.rights.in_team(call.user, channel.team_id, "join_public_channels")
    )
    if not joins_itself:
        must(call, channel, by_type(channel, "manage_{}_channel_members"))
    user = call.state.users.get(user_id)
    if user is None:
        raise missing_user()
    _check_can_be_added(call, channel, user)
    return add_to_channel(call.world, channel, user, call.user)


def _check_can_be_added(call: Call, channel: Channel, user: User) -> None:
    in_team = call.state.team_member(channel.team_id, user.id)
    if in_team is None:
        raise missing_team_member()
    if in_team.delete_at:
        raise ApiError("api.channel.add_user.to.channel.failed.deleted.app_error", 400)
    if user.delete_at and call.world.caps.deactivated_not_added:
        raise ApiError("app.channel.add_member.deleted_user.app_error", 403)


@routes.delete("/channels/{channel_id}/members/{user_id}")
async def remove_member(call: Call) -> object:
    """Take somebody out of a channel, or leave it."""
    channel = known_channel(call, call.id("channel_id"))
    user_id = call.id("user_id")
    if user_id not in call.state.users.rows:
        raise missing_user()
    if channel.type not in {"O", "P"}:
        raise ApiError("api.channel.remove_channel_member.type.app_error", 400)
    if user_id != call.user.id:
        must(call, channel, by_type(channel, "manage_{}_channel_members"))
    if channel.name == TOWN_SQUARE:
        raise ApiError("api.channel.remove.default.app_error", 400)
    member = call.state.member(channel.id, user_id)
    if member is None:
        raise missing_member()
    remove_from_channel(call.world, channel, member, call.user)
    return OK


@routes.get("/users/{user_id}/teams/{team_id}/channels/members")
async def memberships_of_user(call: Call) -> object:
    """List somebody's memberships of a team's channels, and of direct ones."""
    user_id, team_id = call.id("user_id"), call.id("team_id")
    if user_id != call.user.id and not call.world.rights.in_system(call.user, "edit_other_users"):
        raise forbidden()
    rows = call.state.channels_of.rows(user_id)
    here = [row for row in rows if call.state.channels.rows[row.channel_id].team_id in {"", team_id}]
    return [member_json(call.world, row, call.user.id) for row in here]
