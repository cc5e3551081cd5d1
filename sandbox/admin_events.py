"""Events of which system admins get a fuller copy than everybody else."""

from dataclasses import replace

from sandbox.events import Broadcast, Data
from sandbox.world import World


def publish_by_rank(world: World, event: str, plain: Data, full: Data, target: Broadcast) -> None:
    """Send an event in two copies: the full one to system admins, the plain one to all others."""

    def is_admin(user_id: str) -> bool:
        return world.rights.is_admin(world.state.users.rows[user_id])

    def is_not_admin(user_id: str) -> bool:
        return not is_admin(user_id)

    world.hub.publish(event, plain, replace(target, only=is_not_admin, contains="sanitized"))
    world.hub.publish(event, full, replace(target, only=is_admin, contains="sensitive"))
