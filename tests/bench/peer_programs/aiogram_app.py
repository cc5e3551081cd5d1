"""A command that opens a dialog, by aiogram’s webhook: ``PORT MATTERMOST_URL DIALOG_FILE``."""

import json
import sys
from pathlib import Path

import aiohttp
from aiogram import Bot, Dispatcher
from aiogram.filters import Command, CommandObject
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

port, mattermost_url, dialog = sys.argv[1:]
opening = json.loads(Path(dialog).read_text())
dispatcher = Dispatcher()


@dispatcher.message(Command("cra"))
async def open_form(_: Message, command: CommandObject) -> None:
    """Open the dialog for the trigger that follows the command."""
    told = opening | {"trigger_id": command.args}
    async with app["session"].post(f"{mattermost_url}/api/v4/actions/dialogs/open", json=told) as reply:
        await reply.read()


async def start(app: web.Application) -> None:
    """Open one session for all outgoing calls, which is in the framework’s favour."""
    app["session"] = aiohttp.ClientSession()


async def ready(_: web.Request) -> web.Response:
    """Say that it runs."""
    return web.json_response({})


app = web.Application()
app.on_startup.append(start)
app.add_routes([web.get("/readyz", ready)])
SimpleRequestHandler(dispatcher, Bot("1:a"), handle_in_background=False).register(app, path="/commands")
web.run_app(app, host="127.0.0.1", port=int(port), print=None, access_log=None)
