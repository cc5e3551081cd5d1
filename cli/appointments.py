"""The operator’s commands about rendez-vous."""

from cli.options import DAY, FILE, JSON_LIST, JSON_OBJECT, POLL, REHEARSAL, WHO
from cli.usage import CliCommand, Touches, group, option

RDV = group(
    "rdv",
    "les rendez-vous",
    {
        "list": CliCommand(
            "cli.rdv:show",
            "montrer les rendez-vous d’une personne (docs/wire.md)",
            WHO,
            option("--from", "start", type=DAY, metavar="JOUR", help="premier jour, chez cette personne"),
            option("--to", "end", type=DAY, metavar="JOUR", help="dernier jour, compris"),
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
            option("--organisation", type=POLL, required=True, metavar="N", help="son numéro à RDV Service Public"),
            option("--rotate", is_flag=True, help="faire un autre secret ; l’ancien vaut encore dix jours"),
            option("--revoke", is_flag=True, help="fermer cette adresse pour toujours"),
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
    option("--from", "start", type=DAY, required=True, metavar="JOUR", help="premier jour, chez cette personne"),
    option("--to", "end", type=DAY, required=True, metavar="JOUR", help="dernier jour, compris"),
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
