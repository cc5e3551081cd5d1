"""« coop-bot doctor »: everything the bot stands on, examined one by one, each fault with what mends it."""

from collections.abc import Callable, Sequence

from bot.clock import utc_now
from bot.errors import ChatError
from bot.features import Feature
from bot.mattermost import AioClient, Mattermost
from cli.admin import Admin
from cli.checks import open_client
from cli.command import Call
from cli.doctor import chat, house, server
from cli.doctor.backups import backups
from cli.doctor.findings import CheckFindings
from cli.environment import explain_unknown_settings
from cli.faults import chat_fault
from cli.rights import RightsNeeded
from commands import FEATURES
from config.settings import Settings


async def doctor(call: Call, admin_token: str) -> int:
    """Examine everything."""
    return await examine(call.settings, admin_token, print, slips=explain_unknown_settings(call.env_file))


async def examine(
    settings: Settings,
    admin_token: str,
    say: Callable[[str], None],
    features: Sequence[Feature] = FEATURES,
    slips: Sequence[str] = (),
) -> int:
    """Say everything found; 1 when something is to be mended. ``slips`` are sentences about variables that no
    setting reads."""
    findings = CheckFindings(say)
    complete = house.configuration(settings, findings, slips)
    needs = house.features(settings, features, findings)
    house.data_dir(settings, findings)
    house.privacy(settings, findings)
    house.visio(settings, findings)
    house.smtp(settings, findings)
    await server.proxies(settings, findings)
    await house.database(settings, findings, utc_now())
    if findings.has_database:
        await house.outside(settings, findings, utc_now())
    await backups(settings, findings, utc_now())
    try:
        async with open_client(settings.mattermost_url, settings.bot_token.get_secret_value()) as client:
            if await chat.server(client, findings, utc_now) and complete:
                await _at_home(client, needs, admin_token, findings)
    except ChatError as error:
        findings.fault(chat_fault(error))
    say(findings.summary())
    if findings.faults:
        return 1
    for step in await house.next_steps(settings):
        say(f"Ensuite : {step}")
    return 0


async def _at_home(client: AioClient, needs: RightsNeeded, admin_token: str, findings: CheckFindings) -> None:
    admin, settings = Admin(client), needs.settings
    found = await chat.account(admin, needs, findings)
    if found is None:
        return
    me, team = found
    await chat.rights(admin, needs, me, team, findings)
    if findings.has_database:
        await chat.rooms(client, settings, admin_token, findings)
    await chat.site_url(admin, findings)
    await chat.face(admin, findings)
    await chat.addresses(admin, settings, findings)
    await chat.groups(Mattermost(client, settings.team), settings, findings)
    await chat.events(client, findings)
    if admin_token:
        await server.as_admin(needs, admin_token, team, findings)
    else:
        await server.check_commands(admin, team, needs, findings, full=False)
    await server.round_trip(client, team, settings, findings)
