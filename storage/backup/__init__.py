"""The whole database in one file, and back into an empty one of either kind (docs/wire.md says how it is made)."""

from storage.backup.file import BackupError, Content, Reader, Writer, check
from storage.backup.restoring import Restoration, restore
from storage.backup.saving import save

__all__ = ["BackupError", "Content", "Reader", "Restoration", "Writer", "check", "restore", "save"]
