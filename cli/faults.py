"""What goes wrong outside of the bot, as one French sentence that names what to look at, and what to do."""

import errno
import socket
import sqlite3
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import ChatError
from cli.errors import OperatorError
from cli.places import database_fault, place_fault
from config.settings import Settings
from storage.backup import BackupError
from storage.migrate import OldSchemaError, SchemaError
from storage.people import SameNameError

_MATTERMOST = {
    0: "Le serveur Mattermost ne répond pas : vérifiez son adresse (COOP_MATTERMOST_URL) et qu’il est démarré.",
    401: "Le serveur Mattermost refuse le jeton : il a été révoqué ou mal copié. Relancez « coop-bot setup ».",
    403: "Ce compte n’a pas le droit de faire cela sur le serveur Mattermost.",
    404: "Cette adresse n’est pas celle d’un serveur Mattermost, ou ce que le bot y cherche n’existe plus.",
    429: "Le serveur Mattermost demande de ralentir : réessayez dans une minute.",
}


def as_sentence(error: BaseException, settings: Settings | None = None) -> OperatorError | None:
    """The sentence for a failure the operator can mend; None for a fault of the bot’s own.

    ``settings`` are those of the command, if it came so far: they say which database it was.
    """
    if isinstance(error, (SQLAlchemyError, sqlite3.Error)) or _is_of_postgresql(error):
        return OperatorError(database_fault(error, settings))
    if isinstance(error, OSError):
        return _of_the_system(error, settings)
    for kind, explain in _KINDS.items():
        if isinstance(error, kind):
            return explain(error)
    return None


def _is_of_postgresql(error: BaseException) -> bool:
    """asyncpg is not always installed, so its classes can’t be named here."""
    return type(error).__module__.startswith("asyncpg")


def settings_fault(error: ValidationError) -> OperatorError:
    """Which variable is wrong; never its value, which may be a secret."""
    sentences = []
    for fault in error.errors(include_input=False):
        name = str(fault["loc"][0]) if fault["loc"] else ""
        field = Settings.model_fields.get(name)
        ours = fault["msg"].removeprefix("Value error, ") if fault["type"] == "value_error" else ""
        sentences.append(f"COOP_{name.upper()} : {ours or 'valeur refusée'} ({field.description if field else ''})")
    return OperatorError("Réglage refusé. " + " ".join(sentences), code=2)


def chat_fault(error: ChatError) -> str:
    """What Mattermost’s refusal means for the operator."""
    known = _MATTERMOST.get(error.status) or f"Le serveur Mattermost a répondu une erreur {error.status}."
    return f"{known} [{error}]" if error.error_id and error.status else known


def same_name_fault(error: SameNameError) -> str:
    """Whom the register knows by one name, and how it learns theirs of today."""
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


_KINDS: dict[type[BaseException], Callable[[Any], OperatorError | None]] = {
    OperatorError: lambda error: error,
    BackupError: lambda error: OperatorError(str(error)),
    OldSchemaError: lambda error: OperatorError(str(error), code=2),
    SchemaError: lambda error: OperatorError(str(error)),
    ValidationError: settings_fault,
    ChatError: lambda error: OperatorError(chat_fault(error)),
    SameNameError: lambda error: OperatorError(same_name_fault(error)),
    ModuleNotFoundError: _missing_package,
}
