"""Heavy libraries that are seldom needed, each imported when its name is first read here, and kept.

Who needs one writes ``from config import libraries`` at the top, and ``libraries.fuzz.ratio(…)`` where it is used. To
add one, name it for the type checker and in the table of where it is. The first use costs from 5 to
90 ms: what makes files does it in a thread or a process of its own (``Context.compute``, orders), others take 20.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import feedparser
    import icalendar
    import markdown_it
    import nh3
    import pyrage
    import segno
    import Stemmer as snowball
    import xlsxwriter
    from alembic import command as alembic_command
    from alembic import config as alembic_config
    from cryptography import exceptions as cryptography_exceptions
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.ciphers import aead
    from cryptography.hazmat.primitives.kdf import hkdf
    from holidays.countries import france as french_holidays
    from rapidfuzz import fuzz
    from rapidfuzz import process as fuzz_process
    from rapidfuzz.distance import OSA

PLACES = {
    "OSA": "rapidfuzz.distance.OSA",
    "aead": "cryptography.hazmat.primitives.ciphers.aead",
    "alembic_command": "alembic.command",
    "alembic_config": "alembic.config",
    "cryptography_exceptions": "cryptography.exceptions",
    "feedparser": "feedparser",
    "french_holidays": "holidays.countries.france",
    "fuzz": "rapidfuzz.fuzz",
    "fuzz_process": "rapidfuzz.process",
    "hashes": "cryptography.hazmat.primitives.hashes",
    "hkdf": "cryptography.hazmat.primitives.kdf.hkdf",
    "icalendar": "icalendar",
    "markdown_it": "markdown_it",
    "nh3": "nh3",
    "pyrage": "pyrage",
    "segno": "segno",
    "snowball": "Stemmer",
    "xlsxwriter": "xlsxwriter",
}
"""The module of each name."""


def __getattr__(name: str) -> object:
    """Import the library of a name (PEP 562: called only while the module has no such attribute)."""
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = library = import_module(PLACES[name])
    return library
