"""The case that waits in the demo’s moderation room: somebody reports an advertisement, as anybody does, the first time
that the bot is up."""

from cli.demo.cast import TEAM
from cli.demo.town import speaking_as
from cli.demo.visitor import visit
from cli.errors import OperatorError

REPORTER = "murielle"
CHANNEL = "smartphones"
BEGINS = "Je vends"
"""How the message begins that is reported (conversations.txt)."""
WHY = {"motif": "publicite", "mot": "Ce salon sert à s’entraider, pas à vendre."}


async def report(url: str) -> None:
    """Open the window by the link of the message, and send it."""
    post_id = await _post(url)
    async with visit(url, REPORTER, CHANNEL) as somebody:
        await somebody.types(f"/signaler {url}/{TEAM}/pl/{post_id}")
        opened = await somebody.dialog()
        filled = {e["name"]: e["default"] for e in opened["dialog"]["elements"] if e.get("default")} | WHY
        if faults := (await somebody.submit(opened, filled)).get("errors"):
            raise OperatorError(f"Le signalement de la démo n’est pas pris : {faults}")
        await somebody.whisper()


async def _post(url: str) -> str:
    """The id of the message that is reported."""
    async with speaking_as(url, REPORTER) as client:
        team = await client.get(f"/teams/name/{TEAM}")
        channel = await client.get(f"/teams/{team['id']}/channels/name/{CHANNEL}")
        found = await client.get(f"/channels/{channel['id']}/posts")
        return next(str(post["id"]) for post in found["posts"].values() if post["message"].startswith(BEGINS))
