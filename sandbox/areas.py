"""The list of all calls that the server knows, area by area."""

from collections.abc import Iterable

from sandbox import actions, dialogs, licensed_calls, roles, statuses, system
from sandbox.channels import changes, creation, lookup, members, sidebar, unreads
from sandbox.channels import roles as channel_roles
from sandbox.channels import search as channel_search
from sandbox.commands import autocomplete, execution, hooks, management
from sandbox.posts import changes as sandbox_changes
from sandbox.posts import creation as sandbox_creation
from sandbox.posts import files, lists, reactions, thread_calls, uploads
from sandbox.posts import search as post_search
from sandbox.routes import Route
from sandbox.teams import calls as team_calls
from sandbox.teams import members as team_members
from sandbox.users import accounts, bots, pictures, preferences, profiles
from sandbox.users import lookup as user_lookup
from sandbox.users import search as user_search
from sandbox.webhooks import incoming_hooks, outgoing_hooks

_AREAS = (
    *(system, roles, statuses, licensed_calls),
    *(accounts, bots, user_search, user_lookup, profiles, pictures, preferences),
    *(team_calls, team_members),
    *(creation, channel_search, lookup, changes, members, channel_roles, unreads, sidebar),
    *(sandbox_creation, lists, sandbox_changes, reactions, files, uploads, post_search, thread_calls),
    *(management, autocomplete, execution, hooks, actions, dialogs, incoming_hooks, outgoing_hooks),
)

AREAS: tuple[Iterable[Route], ...] = (*(area.routes for area in _AREAS), incoming_hooks.entrance)
