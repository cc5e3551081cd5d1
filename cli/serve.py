"""« coop-bot serve »: runs the bot."""

import sys

from bot import app
from cli import backup, checks
from cli.command import Call
from cli.environment import explain_unknown_settings
from cli.errors import OperatorError
from cli.faults import data_dir_fault
from commands import FEATURES
from storage import schema


async def serve(call: Call) -> None:
    """Run the bot until it is told to stop."""
    settings = call.settings
    if missing := settings.missing():
        raise OperatorError(f"Réglages manquants : {', '.join(missing)}. « coop-bot setup » les écrit.", code=2)
    if fault := settings.secret_fault() or checks.command_token_fault(settings):
        raise OperatorError(fault, code=2)
    for slip in explain_unknown_settings(call.env_file):
        print(f"coop-bot : {slip}", file=sys.stderr)
    checks.choose_features(FEATURES, settings)
    checks.check_paths(settings)
    backup.check_backups(settings)
    if fault := data_dir_fault(settings, make=True):
        raise OperatorError(fault)
    checks.check_place(settings)
    if hindrance := await checks.check_server(settings):
        print(f"coop-bot : {hindrance}", file=sys.stderr)
    await schema.prepare(settings.database_url)
    await app.serve(settings, FEATURES)
