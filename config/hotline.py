"""The queues of the hotline: what each is for, the channel where people ask, the room where agents answer; and how many
tickets make an outage."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

COLUMNS = ("code", "nom", "pour", "aide", "salle")
CODE_MAX = 16

CATEGORIES: Mapping[str, str] = {
    "cra": "Comptes rendus",
    "statistiques": "Statistiques",
    "connexion": "Compte et connexion",
    "discussion": "Discussion et canaux",
    "materiel": "Matériel et logiciels",
    "demarches": "Démarches des usagers",
    "contrat": "Contrat et formation",
    "autre": "Autre chose",
}
"""What a ticket may be about, the same for all queues: who asks does not know whose business it is."""
OTHER = "autre"


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: ``code`` names it for ever, ``name`` is what people read, ``about`` what it is for. ``help_key`` and
    ``room_key`` are keys of planned channels (config/canaux.py): the public one, and the private one of its agents."""

    code: str
    name: str
    about: str
    help_key: str
    room_key: str


@dataclass(frozen=True, slots=True)
class Outage:
    """How many look-alike tickets, of how many départements, the bot takes for an outage."""

    tickets: int
    departements: int


_OUTAGE = re.compile(r"([0-9]{1,3})/([0-9]{1,3})")


def read_outage(text: str) -> Outage | None:
    """« 3/2 » is three tickets of two départements; None for « non ». Raises ValueError, in French."""
    said = "".join(text.split())
    if said.lower() == "non":
        return None
    match = _OUTAGE.fullmatch(said)
    found = Outage(int(match[1]), int(match[2])) if match else None
    if found is None or found.tickets < 2 or not 1 <= found.departements <= found.tickets:
        raise ValueError(
            f"« {text[:40]} » ne dit pas combien de demandes (deux au moins), de combien de départements (pas plus que "
            "de demandes), font une panne. Écrivez par exemple « 3/2 », ou « non »."
        )
    return found


class QueueError(ValueError):
    """A table of queues that cannot be used; the text, in French, names its line."""


def read(path: Path | None = None) -> Mapping[str, Queue]:
    """The queues by code, in their order: of the table here, or of an operator’s file.

    Raises QueueError, and OSError for a file that cannot be read.
    """
    return _theirs(path, path.stat().st_mtime_ns) if path else _ours()


@lru_cache(1)
def _theirs(path: Path, _: int) -> Mapping[str, Queue]:
    """An operator’s file, read again when it was changed."""
    return _parse(path.read_text("utf-8").splitlines())


@cache
def _ours() -> Mapping[str, Queue]:
    return _parse((files("config") / "hotline.tsv").read_text("utf-8").splitlines())


def _parse(lines: Sequence[str]) -> Mapping[str, Queue]:
    rows = [(n, line) for n, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    if not rows or tuple(rows[0][1].split("\t")) != COLUMNS:
        raise QueueError(f"la première ligne nomme les colonnes, séparées par des tabulations : {', '.join(COLUMNS)}")
    found: dict[str, Queue] = {}
    for number, text in rows[1:]:
        cells = [cell.strip() for cell in text.split("\t")]
        if len(cells) != len(COLUMNS) or not all(cells):
            raise QueueError(f"ligne {number} : il faut {len(COLUMNS)} colonnes, toutes remplies")
        if cells[0] in found or len(cells[0]) > CODE_MAX:
            raise QueueError(f"ligne {number} : « {cells[0]} » y est déjà, ou a plus de {CODE_MAX} caractères")
        found[cells[0]] = Queue(*cells)
    if not found:
        raise QueueError("aucune file n’y est")
    return found
