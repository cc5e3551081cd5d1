"""« coop-bot demo-data »: a realistic history of any size, written straight into the configured database."""

import asyncio
from argparse import ArgumentTypeError

from cli.arguments import Parser, day
from cli.command import Call, Tool, Touches

tool = Tool()


def how_much(parser: Parser) -> None:
    """How many, by whom, of which days."""
    parser.add_argument("--cras", type=_count, required=True, metavar="N", help="nombre de comptes rendus")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help="graine : la même donne le même historique (1)"
    )
    parser.add_argument("--conseillers", type=_count, default=4000, metavar="N", help="leurs auteurs (4000)")
    parser.add_argument("--from", dest="start", type=day, metavar="JOUR", help="premier jour (trois ans plus tôt)")
    parser.add_argument("--to", dest="end", type=day, metavar="JOUR", help="dernier jour, compris (hier)")
    parser.add_argument("--force", action="store_true", help="même si la base contient de vrais comptes rendus")


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) < 1_000_000_000:
        raise ArgumentTypeError(f"un nombre à partir de 1 est attendu, pas « {text} »")
    return int(text)


@tool.command(
    "demo-data",
    help="un historique inventé, aussi long qu’on veut, dans la base",
    touches=Touches.WRITES,
    arguments=how_much,
)
def invent(call: Call) -> int:
    """Write it."""
    from cli.demo_data.command import demo_data

    return asyncio.run(demo_data(call.settings, call.options, call.clock().date()))
