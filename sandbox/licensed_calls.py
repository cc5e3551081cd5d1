"""Calls that need a licence: they exist, and refuse; only groups are answered, by a server that was given some."""

from dataclasses import asdict

from sandbox.call import Call
from sandbox.errors import ApiError
from sandbox.routes import Routes

routes = Routes()

# Ids and statuses: what the source of 11.6 answers without a licence.
SCHEDULED = ApiError("api.scheduled_posts.license_error", 400)
FLAGGING = ApiError("api.data_spillage.error.license", 501)
UNLICENSED = ApiError("api.license_error", 501)
ATTRIBUTES = ApiError("api.custom_profile_attributes.license_error", 403)


@routes.post("/posts/schedule")
async def schedule_post(call: Call) -> object:
    """Refuse to post later."""
    call.only_if(call.world.caps.schedules_posts)
    raise SCHEDULED


@routes.get("/posts/scheduled/team/{team_id}")
async def list_scheduled(call: Call) -> object:
    """Refuse to list scheduled posts."""
    call.only_if(call.world.caps.schedules_posts)
    raise SCHEDULED


@routes.post("/content_flagging/post/{post_id}/flag")
async def flag_post(call: Call) -> object:
    """Refuse to flag a post for review."""
    call.only_if(call.world.caps.flags_content)
    raise FLAGGING


@routes.get("/content_flagging/flag/config")
async def flag_config(call: Call) -> object:
    """Refuse to tell the settings of flagged posts."""
    call.only_if(call.world.caps.flags_content)
    raise FLAGGING


@routes.get("/custom_profile_attributes/fields")
async def profile_fields(call: Call) -> object:
    """Refuse to list custom profile fields."""
    call.only_if(call.world.caps.profile_attributes)
    raise ATTRIBUTES


@routes.get("/users/{user_id}/custom_profile_attributes")
async def profile_values(call: Call) -> object:
    """Refuse to list somebody’s custom profile values."""
    call.only_if(call.world.caps.profile_attributes)
    raise ATTRIBUTES


@routes.get("/groups")
async def list_groups(call: Call) -> object:
    """Return the groups that the caller may see: those that can be mentioned; to an administrator, all."""
    if call.world.groups is None:
        raise UNLICENSED
    member, sees_all = call.query("filter_has_member"), call.world.rights.is_admin(call.user)
    found = [
        {name: value for name, value in asdict(group).items() if name != "members"} | {"delete_at": 0}
        for group in call.world.groups
        if (sees_all or group.allow_reference) and (not member or member in group.members)
    ]
    return call.page().cut(found)
