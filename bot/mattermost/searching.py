"""What of the messages a chat server may be asked to look for: a part of what handlers may ask."""

from collections.abc import Sequence
from typing import Protocol

from bot.mattermost.values import ChatPost


class Searching(Protocol):
    """The half that reads, as far as it searches; all may raise ChatError."""

    async def posts_by(self, username: str) -> Sequence[ChatPost]:
        """What somebody wrote in the team’s channels that the bot is in, newest first: some hundred at most. Refused
        where the server’s search is switched off."""
