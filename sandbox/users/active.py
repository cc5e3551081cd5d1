"""Switching people and bots off and on."""

from typing import TYPE_CHECKING

from sandbox.events import EVERYBODY, Broadcast
from sandbox.ranks import publish_by_rank
from sandbox.records import User
from sandbox.statuses import set_status
from sandbox.users.present import for_admin, public_user

if TYPE_CHECKING:
    from sandbox.server import Sandbox


def tell_updated(server: "Sandbox", user: User) -> None:
    """Tell everybody that a person changed, each as far as they may see it."""
    plain = {"user": public_user(server, user)}
    if not server.caps.user_updated_in_three_copies:
        publish_by_rank(server, "user_updated", plain, {"user": for_admin(server, user)}, EVERYBODY)
        return
    full = {"user": for_admin(server, user)}
    publish_by_rank(server, "user_updated", plain, full, Broadcast(omit_users=(user.id,)))
    own = full["user"] | {"notify_props": user.notify_props}
    server.hub.publish("user_updated", {"user": own}, Broadcast(user_id=user.id))


def set_active(server: "Sandbox", user: User, *, active: bool) -> None:
    """Switch somebody on or off; off, all that they had open is closed to them."""
    now = server.state.clock.tick()
    user.update_at = user.bot_updated_at = now
    user.delete_at = 0 if active else now
    if not active:
        server.credentials.close_sessions(user.id)
        server.hub.silence(user.id)
        set_status(server, user.id, "offline", manual=False)
        _disable_bots_of(server, user)
    tell_updated(server, user)


def _disable_bots_of(server: "Sandbox", owner: User) -> None:
    if not server.config.service("DisableBotsWhenOwnerIsDeactivated"):
        return
    for bot in list(server.state.users):
        if bot.is_bot and bot.bot_owner_id == owner.id and not bot.delete_at:
            set_active(server, bot, active=False)
