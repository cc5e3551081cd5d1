"""« coop-bot serve »: the bot at work."""

import sys

from bot import app
from cli.checks import (
    check_backups,
    check_paths,
    check_place,
    check_server,
    choose_features,
    command_token_fault,
    data_dir_fault,
)
from cli.command import Call
from cli.errors import OperatorError
from commands import FEATURES
from storage import schema


async def serve(call: Call) -> int:
    """Run until it is told to stop."""
    settings = call.settings
    if missing := settings.missing():
        raise OperatorError(f"Réglages manquants : {', '.join(missing)}. « coop-bot setup » les écrit.", code=2)
    if fault := settings.secret_fault() or command_token_fault(settings):
        raise OperatorError(fault, code=2)
    choose_features(FEATURES, settings)
    check_paths(settings)
    check_backups(settings)
    if fault := data_dir_fault(settings, make=True):
        raise OperatorError(fault)
    check_place(settings)
    if hindrance := await check_server(settings):
        print(f"coop-bot : {hindrance}", file=sys.stderr)
    await schema.prepare(settings.database_url)
    await app.serve(settings, FEATURES)
    return 0
