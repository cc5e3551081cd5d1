"""Announcements: what is said once in many channels, or to many people, and what became of it."""

from storage.annonce.table import (
    BATCH,
    Announcement,
    State,
    change,
    drop,
    get,
    latest_of,
    lock,
    page,
    put,
)

__all__ = ["BATCH", "Announcement", "State", "change", "drop", "forget", "get", "latest_of", "lock", "page", "put"]
