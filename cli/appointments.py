"""The operator’s commands about rendez-vous."""

from cli.options import DAY, JSON_LIST, WHO
from cli.usage import Command, Touches, group, option

RDV = group(
    "rdv",
    "les rendez-vous",
    {
        "list": Command(
            "cli.rdv:show",
            "montrer les rendez-vous d’une personne (docs/wire.md)",
            WHO,
            option("--from", "start", type=DAY, metavar="JOUR", help="premier jour, chez cette personne"),
            option("--to", "end", type=DAY, metavar="JOUR", help="dernier jour, compris"),
            JSON_LIST,
            touches=Touches.READS,
        ),
    },
)
RDV.usual = "list"
