"""The operator’s commands about kits d’animation."""

from cli.options import FILE, JSON_LIST, POLL, REHEARSAL
from cli.usage import CliCommand, Touches, WordChoice, option

_BATCH = option("--batch", "N", "celles d’un seul lot, par son numéro", type=POLL)
KITS = CliCommand(
    "cli.kits:kits",
    "les commandes de kits d’animation : tailles, adresses, colis (docs/wire.md)",
    _BATCH,
    JSON_LIST,
    touches=Touches.READS,
)
EXPORT = CliCommand(
    "cli.kit:export_kits",
    "les commandes de kits, pour le fournisseur (docs/wire.md)",
    _BATCH,
    option("--format", "", "csv (d’office) ou xlsx", into="kind", type=WordChoice("csv", "xlsx"), default="csv"),
    option("--output", "FICHIER", "fichier (sinon la sortie standard)", default="-"),
    touches=Touches.READS,
)
IMPORT = CliCommand(
    "cli.kit:import_kits",
    "les numéros de suivi des colis de kits, en CSV (docs/wire.md)",
    FILE,
    REHEARSAL,
    touches=Touches.WRITES,
)
