"""Events of which system admins get a fuller copy than everybody else."""

from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.events import Broadcast, Data

if TYPE_CHECKING:
    from sandbox.server import Sandbox


def publish_by_rank(server: "Sandbox", event: str, plain: Data, full: Data, target: Broadcast) -> None:
    """Send an event in two copies: the full one to system admins, the plain one to all others."""

    def is_admin(user_id: str) -> bool:
        return server.rights.is_admin(server.state.users.rows[user_id])

    def is_not_admin(user_id: str) -> bool:
        return not is_admin(user_id)

    server.hub.publish(event, plain, replace(target, only=is_not_admin, contains="sanitized"))
    server.hub.publish(event, full, replace(target, only=is_admin, contains="sensitive"))
