"""The list of all calls that the server knows, area by area."""

from collections.abc import Iterable

from sandbox import actions, dialogs, roles, statuses, system, walls
from sandbox.channels import change, create, lookup, members, reading, sidebar
from sandbox.channels import roles as channel_roles
from sandbox.channels import search as channel_search
from sandbox.commands import autocomplete, execute, hooks
from sandbox.commands import manage as command_manage
from sandbox.posts import change as post_change
from sandbox.posts import create as post_create
from sandbox.posts import files, lists, reactions, thread_calls, uploads
from sandbox.posts import search as post_search
from sandbox.routes import Route
from sandbox.teams import calls as team_calls
from sandbox.teams import members as team_members
from sandbox.users import accounts, bots, manage, pictures, preferences
from sandbox.users import lookup as user_lookup
from sandbox.users import search as user_search
from sandbox.webhooks import incoming, outgoing

_AREAS = (
    *(system, roles, statuses, walls),
    *(accounts, bots, user_search, user_lookup, manage, pictures, preferences),
    *(team_calls, team_members),
    *(create, channel_search, lookup, change, members, channel_roles, reading, sidebar),
    *(post_create, lists, post_change, reactions, files, uploads, post_search, thread_calls),
    *(command_manage, autocomplete, execute, hooks, actions, dialogs, incoming, outgoing),
)

AREAS: tuple[Iterable[Route], ...] = (*(area.routes for area in _AREAS), incoming.entrance)
