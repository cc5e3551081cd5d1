"""The list of all calls that the server knows, area by area."""

from collections.abc import Iterable

from sandbox import actions, commands, dialogs, roles, statuses, system, webhooks
from sandbox.channels import create as channel_create
from sandbox.channels import lookup as channel_lookup
from sandbox.channels import members as channel_members
from sandbox.posts import calls as post_calls
from sandbox.posts import create as post_create
from sandbox.routes import Route
from sandbox.teams import calls as team_calls
from sandbox.teams import members as team_members
from sandbox.users import accounts, bots, lookup, manage

AREAS: tuple[Iterable[Route], ...] = (
    system.routes,
    roles.routes,
    statuses.routes,
    accounts.routes,
    bots.routes,
    lookup.routes,
    manage.routes,
    team_calls.routes,
    team_members.routes,
    channel_create.routes,
    channel_lookup.routes,
    channel_members.routes,
    post_create.routes,
    post_calls.routes,
    commands.routes,
    actions.routes,
    dialogs.routes,
    webhooks.routes,
    webhooks.entrance,
)
