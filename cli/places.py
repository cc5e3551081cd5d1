"""Files, folders and databases that refuse: which one it is, why, and what to do."""

import errno
import tempfile
from pathlib import Path

from cli.errors import OperatorError
from config.settings import Settings
from storage.database import async_url, place

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
    """A settings file; raises OperatorError where it is no text."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise OperatorError(f"Le fichier de réglages {path} n’est pas du texte UTF-8 : corrigez-le.", code=2) from None


def folder_fault(folder: Path, *, make: bool) -> str | None:
    """Why nothing can be written in a folder, made if told to where it is missing, and what to do; None when it can."""
    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\n")
    except OSError as error:
        return place_fault(error, folder)
    return None


def place_fault(error: OSError, path: str | Path) -> str:
    """Why a file or folder refuses, and what to do."""
    reason = _SYSTEM.get(error.errno or 0) or f"il refuse ({error.strerror}) : vérifiez-le"
    return f"« {path} » : {reason}."


def database_fault(error: BaseException, settings: Settings | None) -> str:
    """Why the database can’t be used; the driver’s own text may quote the password, so it is not shown."""
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
    """By SQLite’s name of the error (« SQLITE_IOERR_WRITE »), or PostgreSQL’s code (« 28P01 »)."""
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
    known = _SQLITE if code.startswith("SQLITE") else _POSTGRESQL
    return next((reason for begin, reason in known.items() if code.startswith(begin)), None)
