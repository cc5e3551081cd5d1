"""The whole database in one file, and back into an empty one of either kind (docs/wire.md says how it is made)."""

from storage.backup.file import BackupError, BackupReader, BackupWriter, Content, check_backup
from storage.backup.transfer import Restoration, restore, save

__all__ = [
    "BackupError",
    "BackupReader",
    "BackupWriter",
    "Content",
    "Restoration",
    "check_backup",
    "restore",
    "save",
]
