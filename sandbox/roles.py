"""Reading and changing what roles give."""

from typing import Any

from sandbox.call import Call
from sandbox.choices import Role
from sandbox.errors import ApiError, forbidden
from sandbox.routes import Routes

routes = Routes()


def role_json(role: Role) -> dict[str, Any]:
    """Return a role as clients read it."""
    return {
        "id": role.id,
        "name": role.name,
        "display_name": f"authentication.roles.{role.name}.name",
        "description": f"authentication.roles.{role.name}.description",
        "create_at": role.update_at,
        "update_at": role.update_at,
        "delete_at": 0,
        "permissions": role.permissions,
        "scheme_managed": True,
        "built_in": True,
    }


@routes.get("/roles/name/{role_name}")
async def get_role(call: Call) -> object:
    """Return a role by name."""
    role = call.world.rights.role(call.path("role_name"))
    if role is None:
        raise ApiError("app.role.get_by_name.app_error", 404)
    return role_json(role)


@routes.post("/roles/names")
async def get_roles(call: Call) -> object:
    """Return several roles by name."""
    found = [call.world.rights.role(name) for name in call.texts("rolenames")]
    return [role_json(role) for role in found if role]


@routes.put("/roles/{role_id}/patch")
async def patch_role(call: Call) -> object:
    """Set the rights that a role gives."""
    role_id = call.id("role_id")
    permissions = call.body("role").texts("permissions")
    if not call.world.rights.is_admin(call.user):
        raise forbidden()
    role = call.world.rights.role_by_id(role_id)
    if role is None:
        raise ApiError("app.role.get.app_error", 404)
    changed = call.world.rights.change_role(role, permissions)
    call.world.hub.publish("role_updated", {"role": role_json(changed)})
    return role_json(changed)
