"""The operator’s commands that import and export files."""

from cli import supplies
from cli.appointments import HOURS
from cli.options import DIGEST, FILE, POLL, QUESTION, QUEUE, REHEARSAL, SPAN, STATE, USERNAME, WHOSE
from cli.usage import CliCommand, Touches, WordChoice, argument, flag, group, option

READS, WRITES = Touches.READS, Touches.WRITES

IMPORTS = group(
    "import",
    "faire entrer des données",
    {
        "people": CliCommand(
            "cli.people.transfer:import_people",
            "des personnes, en CSV (docs/wire.md)",
            FILE,
            option(
                "--notify",
                "",
                "prévenir chacun de son nouveau rôle : d’office oui, sauf à la première importation",
                type=WordChoice("oui", "non"),
            ),
            REHEARSAL,
            touches=WRITES,
        ),
        "structures": CliCommand(
            "cli.people.transfer:import_structures",
            "des structures employeuses, en CSV (docs/wire.md)",
            FILE,
            REHEARSAL,
            touches=WRITES,
        ),
        "cra": CliCommand(
            "cli.cra.imports:import_cra",
            "des comptes rendus, en CSV ou JSONL (docs/wire.md)",
            FILE,
            REHEARSAL,
            touches=WRITES,
        ),
        "contacts": CliCommand(
            "cli.annuaire:import_contacts",
            "des contacts et institutions, en CSV (docs/wire.md)",
            argument("file", "FICHIER", "le fichier CSV, ou « - » pour l’entrée standard"),
            REHEARSAL,
            touches=WRITES,
        ),
        "disponibilites": HOURS,
        "kits": supplies.IMPORT,
        "resources": CliCommand(
            "cli.ressources.commands:import_resources",
            "des fiches, en CSV ou JSONL, ou la liste publique des Bases (docs/wire.md)",
            FILE,
            REHEARSAL,
            touches=WRITES,
        ),
    },
)
EXPORTS = group(
    "export",
    "faire sortir des données",
    {
        "people": CliCommand("cli.people.transfer:export_people", "le registre, en CSV, sur la sortie", touches=READS),
        "cra": CliCommand(
            "cli.cra.exports:export_cra",
            "les comptes rendus, sur la sortie standard (docs/wire.md)",
            *SPAN,
            option("--user", "NOM", "ceux d’une seule personne, par son nom d’utilisateur", type=USERNAME),
            option("--tag", "MOT", "ceux qui portent cette étiquette"),
            option(
                "--format", "", "jsonl (d’office) ou csv", into="kind", type=WordChoice("csv", "jsonl"), default="jsonl"
            ),
            flag("--deleted", "avec ceux qui ont été supprimés"),
            touches=READS,
        ),
        "coordination": CliCommand(
            "cli.cra.exports:export_coordination", "les comptes rendus des coordinateurs, en CSV", *SPAN, touches=READS
        ),
        "kits": supplies.EXPORT,
        "resources": CliCommand(
            "cli.ressources.commands:export_resources",
            "les fiches publiées, sur la sortie standard (docs/wire.md)",
            option(
                "--format", "", "csv (d’office) ou jsonl", into="kind", type=WordChoice("csv", "jsonl"), default="csv"
            ),
            touches=READS,
        ),
        "digest": CliCommand(
            "cli.actus:export_digest",
            "un numéro des actus, en Markdown, page web, texte ou PDF",
            DIGEST,
            option(
                "--format",
                "",
                "md (d’office), html, txt ou pdf",
                into="form",
                type=WordChoice("md", "html", "txt", "pdf"),
                default="md",
            ),
            option("--output", "FICHIER", "un fichier, remplacé ; d’office, la sortie standard"),
            touches=READS,
        ),
        "poll": CliCommand(
            "cli.sondage:export_poll",
            "les résultats d’un sondage, en CSV (docs/wire.md)",
            argument("number", "N", "son numéro, comme dans Mattermost : 12", type=POLL),
            flag("--votes", "une ligne par votant, d’un vote nominatif", into="by_voter"),
            option("--output", "FICHIER", "fichier (sinon la sortie standard)", default="-"),
            touches=READS,
        ),
        "stats": CliCommand(
            "cli.stats:export_stats",
            "les statistiques, en fichier comme dans la discussion",
            *QUESTION,
            option(
                "--format", "", "la forme du fichier", into="kind", type=WordChoice("pdf", "xlsx", "csv"), required=True
            ),
            option(
                "--output",
                "F",
                "fichier, dossier, ou « - » pour la sortie standard (sinon le dossier courant, sous le nom usuel)",
                default="",
            ),
            touches=READS,
            exclusive=WHOSE,
        ),
        "tickets": CliCommand(
            "cli.hotline:export_tickets",
            "les demandes d’aide, en CSV (docs/wire.md)",
            STATE,
            QUEUE,
            argument("output", "FICHIER", "fichier (sinon la sortie standard)", default="-"),
            touches=READS,
        ),
    },
)
