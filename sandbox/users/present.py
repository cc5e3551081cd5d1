"""How people are shown to whom."""

from typing import TYPE_CHECKING, Any

from sandbox.records import User

if TYPE_CHECKING:
    from sandbox.server import Sandbox

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


def default_notify_props(server: "Sandbox") -> dict[str, str]:
    """Return the notification choices of somebody new."""
    props = NOTIFY | (NOTIFY_THREADS if server.caps.thread_notify_props else {})
    return props | ({"push_status": "online"} if server.caps.push_status_online else {})


def public_user(server: "Sandbox", user: User, viewer: User | None = None) -> Json:
    """Return somebody as others see them, or as the system admin does."""
    if viewer is not None and server.rights.is_admin(viewer):
        return for_admin(server, user)
    return _common(server, user) | {"auth_data": ""} | _hidden(server)


def for_admin(server: "Sandbox", user: User) -> Json:
    """Return somebody as the system admin sees them: on new servers with more than others, on old ones unhidden."""
    if not server.caps.own_user_hides_auth_data:
        return _common(server, user) | {"auth_data": ""}
    return _common(server, user) | {"notify_props": user.notify_props}


def own_user(server: "Sandbox", user: User) -> Json:
    """Return somebody as they see themselves."""
    body = for_admin(server, user) | {
        "notify_props": user.notify_props,
        "last_password_update": user.last_password_update,
    }
    if user.failed_attempts:
        body["failed_attempts"] = user.failed_attempts
    return body


def seen_by(server: "Sandbox", user: User, viewer: User) -> Json:
    """Return somebody as the viewer, perhaps the same, sees them."""
    return own_user(server, user) if user.id == viewer.id else public_user(server, user, viewer)


def _common(server: "Sandbox", user: User) -> Json:
    body: Json = {name: getattr(user, name) for name in SHOWN} | {"auth_service": ""}
    if user.props:
        body["props"] = user.props
    if user.last_picture_update:
        body["last_picture_update"] = user.last_picture_update
    if user.is_bot:
        body["is_bot"] = True
        body |= {"bot_description": user.bot_description} if user.bot_description else {}
    elif server.caps.user_has_remote_id:
        body["remote_id"] = ""
    return body


def _hidden(server: "Sandbox") -> Json:
    hidden: Json = {}
    if not server.config.get("PrivacySettings", "ShowEmailAddress"):
        hidden["email"] = ""
    if not server.config.get("PrivacySettings", "ShowFullName"):
        hidden |= {"first_name": "", "last_name": ""}
    return hidden
