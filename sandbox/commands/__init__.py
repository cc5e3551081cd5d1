"""Slash commands: managed, suggested, run, and answered late."""

from sandbox.commands import autocomplete, execute, hooks, manage

routes = [*manage.routes, *autocomplete.routes, *execute.routes, *hooks.routes]
