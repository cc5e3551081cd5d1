"""The whole database in one file, and back into an empty one of either kind (docs/wire.md says how it is made)."""

from storage.backup.file import BackupError, BackupWriter, Content, check_backup
from storage.backup.transfer import restore, save

__all__ = [
    "BackupError",
    "BackupWriter",
    "Content",
    "check_backup",
    "restore",
    "save",
]
