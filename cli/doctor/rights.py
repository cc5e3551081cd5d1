"""The examination of what the bot’s account may do: what each feature lacks, and what is more than they need."""

from bot.mattermost import ChatUser
from cli.admin import Admin, Identity
from cli.doctor.findings import Findings
from cli.rights import Needs, explain_excess, look_up


async def rights(admin: Admin, needs: Needs, me: ChatUser, team: Identity, findings: Findings) -> None:
    """With the bot’s own eyes: what it cannot see, a private channel say, it is not in either."""
    now = await look_up(admin, team, me.id, needs.channels)
    lacks = list(needs.missing(now))
    for lack in lacks:
        findings.fault(f"{lack.sentence}. « coop-bot setup --rights » l’accorde.")
    wishes = list(needs.wished(now))
    for lack in wishes:
        findings.note(f"{lack.sentence}. « coop-bot setup --rights » l’accorde.")
    lacking = {lack.feature for lack in (*lacks, *wishes)}
    if enough := [f.name for f in needs.features if f.rights and f.name not in lacking]:
        findings.well(f"Droits suffisants pour {', '.join(enough)}.")
    if needs.are_less(now):
        findings.note(explain_excess(me.username))
