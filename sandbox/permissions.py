"""Permissions: roles, the rights that they give, and where they apply."""

from sandbox.choices import Role
from sandbox.ids import named_id, now_ms
from sandbox.records import Channel, ChannelMember, TeamMember, User
from sandbox.state import State
from sandbox.versions import Capabilities

EVERYTHING = "*"
"""Stands for all rights: the system admin's."""

CHANNEL_USER = frozenset(
    [
        "add_reaction",
        "create_post",
        "delete_post",
        "delete_private_channel",
        "delete_public_channel",
        "edit_post",
        "get_public_link",
        "manage_private_channel_members",
        "manage_private_channel_properties",
        "manage_public_channel_members",
        "manage_public_channel_properties",
        "read_channel",
        "read_channel_content",
        "remove_reaction",
        "upload_file",
        "use_channel_mentions",
    ]
)
CHANNEL_ADMIN = frozenset({"manage_channel_roles", "use_group_mentions"})
TEAM_USER = frozenset(
    [
        "add_user_to_team",
        "create_private_channel",
        "create_public_channel",
        "invite_user",
        "join_public_channels",
        "list_team_channels",
        "read_public_channel",
        "view_team",
    ]
)
# The recorded servers give a team admin these in every channel of the team, member or not.
TEAM_ADMIN = frozenset(
    [
        "add_reaction",
        "convert_private_channel_to_public",
        "convert_public_channel_to_private",
        "create_post",
        "delete_others_posts",
        "delete_post",
        "import_team",
        "manage_channel_roles",
        "manage_incoming_webhooks",
        "manage_others_incoming_webhooks",
        "manage_others_outgoing_webhooks",
        "manage_others_slash_commands",
        "manage_outgoing_webhooks",
        "manage_own_slash_commands",
        "manage_private_channel_members",
        "manage_public_channel_members",
        "manage_slash_commands",
        "manage_team",
        "manage_team_roles",
        "remove_reaction",
        "remove_user_from_team",
        "use_channel_mentions",
        "use_group_mentions",
    ]
)
SYSTEM_USER = frozenset(
    [
        "create_direct_channel",
        "create_group_channel",
        "create_team",
        "join_public_teams",
        "list_public_teams",
        "view_members",
    ]
)
SYSTEM_USER_COMMANDS = frozenset({"use_slash_commands"})


def default_roles(caps: Capabilities) -> dict[str, frozenset[str]]:
    """Return what each role gives on a fresh server of a version."""
    team_admin = TEAM_ADMIN | ({"upload_file"} if caps.team_admin_uploads_everywhere else frozenset())
    channel_user = CHANNEL_USER | (frozenset() if caps.commands_free_for_all else SYSTEM_USER_COMMANDS)
    return {
        "channel_user": channel_user,
        "channel_admin": CHANNEL_ADMIN,
        "channel_guest": CHANNEL_USER & {"read_channel", "read_channel_content", "create_post", "upload_file"},
        "team_user": TEAM_USER,
        "team_admin": team_admin,
        "team_guest": frozenset({"view_team"}),
        "team_post_all": frozenset({"create_post", "use_channel_mentions"}),
        "team_post_all_public": frozenset({"create_post_public", "use_channel_mentions"}),
        "system_user": SYSTEM_USER,
        "system_guest": frozenset({"create_direct_channel", "create_group_channel"}),
        "system_post_all": frozenset({"create_post", "use_channel_mentions"}),
        "system_post_all_public": frozenset({"create_post_public", "use_channel_mentions"}),
        "system_user_access_token": frozenset(
            {"create_user_access_token", "read_user_access_token", "revoke_user_access_token"}
        ),
        "system_admin": frozenset({EVERYTHING}),
    }


def team_roles(member: TeamMember) -> str:
    """Return the roles of a team member, those of the scheme first."""
    return _roles(member, "team")


def channel_roles(member: ChannelMember) -> str:
    """Return the roles of a channel member, those of the scheme first."""
    return _roles(member, "channel")


def _roles(member: TeamMember | ChannelMember, place: str) -> str:
    names = [f"{place}_guest"] if member.scheme_guest else []
    names += [f"{place}_user"] if member.scheme_user else []
    names += [f"{place}_admin"] if member.scheme_admin else []
    return " ".join([*names, *member.explicit_roles.split()])


class Rights:
    """The rights of people: in a channel, else in its team, else in the system."""

    def __init__(self, state: State, caps: Capabilities) -> None:
        self._state = state
        self._defaults = default_roles(caps)
        self._ids = {name: named_id(name) for name in self._defaults}

    def role(self, name: str) -> Role | None:
        """Return a role with the rights it gives now."""
        changed = self._state.roles.get(name)
        if changed is not None or name not in self._defaults:
            return changed
        return Role(self._ids[name], name, sorted(self._defaults[name]), 0)

    def role_by_id(self, role_id: str) -> Role | None:
        """Return a role by its id."""
        name = next((name for name, known in self._ids.items() if known == role_id), None)
        stored = next((role for role in self._state.roles if role.id == role_id), None)
        return stored or (self.role(name) if name else None)

    def change_role(self, role: Role, permissions: list[str]) -> Role:
        """Give a role other rights."""
        stored = self._state.roles.get(role.name) or self._state.roles.add(role)
        stored.permissions, stored.update_at = permissions, now_ms()
        return stored

    def in_system(self, user: User, permission: str) -> bool:
        """Tell whether somebody has a right everywhere."""
        return self._any(user.roles, permission)

    def in_team(self, user: User, team_id: str, permission: str) -> bool:
        """Tell whether somebody has a right in a team."""
        member = self._state.team_member(team_id, user.id)
        by_team = member is not None and not member.delete_at and self._any(team_roles(member), permission)
        return by_team or self.in_system(user, permission)

    def in_channel(self, user: User, channel: Channel, permission: str) -> bool:
        """Tell whether somebody has a right in a channel."""
        member = self._state.member(channel.id, user.id)
        if member is not None and self._any(channel_roles(member), permission):
            return True
        return self.in_team(user, channel.team_id, permission)

    def can_post(self, user: User, channel: Channel) -> bool:
        """Tell whether somebody may post in a channel."""
        if self.in_channel(user, channel, "create_post"):
            return True
        return channel.type == "O" and self.in_channel(user, channel, "create_post_public")

    def is_admin(self, user: User) -> bool:
        """Tell whether somebody is system admin."""
        return self.in_system(user, "manage_system")

    def _any(self, roles: str, permission: str) -> bool:
        return any(self._gives(name, permission) for name in roles.split())

    def _gives(self, role: str, permission: str) -> bool:
        changed = self._state.roles.get(role)
        given = changed.permissions if changed is not None else self._defaults.get(role, frozenset())
        return permission in given or EVERYTHING in given
