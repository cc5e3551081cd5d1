"""A slash command that opens a dialog, by slack-bolt: ``PORT MATTERMOST_URL DIALOG_FILE``."""

import json
import sys
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

port, mattermost_url, dialog = sys.argv[1:]
opening = json.loads(Path(dialog).read_text())


async def authorize(**_: Any) -> AuthorizeResult:
    """Authorize everybody without a question to Slack."""
    return AuthorizeResult(enterprise_id="", team_id="t", bot_user_id="b", bot_id="b", bot_token="xoxb-1")


bolt = AsyncApp(authorize=authorize, request_verification_enabled=False, ssl_check_enabled=False)


@bolt.command("/cra")
async def open_form(ack: Any, body: dict[str, Any]) -> None:
    """Open the dialog, then answer, as one of Mattermost has to be opened within three seconds."""
    told = opening | {"trigger_id": body["trigger_id"]}
    async with app["session"].post(f"{mattermost_url}/api/v4/actions/dialogs/open", json=told) as reply:
        await reply.read()
    await ack()


async def command(request: web.Request) -> web.Response:
    """Take a request in."""
    return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))


async def start(app: web.Application) -> None:
    """Open one session for all outgoing calls, which is in the framework’s favour."""
    app["session"] = aiohttp.ClientSession()


async def ready(_: web.Request) -> web.Response:
    """Say that it runs."""
    return web.json_response({})


app = web.Application()
app.on_startup.append(start)
app.add_routes([web.post("/commands", command), web.get("/readyz", ready)])
web.run_app(app, host="127.0.0.1", port=int(port), print=None, access_log=None)
