"""The operator’s commands about rendez-vous."""

from cli.options import DAY, FILE, JSON_LIST, JSON_OBJECT, POLL, REHEARSAL, WHO
from cli.usage import CliCommand, Touches, flag, group, option

RDV = group(
    "rdv",
    "les rendez-vous",
    {
        "list": CliCommand(
            "cli.rdv:show",
            "montrer les rendez-vous d’une personne (docs/wire.md)",
            WHO,
            option("--from", "JOUR", "premier jour, chez cette personne", into="start", type=DAY),
            option("--to", "JOUR", "dernier jour, compris", into="end", type=DAY),
            JSON_LIST,
            touches=Touches.READS,
        ),
        "link": CliCommand(
            "cli.availability:show_link",
            "mettre en service la page de rendez-vous d’une personne, et dire son adresse",
            WHO,
            JSON_OBJECT,
            touches=Touches.WRITES,
        ),
    },
)
RDV.usual = "list"
WEBHOOKS = group(
    "webhook",
    "ce que d’autres services envoient au bot",
    {
        "rdv-service-public": CliCommand(
            "cli.webhook:rdv_service_public",
            "l’adresse et le secret qu’une organisation de RDV Service Public utilise, les mêmes à chaque appel",
            option("--organisation", "N", "son numéro à RDV Service Public", type=POLL, required=True),
            flag("--rotate", "faire un autre secret ; l’ancien vaut encore dix jours"),
            flag("--revoke", "fermer cette adresse pour toujours"),
            JSON_OBJECT,
            touches=Touches.WRITES,
            exclusive=("--rotate", "--revoke"),
        ),
    },
)
SLOTS = CliCommand(
    "cli.rdv:show_slots",
    "dire les moments où l’on peut prendre rendez-vous avec une personne",
    WHO,
    option("--from", "JOUR", "premier jour, chez cette personne", into="start", type=DAY, required=True),
    option("--to", "JOUR", "dernier jour, compris", into="end", type=DAY, required=True),
    JSON_LIST,
    touches=Touches.READS,
)
HOURS = CliCommand(
    "cli.availability:import_ranges",
    "les heures où des conseillers reçoivent, en CSV (docs/wire.md) : elles remplacent celles de ces personnes",
    FILE,
    REHEARSAL,
    touches=Touches.WRITES,
)
