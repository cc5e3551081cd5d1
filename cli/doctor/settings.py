"""The examination of the server’s own settings, for whom an administrator lends a token."""

from bot.errors import ChatError
from bot.mattermost import AioClient
from cli.admin import Admin, Identity, ServerSettings
from cli.doctor.callback import check_commands
from cli.doctor.findings import Findings
from cli.faults import chat_fault
from cli.rights import Needs
from cli.setup.server import wrong_settings

UNLICENSED_MAX = 250
"""People an unlicensed server of today takes in all (docs/mattermost.md §8)."""
LIMITED_SINCE = (11, 0)
NEARLY = 0.9


async def as_admin(needs: Needs, token: str, team: Identity, findings: Findings) -> None:
    """What only an administrator may read."""
    settings = needs.settings
    client = AioClient(settings.mattermost_url, token)
    try:
        admin = Admin(client)
        if not (await admin.me()).is_system_admin:
            findings.note(
                "--admin-token n’est pas celui d’un administrateur système : réglages du serveur non vérifiés."
            )
            return
        async for wrong in wrong_settings(admin, settings.mattermost_url, settings.public_url, makes_bot=False):
            findings.fault(f"{wrong.why} : mettez {wrong.section}.{wrong.name} à « {wrong.said} ».")
        await check_commands(admin, team, needs, findings, full=True)
        found = await admin.settings()
        _privacy(found, findings)
        await _room(admin, team, found, findings)
    except ChatError as error:
        findings.fault(f"--admin-token : {chat_fault(error)}")
    finally:
        await client.close()


def _privacy(found: ServerSettings, findings: Findings) -> None:
    if found.get("PrivacySettings", "ShowEmailAddress") is False:
        findings.note(
            "PrivacySettings.ShowEmailAddress est à false : le bot ne voit pas les adresses, et ne reconnaît comme "
            "conseillers que les personnes de son registre."
        )


async def _room(admin: Admin, team: Identity, found: ServerSettings, findings: Findings) -> None:
    """Whether the team can still grow: 50 people on a fresh server, to the surprise of most."""
    limit = int(found.get("TeamSettings", "MaxUsersPerTeam") or 0)
    if not limit:
        return
    count = await admin.member_count(team.id)
    if count >= limit * NEARLY:
        findings.fault(
            f"L’équipe a {count} membres sur {limit} : augmentez TeamSettings.MaxUsersPerTeam "
            "(Console système › Utilisateurs et équipes)."
        )
    elif limit > UNLICENSED_MAX and admin.client.capabilities.version >= LIMITED_SINCE:
        findings.note(
            f"L’équipe peut avoir {limit} membres, mais un serveur comme celui-ci s’arrête, sans licence, à "
            f"{UNLICENSED_MAX} personnes."
        )
    else:
        findings.well(f"L’équipe a {count} membres sur {limit}.")
