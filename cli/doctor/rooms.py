"""The examination of the planned private channels: whether somebody else’s stands where one of them should."""

from collections.abc import Mapping, Sequence

from bot.french.words import join
from bot.mattermost import AioClient, ChatChannel, Mattermost
from cli.doctor.findings import Findings
from config.canaux import PlannedChannel
from config.settings import Settings
from storage.canaux import planned
from storage.database import Database

NAMED_MAX = 5
"""Channels that are named; of the others it is said how many."""


async def rooms(client: AioClient, settings: Settings, admin_token: str, findings: Findings) -> None:
    """With an administrator’s eyes where there are any: old servers show the bot nothing of what it is not in."""
    own = {channel.name for channel in await Mattermost(client, settings.team).own_channels()}
    looks = AioClient(settings.mattermost_url, admin_token) if admin_token else client
    try:
        chat = Mattermost(looks, settings.team)
        if looks is not client and not await chat.answers():
            return  # which is said of that token
        there = [
            (canal, await chat.channel_by_name(canal.address))
            for canal in (await _table(settings)).values()
            if canal.private and not canal.team and canal.address not in own
        ]
    finally:
        if looks is not client:
            await looks.close()
    if taken := [canal for canal, found in there if _is_of_others(found)]:
        findings.fault(
            f"Un canal privé dont le bot n’est pas membre a l’adresse prévue pour {_name(taken)} : le bot n’y écrit et "
            "n’y lit rien. S’il est à vous, ajoutez-y le bot ; sinon, donnez un autre nom au canal prévu (/canaux "
            "renommer, ou COOP_CHANNELS)."
        )


async def _table(settings: Settings) -> Mapping[str, PlannedChannel]:
    database = Database(settings.database_url)
    try:
        async with database.transaction(writes=False) as db:
            return await planned(db, settings)
    finally:
        await database.close()


def _is_of_others(found: ChatChannel | None) -> bool:
    return found is not None and found.is_private


def _name(taken: Sequence[PlannedChannel]) -> str:
    more = len(taken) - NAMED_MAX
    names = [f"« {canal.name} » (~{canal.address})" for canal in taken[:NAMED_MAX]]
    return join([*names, f"{more} de plus"] if more > 0 else names)
