"""Channels that a sync brought people into, marked as read for them.

Mattermost mentions whoever is brought in: a first sync leaves each person a badge for each of their channels.
"""

import asyncio
import sys
from collections.abc import Sequence

from bot.errors import ChatError
from bot.french.words import NBSP, plural
from bot.mattermost import AioClient
from cli.admin import Admin
from cli.errors import OperatorError
from cli.progress import ProgressBar
from config.settings import Settings

AT_ONCE = 4
"""Calls under way together; the mention is there a moment after somebody came in, and all came in before."""


async def mark_read(settings: Settings, token: str, came: Sequence[tuple[str, str]]) -> int:
    """Do it for each (channel id, user id); how many were done.

    An administrator’s token is needed: nobody else may read for another. Raises OperatorError where the server does
    not take it.
    """
    client = AioClient(settings.mattermost_url, token)
    bar, places = ProgressBar(sys.stderr, "canal lu", len(came), many="canaux lus"), asyncio.Semaphore(AT_ONCE)
    done = 0

    async def mark(channel_id: str, user_id: str) -> None:
        nonlocal done
        async with places:
            await Admin(client).mark_read(channel_id, user_id)
        done += 1
        bar.at(done)

    try:
        await asyncio.gather(*(mark(*each) for each in came))
    except ChatError as error:
        left = plural(len(came) - done, "arrivée").replace(NBSP, " ")
        raise OperatorError(
            f"Les canaux sont à jour, mais restent non lus pour {left} : --admin-token est "
            f"refusé, ou n’est pas celui d’un administrateur système. [{error}]"
        ) from error
    finally:
        bar.end()
        await client.close()
    return done
