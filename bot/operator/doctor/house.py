"""The examination of what is ours: settings, folder, database, messages on their way."""

import os
import tempfile
from datetime import datetime, timedelta

from bot.operator.doctor.findings import Findings
from bot.operator.errors import OperatorError
from bot.operator.faults import as_sentence
from config.settings import Settings
from storage import migrate, outbox
from storage.database import Database

SECRET_MIN = 32
COMMAND_TOKEN_LENGTH = 26
LATE = timedelta(minutes=10)


def configuration(settings: Settings, findings: Findings) -> bool:
    """The settings; False when the bot could not even start with them."""
    missing = settings.missing()
    for name in missing:
        findings.fault(f"{name} n’est pas réglé : « coop-bot setup » l’écrit.")
    if settings.secrets and len(settings.secrets[-1]) < SECRET_MIN:
        findings.fault(f"COOP_SECRET est trop court pour signer : au moins {SECRET_MIN} caractères tirés au hasard.")
    token = settings.command_token.get_secret_value()
    if token and len(token) != COMMAND_TOKEN_LENGTH:
        findings.fault(
            f"COOP_COMMAND_TOKEN doit avoir {COMMAND_TOKEN_LENGTH} caractères : relancez « coop-bot setup »."
        )
    if not findings.faults:
        findings.well("Réglages complets.")
    return not missing


def data_dir(settings: Settings, findings: Findings) -> None:
    """The folder where what was typed waits while the database is away."""
    folder = settings.data_dir
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        findings.fault(f"COOP_DATA_DIR : le dossier « {folder} » n’existe pas ou n’est pas inscriptible.")
        return
    try:
        with tempfile.TemporaryFile(dir=folder):
            findings.well("Dossier des saisies en attente inscriptible.")
    except OSError as error:
        findings.fault(f"COOP_DATA_DIR : rien ne s’écrit dans « {folder} » ({error.strerror}).")


async def database(settings: Settings, findings: Findings, now: datetime) -> None:
    """The database, its tables, and what waits in the outbox."""
    try:
        step = await migrate.current(settings.database_url)
        if step != migrate.head():
            findings.fault(_outdated(step))
            return
        findings.well(f"Base de données à jour (étape {step}).")
        await _messages(settings, findings, now)
    except OperatorError:
        raise
    except Exception as error:
        sentence = as_sentence(error)
        if sentence is None:
            raise
        findings.fault(str(sentence))


def _outdated(step: str | None) -> str:
    if step is None:
        return "La base de données est vide : lancez « coop-bot migrate » (ou démarrez le bot, qui le fait)."
    if step > migrate.head():
        return f"La base de données (étape {step}) vient d’une version plus récente : installez celle-là."
    return f"La base de données est à l’étape {step}, il faut {migrate.head()} : lancez « coop-bot migrate »."


async def _messages(settings: Settings, findings: Findings, now: datetime) -> None:
    database = Database(settings.database_url)
    try:
        async with database.transaction(writes=False) as db:
            counts, oldest = await outbox.counts(db), await outbox.next_due(db)
    finally:
        await database.close()
    waiting, given_up = counts["waiting"], counts["given_up"]
    if oldest and oldest < now - LATE:
        findings.fault(f"{waiting} messages attendent depuis plus de dix minutes : le bot ne tourne pas, démarrez-le.")
    elif waiting:
        findings.note(f"{waiting} messages sont en route vers Mattermost.")
    else:
        findings.well("Aucun message en attente.")
    if given_up:
        findings.note(
            f"{given_up} messages n’ont jamais pu être remis (personne ou canal disparus) et ne le seront plus."
        )
