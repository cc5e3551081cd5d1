"""Yardstick of the commands: one aiohttp handler that makes the bot’s outgoing call and nothing else."""

import json
import sys
from pathlib import Path

import aiohttp
from aiohttp import web


async def application(mattermost_url: str, opening: dict[str, object]) -> web.Application:
    """Make an application that answers a slash command by opening the dialog in ``opening``, which the bot itself
    opened before."""
    session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
    opens = f"{mattermost_url}/api/v4/actions/dialogs/open"

    async def command(request: web.Request) -> web.Response:
        fields = await request.post()
        async with session.post(opens, json=opening | {"trigger_id": str(fields["trigger_id"])}) as reply:
            await reply.read()
        return web.json_response({})

    async def ready(_: web.Request) -> web.Response:
        return web.json_response({})

    async def close(_: web.Application) -> None:
        await session.close()

    app = web.Application()
    app.add_routes([web.post("/commands", command), web.get("/readyz", ready)])
    app.on_cleanup.append(close)
    return app


def main() -> None:
    """Run ``commands_by_hand.py PORT MATTERMOST_URL DIALOG_FILE``."""
    port, mattermost_url, dialog = sys.argv[1:]
    opening = json.loads(Path(dialog).read_text())
    web.run_app(application(mattermost_url, opening), host="127.0.0.1", port=int(port), print=None, access_log=None)


if __name__ == "__main__":
    main()
