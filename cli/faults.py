"""Failures outside the bot as French sentences that say what to look at, and what to do."""

import errno
import socket
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from cli.errors import OperatorError
from config.settings import Settings
from storage.database import async_url, place

if TYPE_CHECKING:
    from pydantic import ValidationError

    from bot.errors import ChatError
    from storage.people import SameNameError

_FULL = "il n’y a plus de place, ou la taille permise est atteinte : libérez-en, ou choisissez un autre disque"
_RIGHTS = "qui lance la commande n’en a pas le droit : donnez-le (chown, chmod), ou indiquez un autre chemin"
_BROKEN = "le disque répond par une erreur : vérifiez-le, et qu’il y reste de la place"

_SYSTEM = {
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: "ce système de fichiers est en lecture seule : indiquez un autre chemin",
    errno.ENOENT: "ce chemin n’existe pas : créez-le, ou corrigez-le",
    errno.ENOTDIR: "une partie de ce chemin est un fichier, pas un dossier : corrigez-le",
    errno.EEXIST: "un fichier est là où il faut un dossier : corrigez le chemin",
    errno.EISDIR: "c’est un dossier, il faut un fichier : corrigez le chemin",
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EIO: _BROKEN,
    errno.EMFILE: "trop de fichiers sont ouverts : relevez la limite (ulimit -n)",
}
_RESTORE = "restaurez une sauvegarde dans une base neuve (« coop-bot restore »), ou corrigez le réglage"
_SQLITE = {
    "SQLITE_FULL": _FULL,
    "SQLITE_IOERR": _BROKEN,
    "SQLITE_CORRUPT": f"le fichier est endommagé : {_RESTORE}",
    "SQLITE_NOTADB": f"ce fichier n’est pas une base SQLite, ou il est endommagé : {_RESTORE}",
    "SQLITE_CANTOPEN": "le fichier ne peut pas être ouvert : vérifiez qu’il est là, et les droits sur son dossier",
    "SQLITE_READONLY": _RIGHTS,
    "SQLITE_PERM": _RIGHTS,
    "SQLITE_BUSY": "un autre programme l’occupe depuis trop longtemps : attendez qu’il finisse, ou arrêtez-le",
    "SQLITE_LOCKED": "un autre programme l’occupe depuis trop longtemps : attendez qu’il finisse, ou arrêtez-le",
}
_POSTGRESQL = {
    "53100": "le disque du serveur est plein : libérez-y de la place",
    "53300": "le serveur a trop de connexions : fermez-en, ou relevez max_connections",
    "28": "le serveur refuse cet utilisateur ou ce mot de passe : corrigez-les dans le réglage",
    "3D000": "cette base n’existe pas sur le serveur : créez-la (createdb), ou corrigez le réglage",
    "42501": "cet utilisateur n’a pas le droit de faire cela : donnez-le-lui (GRANT)",
    "25006": "le serveur est en lecture seule : adressez-vous à celui qui écrit",
    "57P": "le serveur s’arrête ou démarre : réessayez dans un instant",
    "XX": f"ses fichiers sont endommagés : {_RESTORE}",
}


def text_of(path: Path) -> str:
    """Read a settings file. Raises OperatorError if it is no text."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise OperatorError(f"Le fichier de réglages {path} n’est pas du texte UTF-8 : corrigez-le.", code=2) from None


def folder_fault(folder: Path, *, make: bool) -> str | None:
    """Say why a folder (created if told to) cannot be written to, and what to do; None if it can."""
    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\n")
    except OSError as error:
        return place_fault(error, folder)
    return None


def data_dir_fault(settings: Settings, *, make: bool) -> str | None:
    """Say why the data folder cannot be written to, and what to do; None if it can."""
    fault = folder_fault(settings.data_dir.absolute(), make=make)
    return f"COOP_DATA_DIR : {fault}" if fault else None


def place_fault(error: OSError, path: str | Path) -> str:
    """Say why a file or folder is inaccessible, and what to do."""
    reason = _SYSTEM.get(error.errno or 0) or f"il refuse ({error.strerror}) : vérifiez-le"
    return f"« {path} » : {reason}."


def database_fault(error: BaseException, settings: Settings | None) -> str:
    """Say why the database is unusable, without the driver’s text, which may quote the password."""
    cause = getattr(error, "orig", None) or error
    which = f" {place(settings.database_url)}" if settings else ""
    base = f"La base de données{which} (COOP_DATABASE_URL)"
    if reason := _reason(cause):
        return f"{base} : {reason}."
    name = type(cause).__name__
    if settings and async_url(settings.database_url).get_backend_name() == "sqlite":
        return f"{base} ne répond pas ou refuse ({name}) : vérifiez le fichier, son dossier et le disque."
    return f"{base} ne répond pas ou refuse ({name}) : vérifiez l’adresse, et que le serveur est démarré."


def _reason(cause: object) -> str | None:
    """Explain an error by SQLite’s name (« SQLITE_IOERR_WRITE ») or PostgreSQL’s code (« 28P01 »)."""
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
    known = _SQLITE if code.startswith("SQLITE") else _POSTGRESQL
    return next((reason for begin, reason in known.items() if code.startswith(begin)), None)


_MATTERMOST = {
    0: "Le serveur Mattermost ne répond pas : vérifiez son adresse (COOP_MATTERMOST_URL) et qu’il est démarré.",
    401: "Le serveur Mattermost refuse le jeton : il a été révoqué ou mal copié. Relancez « coop-bot setup ».",
    403: "Ce compte n’a pas le droit de faire cela sur le serveur Mattermost.",
    404: "Cette adresse n’est pas celle d’un serveur Mattermost, ou ce que le bot y cherche n’existe plus.",
    429: "Le serveur Mattermost demande de ralentir : réessayez dans une minute.",
}


def as_sentence(error: BaseException, settings: Settings | None = None) -> OperatorError | None:
    """Return the sentence of a failure that the operator can mend; None for a bug.

    ``settings`` name the database, if the command came so far.
    """
    if isinstance(error, (SQLAlchemyError, sqlite3.Error)) or _is_of_postgresql(error):
        return OperatorError(database_fault(error, settings))
    if isinstance(error, OSError):
        return _of_the_system(error, settings)
    known = (_KINDS.get(f"{kind.__module__}.{kind.__qualname__}") for kind in type(error).__mro__)
    explain = next(filter(None, known), None)
    return explain(error) if explain else None


def _is_of_postgresql(error: BaseException) -> bool:
    """Return whether an error is asyncpg’s, which is not always installed and so cannot be imported here."""
    return type(error).__module__.startswith("asyncpg")


def settings_fault(error: "ValidationError") -> OperatorError:
    """Name the invalid variables, never their values, which may be secret."""
    sentences = []
    for fault in error.errors(include_input=False):
        name = str(fault["loc"][0]) if fault["loc"] else ""
        field = Settings.model_fields.get(name)
        ours = fault["msg"].removeprefix("Value error, ") if fault["type"] == "value_error" else ""
        sentences.append(f"COOP_{name.upper()} : {ours or 'valeur à corriger'} ({field.description if field else ''})")
    return OperatorError("Réglage refusé. " + " ".join(sentences), code=2)


def certificate_fault(error: "ChatError", host: str) -> str | None:
    """Say that nobody vouches for the certificate of a host, and what to do; None for any other fault."""
    if error.status or not ("Certificate" in error.error_id or "SSL" in error.error_id):
        return None
    return (
        f"Le certificat TLS de {host} n’est pas accepté ({error.error_id}) : il doit être valide (ni expiré, ni d’un "
        "autre nom), ou son autorité connue de cette machine (SSL_CERT_FILE)."
    )


def chat_fault(error: "ChatError") -> str:
    """Explain an error of Mattermost to the operator."""
    if fault := certificate_fault(error, "Mattermost"):
        return fault
    known = _MATTERMOST.get(error.status) or f"Le serveur Mattermost a répondu une erreur {error.status}."
    return f"{known} [{error}]" if error.error_id and error.status else known


def same_name_fault(error: "SameNameError") -> str:
    """Name the people whom the register knows by the same name, and say how it learns their present names."""
    return (
        f"Plusieurs personnes du registre s’appellent « {error.username} » ({', '.join(error.ids)}) : ce nom est passé "
        "de l’une à l’autre. Pour chacune qui en a changé, tapez « coop-bot role NOM-ACTUEL RÔLE » avec le rôle que "
        "« coop-bot people » lui donne : le registre apprend son nom d’aujourd’hui. Puis recommencez."
    )


def _missing_package(error: ModuleNotFoundError) -> OperatorError | None:
    if error.name != "asyncpg":
        return None
    return OperatorError("Pour PostgreSQL, installez coop-bot[postgres] (il manque asyncpg).", code=2)


def _of_the_system(error: OSError, settings: Settings | None) -> OperatorError | None:
    if error.errno == errno.EADDRINUSE:
        return OperatorError("Ce port est déjà pris : arrêtez ce qui l’occupe, ou changez COOP_PORT.")
    if isinstance(error, (ConnectionError, socket.gaierror)):
        return OperatorError(database_fault(error, settings))
    if error.filename is not None or error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return OperatorError(place_fault(error, error.filename or "la sortie de la commande"))
    return None


_KINDS: dict[str, Callable[[Any], OperatorError | None]] = {
    "cli.errors.OperatorError": lambda error: error,
    "storage.backup.file.BackupError": lambda error: OperatorError(str(error)),
    "storage.schema.UnknownStepError": lambda error: OperatorError(str(error), code=2),
    "storage.schema.SchemaError": lambda error: OperatorError(str(error)),
    "pydantic_core._pydantic_core.ValidationError": settings_fault,
    "bot.errors.ChatError": lambda error: OperatorError(chat_fault(error)),
    "storage.people.register.SameNameError": lambda error: OperatorError(same_name_fault(error)),
    "builtins.ModuleNotFoundError": _missing_package,
}
"""By the place and name of each class: what raises it is there already, and no command imports what others raise."""
