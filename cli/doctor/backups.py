"""The examination of scheduled backups: whether they can be made, when the last good one was, why none was."""

from datetime import datetime, timedelta

from bot.french import plural
from cli.backup import plan_backups
from cli.doctor.findings import CheckFindings, say_moment
from cli.environment import open_database
from cli.errors import OperatorError
from cli.faults import folder_fault
from config.settings import Settings
from storage import claims, work
from storage.backup import LAST_GOOD

OLD = timedelta(hours=36)
"""The age from which the last backup is too old (a daily one, late by half a day), as in the alert of Prometheus."""
WORK = "sauvegarde.MakeBackup"
"""What backups are called among long work (commands/entretien.py)."""


async def backups(settings: Settings, findings: CheckFindings, now: datetime) -> None:
    """Say how the scheduled backups are."""
    if settings.backup_at is None:
        findings.note("Aucune sauvegarde programmée : COOP_BACKUP_AT et COOP_BACKUP_DIR en font une par jour.")
        return
    try:
        plan = plan_backups(settings)
    except OperatorError as fault:
        findings.fault(str(fault))
        return
    if fault_there := folder_fault(plan.folder, make=False):
        findings.fault(f"COOP_BACKUP_DIR : {fault_there}")
    if not plan.recipients:
        findings.note(
            "Les sauvegardes ne sont pas chiffrées : COOP_BACKUP_AGE_RECIPIENT, la clé publique d’« age-keygen »."
        )
    if findings.has_database:
        await _last(settings, findings, now)


async def _last(settings: Settings, findings: CheckFindings, now: datetime) -> None:
    async with open_database(settings) as database, database.transaction(writes=False) as db:
        good, failed = await claims.read_cursor(db, LAST_GOOD), await work.find_last_failed(db, WORK)
    why = (
        f" Le dernier essai a échoué : {_whole(failed.error or '')}"
        if failed and (not good or failed.updated_at > good)
        else ""
    )
    if good is None and not why:
        findings.note(f"Sauvegarde : aucune encore, la première à {settings.backup_at} h (ou « coop-bot backup run »).")
    elif good is None or good < now - OLD:
        told = f"la dernière bonne est du {say_moment(good)}" if good else "aucune bonne encore"
        findings.fault(
            f"Sauvegarde : {told}.{why} Pour en faire une et voir ce qui ne va pas : « coop-bot backup run »."
        )
    else:
        kept = plural(settings.backup_keep, "gardée")
        findings.well(
            f"Sauvegarde du {say_moment(good)}, restaurée pour essai ; {settings.backup_dir}, {kept} au plus.{why}"
        )


def _whole(error: str) -> str:
    """Return what stands in the table, where a long sentence is cut."""
    return error if error.endswith(".") else f"{error}…"
