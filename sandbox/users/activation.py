"""Switching people and bots off and on."""

from sandbox.admin_events import publish_by_rank
from sandbox.events import EVERYBODY, Broadcast
from sandbox.records import User
from sandbox.statuses import set_status
from sandbox.users.views import for_admin, public_user
from sandbox.world import World


def tell_updated(world: World, user: User) -> None:
    """Tell everybody that a person changed, each with what they may see of them."""
    plain = {"user": public_user(world, user)}
    if not world.caps.user_updated_in_three_copies:
        publish_by_rank(world, "user_updated", plain, {"user": for_admin(world, user)}, EVERYBODY)
        return
    full = {"user": for_admin(world, user)}
    publish_by_rank(world, "user_updated", plain, full, Broadcast(omit_users=(user.id,)))
    own = full["user"] | {"notify_props": user.notify_props}
    if world.caps.own_copy_dates_password:
        own |= {"last_password_update": user.last_password_update}
    world.hub.publish("user_updated", {"user": own}, Broadcast(user_id=user.id))


def count_people(world: World) -> int:
    """Count the active people of the server; bots are not counted."""
    return sum(1 for user in world.state.users if not user.is_bot and not user.delete_at)


def is_full(world: World) -> bool:
    """Tell whether the server takes nobody more."""
    limited = world.people_max and world.caps.people_limited
    return bool(limited) and count_people(world) >= world.people_max


def set_active(world: World, user: User, *, active: bool) -> None:
    """Switch somebody on or off; off, all that they had open is closed to them."""
    now = world.state.clock.tick()
    user.update_at = user.bot_updated_at = now
    user.delete_at = 0 if active else now
    if not active:
        world.credentials.close_sessions(user.id)
        world.hub.silence(user.id)
        set_status(world, user.id, "offline", manual=False)
        _disable_bots_of(world, user)
    tell_updated(world, user)


def _disable_bots_of(world: World, owner: User) -> None:
    if not world.config.service("DisableBotsWhenOwnerIsDeactivated"):
        return
    for bot in list(world.state.users):
        if bot.is_bot and bot.bot_owner_id == owner.id and not bot.delete_at:
            set_active(world, bot, active=False)
