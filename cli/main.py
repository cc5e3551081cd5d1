"""The command line: the one list of its commands, and how the process that was asked for one of them ends."""

import codecs
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from threading import current_thread, main_thread

import click

from cli.errors import INTERRUPTED
from cli.usage import Group, Lazy, Value, explain


def _group(name: str, help: str, table: Mapping[str, Lazy | Group]) -> Group:
    """The commands whose first word of two this is."""
    return Group(name, table=table, short_help=help, subcommand_metavar="quoi")


COMMANDS: Mapping[str, Lazy | Group] = {
    "serve": Lazy("cli.serve:serve", "faire tourner le bot"),
    "migrate": Lazy("cli.serve:migrate", "mettre la base de données au niveau de cette version"),
    "setup": Lazy("cli.setup.command:set_up", "préparer un serveur Mattermost pour le bot"),
    "doctor": Lazy("cli.doctor.command:doctor", "vérifier que tout va, et dire comment réparer"),
    "role": Lazy("cli.people.register:role", "donner un rôle à une personne, ou le laisser suivre Mattermost"),
    "people": Lazy("cli.people.register:show", "montrer le registre : qui est qui"),
    "import": _group(
        "import",
        "faire entrer des données",
        {
            "people": Lazy("cli.people.transfer:import_people", "des personnes, en CSV (docs/wire.md)"),
            "structures": Lazy(
                "cli.people.transfer:import_structures", "des structures employeuses, en CSV (docs/wire.md)"
            ),
            "cra": Lazy("cli.cra:import_cra", "des comptes rendus, en CSV ou JSONL (docs/wire.md)"),
            "contacts": Lazy("cli.annuaire:import_contacts", "des contacts et institutions, en CSV (docs/wire.md)"),
            "resources": Lazy(
                "cli.ressources.commands:import_resources",
                "des fiches, en CSV ou JSONL, ou la liste publique des Bases (docs/wire.md)",
            ),
        },
    ),
    "export": _group(
        "export",
        "faire sortir des données",
        {
            "people": Lazy("cli.people.transfer:export_people", "le registre, en CSV, sur la sortie standard"),
            "cra": Lazy("cli.cra:export_cra", "les comptes rendus, sur la sortie standard (docs/wire.md)"),
            "resources": Lazy(
                "cli.ressources.commands:export_resources",
                "les fiches publiées, sur la sortie standard (docs/wire.md)",
            ),
            "digest": Lazy("cli.actus:export_digest", "un numéro des actus, en Markdown, page web, texte ou PDF"),
            "poll": Lazy("cli.sondage:export_poll", "les résultats d’un sondage, en CSV (docs/wire.md)"),
            "stats": Lazy("cli.stats:export_stats", "les statistiques, en fichier comme dans la discussion"),
            "tickets": Lazy("cli.hotline:export_tickets", "les demandes d’aide, en CSV (docs/wire.md)"),
        },
    ),
    "channels": _group(
        "channels",
        "les canaux de l’équipe",
        {
            "check": Lazy(
                "cli.canaux:check",
                "dire ce qui, dans les canaux, n’est pas comme prévu ; code 0 : rien, 3 : des écarts, "
                "1 : impossible à dire",
            ),
            "sync": Lazy(
                "cli.canaux:sync",
                "créer les canaux qui manquent, y mettre les personnes du registre, en retirer qui travaille ailleurs",
            ),
        },
    ),
    "jobs": Lazy(
        "cli.jobs:jobs", "montrer les tâches périodiques : la prochaine fois, la dernière, et ce qu’elle a donné"
    ),
    "work": Lazy(
        "cli.work:long_work",
        "montrer les travaux longs (fichiers, envois groupés…) : où ils en sont, ce qu’ils ont donné ; en arrêter un",
    ),
    "backup": Lazy("cli.backup:backup", "sauvegarder toute la base dans un fichier, même si le bot tourne"),
    "restore": Lazy("cli.backup:restore", "remettre une sauvegarde dans la base des réglages, qui est vide"),
    "search": _group(
        "search",
        "chercher comme une personne chercherait",
        {
            "people": Lazy(
                "cli.annuaire:search_people", "des personnes de l’annuaire, telles que quelqu’un les verrait"
            ),
            "resources": Lazy(
                "cli.ressources.commands:search_resources",
                "des fiches publiées de la ressourcerie, la meilleure d’abord",
            ),
        },
    ),
    "announce": Lazy(
        "cli.annonce:announce",
        "écrire un texte dans des canaux, une fois dans chacun ; relancée, la commande reprend ce qui manque",
    ),
    "digest": _group(
        "digest",
        "les numéros des actus",
        {
            "preview": Lazy(
                "cli.actus:preview",
                "un numéro des actus, tel qu’il est ou tel qu’il serait ; rien n’est pris ni publié",
            ),
            "publish": Lazy(
                "cli.publication:publish",
                "publier un numéro maintenant, une fois ; relancée, la commande reprend ce qui manque",
            ),
        },
    ),
    "stats": Lazy("cli.stats:tell", "les chiffres d’une personne ou d’un territoire (docs/wire.md)"),
    "tickets": Lazy("cli.hotline:tickets", "montrer les demandes d’aide : de qui, à qui, où elles en sont"),
    "journal": Lazy(
        "cli.journal:show",
        "ce qui a été fait, par qui et pourquoi ; « verify » : 0 si le journal est intact, 1 sinon",
    ),
    "cases": Lazy("cli.moderation:show", "les dossiers de modération : de qui, dans quel état, ce qui fut décidé"),
    "guard": Lazy(
        "cli.guard:guard", "dire où un texte contient des données personnelles, sans les montrer (docs/wire.md)"
    ),
    "data": Lazy(
        "cli.donnees:data",
        "écrire tout ce que le bot garde d’une personne (JSON et PDF), comme /mes-donnees le lui envoie",
    ),
    "retention": Lazy(
        "cli.donnees:retention",
        "effacer ce qui est gardé depuis trop longtemps, et dire combien de lignes de chaque table",
    ),
    "demo-data": Lazy("cli.demo_data.history:demo_data", "un historique inventé, aussi long qu’on veut, dans la base"),
    "demo": Lazy(
        "cli.demo.command:demo_command", "le bot et un Mattermost embarqué, avec des personnes et un historique"
    ),
}
"""Each command: where it is, and what the list of commands says of it. It is imported when it is called."""


@click.group(
    cls=Group,
    table=COMMANDS,
    help="Le bot Mattermost des conseillers numériques.",
    subcommand_metavar="commande",
    # Lines are as wide as the terminal.
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 1_000},
)
@click.option(
    "--env-file",
    metavar="F",
    type=Value(Path),
    help="fichier de réglages (sinon .env, s’il est là)",
)
@click.version_option(package_name="coop-bot", message="coop-bot %(version)s", help="dire sa version")
def coop_bot(env_file: Path | None) -> None:
    """Everything that an operator types; a command reads ``env_file`` when it needs settings."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command the operator typed: 0 when all went well, 1 for a fault, 2 for a wrong command or setting."""
    print_anywhere()
    try:
        with _stoppable(), coop_bot.make_context("coop-bot", sys.argv[1:] if arguments is None else arguments) as ctx:
            code: int = coop_bot.invoke(ctx)
            return code
    except click.UsageError as error:
        print(explain(error), file=sys.stderr)
        return error.exit_code
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough (« | head »); nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def print_anywhere() -> None:
    """A terminal that has no « é » is shown « \\u00e9 », which JSON reads as the same letter, instead of an error."""
    codecs.register_error("as-json", _as_json)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="as-json")


def _as_json(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


@contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM ends a command as Ctrl-C does, so that it puts away what is half done; some have ways of their own."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(*_: object) -> None:
    """As Ctrl-C, also for a command that was begun in the background, where Ctrl-C is ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main())
