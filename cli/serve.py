"""« coop-bot serve »: the bot at work."""

import asyncio

from cli.command import Call, Tool, Touches
from cli.errors import OperatorError

tool = Tool()


@tool.command("serve", help="faire tourner le bot", touches=Touches.WRITES)
def serve(call: Call) -> int:
    """Run until it is told to stop."""
    from bot import app
    from cli.opening import check_channels, check_editions, check_logo, check_server, choose_features, data_dir_fault
    from commands import FEATURES
    from storage import migrate

    settings = call.settings
    if missing := settings.missing():
        raise OperatorError(f"Réglages manquants : {', '.join(missing)}. « coop-bot setup » les écrit.", code=2)
    if fault := settings.secret_fault():
        raise OperatorError(fault, code=2)
    choose_features(FEATURES, settings)
    check_channels(settings)
    check_editions(settings)
    check_logo(settings)
    if fault := data_dir_fault(settings, make=True):
        raise OperatorError(fault)

    async def run() -> None:
        await check_server(settings)
        await migrate.prepare(settings.database_url)
        await app.serve(settings, FEATURES)

    asyncio.run(run())
    return 0
