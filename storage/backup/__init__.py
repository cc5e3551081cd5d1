"""The whole database in one file, and back into an empty one of either kind (docs/wire.md says how it is made)."""

from storage.backup.file import BackupError, BackupWriter, Content
from storage.backup.keeper import LAST_GOOD, BackupPlan, MadeBackup, make_backup, try_backup
from storage.backup.transfer import Restoration, check_backup, read_content, restore, save

__all__ = [
    "LAST_GOOD",
    "BackupError",
    "BackupPlan",
    "BackupWriter",
    "Content",
    "MadeBackup",
    "Restoration",
    "check_backup",
    "make_backup",
    "read_content",
    "restore",
    "save",
    "try_backup",
]
