"""Views of people: which of their fields each viewer sees."""

from typing import Any

from sandbox.records import User
from sandbox.world import World

Json = dict[str, Any]

NOTIFY = {
    "channel": "true",
    "comments": "never",
    "desktop": "mention",
    "desktop_sound": "true",
    "email": "true",
    "first_name": "false",
    "mention_keys": "",
    "push": "mention",
    "push_status": "away",
}
NOTIFY_THREADS = {"desktop_threads": "all", "email_threads": "all", "push_threads": "all"}
SHOWN = (
    *("id", "create_at", "update_at", "delete_at", "username", "email", "nickname", "first_name", "last_name"),
    *("position", "roles", "locale", "timezone", "disable_welcome_email"),
)
"""What everybody reads of everybody, some of it perhaps hidden."""
TIMEZONE = {"automaticTimezone": "", "manualTimezone": "", "useAutomaticTimezone": "true"}


def default_notify_props(world: World) -> dict[str, str]:
    """Return the notification choices of somebody new."""
    props = NOTIFY | (NOTIFY_THREADS if world.caps.thread_notify_props else {})
    return props | ({"push_status": "online"} if world.caps.push_status_online else {})


def public_user(world: World, user: User, viewer: User | None = None) -> Json:
    """Return a person as others see them, or with all fields to the system admin."""
    if viewer is not None and world.rights.is_admin(viewer):
        return for_admin(world, user)
    return _common(world, user) | {"auth_data": ""} | _hidden(world)


def for_admin(world: World, user: User) -> Json:
    """Return somebody as the system admin sees them: on new servers with more than others, on old ones unhidden."""
    if not world.caps.own_user_hides_auth_data:
        return _common(world, user) | {"auth_data": ""}
    return _common(world, user) | {"notify_props": user.notify_props}


def own_user(world: World, user: User) -> Json:
    """Return a person as they see themselves."""
    body = for_admin(world, user) | {
        "notify_props": user.notify_props,
        "last_password_update": user.last_password_update,
    }
    if user.email_verified:
        body["email_verified"] = True
    if user.failed_attempts:
        body["failed_attempts"] = user.failed_attempts
    return body


def seen_by(world: World, user: User, viewer: User) -> Json:
    """Return somebody as the viewer, perhaps the same, sees them."""
    return own_user(world, user) if user.id == viewer.id else public_user(world, user, viewer)


def _common(world: World, user: User) -> Json:
    body: Json = {name: getattr(user, name) for name in SHOWN} | {"auth_service": ""}
    if user.props:
        body["props"] = user.props
    if user.last_picture_update:
        body["last_picture_update"] = user.last_picture_update
    if user.is_bot:
        body["is_bot"] = True
        body |= {"bot_description": user.bot_description} if user.bot_description else {}
    elif world.caps.user_has_remote_id:
        body["remote_id"] = ""
    return body


def _hidden(world: World) -> Json:
    hidden: Json = {}
    if not world.config.get("PrivacySettings", "ShowEmailAddress"):
        hidden["email"] = ""
    if not world.config.get("PrivacySettings", "ShowFullName"):
        hidden |= {"first_name": "", "last_name": ""}
    return hidden
