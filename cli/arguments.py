"""The words of the command line: a parser that speaks French, and the arguments that several commands share."""

import argparse
import os
import re
from datetime import date
from typing import NoReturn

ADMIN_TOKEN = "COOP_ADMIN_TOKEN"  # noqa: S105  (the variable’s name)

_FRENCH = (
    (r"the following arguments are required: (.*)", r"il manque : \1"),
    (r"unrecognized arguments: (.*)", r"arguments inconnus : \1"),
    (r"argument (.*): invalid choice: (.*) \(choose from (.*)\)", r"\1 : \2 n’est pas un de \3"),
    (r"argument (.*): expected one argument", r"\1 : il manque sa valeur"),
    (r"argument (.*): invalid (?:\w+) value: (.*)", r"\1 : \2 n’est pas une valeur possible"),
    (r"argument (.*): ignored explicit argument (.*)", r"\1 : \2 est de trop"),
    (r"argument (.*): not allowed with argument (.*)", r"\1 : à choisir, ou \2, mais pas les deux"),
    (r"argument (.*): (.*)", r"\1 : \2"),
)


class _Help(argparse.HelpFormatter):
    """« usage : » with the space that French wants."""

    def add_usage(self, usage, actions, groups, prefix=None) -> None:  # type: ignore[no-untyped-def]
        super().add_usage(usage, actions, groups, "usage : " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser that speaks French, and exits with 2 when it does not understand."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options, formatter_class=_Help, add_help=False, allow_abbrev=False)  # type: ignore[arg-type]
        self._positionals.title, self._optionals.title = "arguments\u00a0", "options\u00a0"
        self.add_argument("-h", "--help", action="help", help="montrer cette aide")

    def error(self, message: str) -> NoReturn:
        """Say what was not understood, then how to ask."""
        for pattern, french in _FRENCH:
            message = re.sub(f"^{pattern}$", french, message)
        self.exit(2, f"{self.prog} : {message}\nVoir « {self.prog} --help ».\n")


def admin_token(parser: Parser) -> None:
    """The token of an administrator, lent for one command."""
    parser.add_argument(
        "--admin-token",
        metavar="T",
        default=os.environ.get(ADMIN_TOKEN, ""),
        help=f"jeton d’un administrateur système (ou variable {ADMIN_TOKEN}, que « ps » ne montre pas)",
    )


def day(text: str) -> date:
    """The type of an argument that is a day."""
    from storage.cra.cells import day

    return day(text)


def from_where(parser: Parser) -> None:
    """The file that an import reads."""
    parser.add_argument("file", metavar="FICHIER", help="le fichier, ou « - » pour l’entrée standard")
