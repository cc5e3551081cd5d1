"""Who bears a user name today, as an operator types it."""

import asyncio
from datetime import datetime

from bot.errors import ChatError
from bot.mattermost import AioClient, ChatUser, Mattermost
from bot.people import newcomer
from cli.errors import OperatorError
from cli.faults import chat_fault
from config.settings import Settings
from storage import people
from storage.database import Database
from storage.people import Person

LOOK_UP_MAX = 5.0
"""Seconds Mattermost has to say who bears a name today."""


async def find(database: Database, settings: Settings, username: str, now: datetime) -> tuple[Person, bool]:
    """Who bears a name today, and whether the register does not know them yet.

    Mattermost knows best, since names change hands; the register serves where it does not answer, and knows those who
    are no more. Raises OperatorError for nobody of that name, and for a bot.
    """
    user, silence = await _account(settings, username)
    if user is not None and user.is_bot:
        raise OperatorError(f"« {username} » est un compte de bot, pas celui d’une personne.")
    async with database.transaction(writes=False) as db:
        row = await (people.by_username(db, username) if user is None else people.get(db, user.id))
    if user is not None:
        person = row or newcomer(user, now)
        return Person(**(person.model_dump() | {"username": user.username})), row is None
    if row is None:
        asked = silence or "et Mattermost ne connaît personne de ce nom : vérifiez l’orthographe."
        raise OperatorError(f"Personne ne s’appelle « {username} » dans le registre, {asked}")
    return row, False


async def _account(settings: Settings, username: str) -> tuple[ChatUser | None, str]:
    """The account of that name; None with a reason where nobody could be asked."""
    token = settings.bot_token.get_secret_value()
    if not token:
        return None, "et Mattermost ne peut pas être interrogé : COOP_BOT_TOKEN n’est pas réglé."
    client = AioClient(settings.mattermost_url, token)
    try:
        async with asyncio.timeout(LOOK_UP_MAX):
            return await Mattermost(client, settings.team).user_by_name(username), ""
    except (ChatError, TimeoutError) as error:
        fault = error if isinstance(error, ChatError) else ChatError(0)
        return None, f"et Mattermost n’a pas pu être interrogé. {chat_fault(fault)}"
    finally:
        await client.close()
