"""The list of the operator’s commands: help, arguments, options, and the function of each."""

import os

import click

from cli import supplies
from cli.appointments import RDV, SLOTS, WEBHOOKS
from cli.options import (
    ADMIN_TOKEN,
    COUNT,
    DAY,
    DIGEST,
    HITS,
    HITS_MAX,
    JSON_LIST,
    JSON_OBJECT,
    NUMBER,
    PATH,
    QUESTION,
    QUEUE,
    STATE,
    USERNAME,
    WHOSE,
)
from cli.transfers import EXPORTS, IMPORTS
from cli.usage import CliCommand, Touches, WordChoice, argument, flag, group, option

READS, WRITES = Touches.READS, Touches.WRITES


def _asked(variable: str, usual: str = "0") -> bool:
    return os.environ.get(variable, usual) not in {"", "0"}


CHANNELS = group(
    "channels",
    "les canaux de l’équipe",
    {
        "check": CliCommand(
            "cli.canaux:check",
            "dire ce qui, dans les canaux, n’est pas comme prévu ; code 0 : rien, 3 : des écarts, "
            "1 : impossible à dire",
            JSON_OBJECT,
            touches=READS,
        ),
        "sync": CliCommand(
            "cli.canaux:sync",
            "créer les canaux qui manquent, y mettre les personnes du registre, en retirer qui travaille ailleurs",
            JSON_OBJECT,
            flag("--dry-run", "dire ce qui serait fait, et ne rien changer"),
            flag(
                "--strangers",
                "retirer aussi des canaux privés qui n’est pas dans le registre (d’office, seulement signalé)",
            ),
            option(
                "--admin-token",
                "JETON",
                "d’un administrateur système : marquer comme lus, pour qui y arrive, les canaux de cette fois-ci",
                default="",
            ),
            touches=WRITES,
        ),
    },
)
SEARCHES = group(
    "search",
    "chercher comme une personne chercherait",
    {
        "people": CliCommand(
            "cli.annuaire:search_people",
            "des personnes de l’annuaire, telles que quelqu’un les verrait",
            argument("query", "MOTS", "ce que la personne taperait après /annuaire"),
            option(
                "--as", "NOM", "qui cherche, par son nom d’utilisateur", into="username", type=USERNAME, required=True
            ),
            JSON_LIST,
            touches=READS,
        ),
        "tout": CliCommand(
            "cli.chercher:search_everything",
            "tout ce qu’une personne trouverait avec /chercher : fiches, annuaire, canaux, actus, agenda, et ce qui "
            "n’est qu’à elle",
            argument("query", "MOTS", "ce que la personne taperait après /chercher"),
            option(
                "--user", "NOM", "qui cherche, par son nom d’utilisateur", into="username", type=USERNAME, required=True
            ),
            JSON_LIST,
            touches=READS,
        ),
        "resources": CliCommand(
            "cli.ressources.commands:search_resources",
            "des fiches publiées de la ressourcerie, la meilleure d’abord",
            argument("query", "MOTS", "ce qu’une personne chercherait : « #cnil pdf », « impots »"),
            option("--limit", "N", f"au plus, 10 d’office, {HITS_MAX} permises", type=HITS, default=10),
            JSON_LIST,
            touches=READS,
        ),
    },
)
DIGESTS = group(
    "digest",
    "les numéros des actus",
    {
        "preview": CliCommand(
            "cli.actus:preview",
            "un numéro des actus, tel qu’il est ou tel qu’il serait ; rien n’est pris ni publié",
            option("--edition", "CLÉ", "vendredi, nouvelles, ou une de la table", required=True),
            option(
                "--date",
                "AAAA-MM-JJ",
                "le numéro de ce jour, férié ou non, ou le suivant ; d’office, le prochain",
                into="day",
                type=DAY,
            ),
            JSON_OBJECT,
            flag("--markdown", "les messages tels qu’ils seront, en Markdown"),
            touches=WRITES,
            exclusive=("--json", "--markdown"),
        ),
        "publish": CliCommand(
            "cli.publication:publish",
            "publier un numéro maintenant, une fois ; relancée, la commande reprend ce qui manque",
            DIGEST,
            flag("--dry-run", "dire où et quoi, sans rien envoyer ni écrire"),
            touches=WRITES,
        ),
    },
)
API = group(
    "api",
    "les programmes qui lisent en HTTP (docs/wire.md)",
    {
        "list": CliCommand("cli.api:show", "montrer les jetons, sans leur secret", JSON_LIST, touches=READS),
        "create": CliCommand(
            "cli.api:create",
            "créer un jeton, montré cette fois-ci seulement",
            argument("name", "NOM", "le nom du programme, ou de qui s’en sert"),
            JSON_OBJECT,
            touches=WRITES,
        ),
        "revoke": CliCommand(
            "cli.api:revoke",
            "révoquer un jeton",
            argument("client_id", "ID", "son identifiant, ce qui est avant « : »"),
            touches=WRITES,
        ),
    },
)
API.usual = "list"
BACKUP_FILE = argument("file", "FICHIER", "le fichier que « backup » a écrit", type=PATH)
IDENTITY = option("--identity", "FICHIER", "la clé privée d’age, d’une sauvegarde chiffrée", type=PATH)
BACKUPS = group(
    "backup",
    "sauvegarder toute la base, même si le bot tourne",
    {
        "write": CliCommand(
            "cli.backup:backup",
            "écrire un fichier avec tout (« coop-bot backup FICHIER » suffit)",
            argument("file", "FICHIER", "le fichier à écrire, qui ne doit pas exister", type=PATH),
            touches=READS,
        ),
        "check": CliCommand(
            "cli.backup:check", "restaurer un fichier pour essai, et dire ce qu’il contient", BACKUP_FILE, IDENTITY
        ),
        "run": CliCommand(
            "cli.backup:run",
            "faire maintenant la sauvegarde programmée : dans COOP_BACKUP_DIR, essayée, les plus anciennes retirées",
            JSON_OBJECT,
            touches=WRITES,
        ),
    },
)
BACKUPS.usual = "write"

COMMANDS: dict[str, click.Command] = {
    "serve": CliCommand("cli.serve:serve", "faire tourner le bot", touches=WRITES),
    "migrate": CliCommand(
        "cli.migrate:migrate",
        "mettre la base de données au niveau de cette version",
        flag(
            "--check",
            "dire ce qui changerait, sans rien changer ; code 0 : rien, 1 : des étapes à faire, 2 : impossible",
        ),
        touches=WRITES,
    ),
    "setup": CliCommand(
        "cli.setup.command:set_up",
        "préparer un serveur Mattermost pour le bot",
        option("--url", "URL", "adresse du serveur Mattermost", required=True),
        ADMIN_TOKEN,
        option("--team", "TEAM", "nom court de l’équipe, celui de son adresse", required=True),
        option("--public-url", "PUBLIC_URL", "adresse du bot, telle que le serveur l’appelle", required=True),
        option("--write", "FICHIER", "fichier de réglages à écrire", type=PATH, required=True),
        option("--contact", "NOM", "à qui le bot renvoie les questions (sinon aux animateurs)"),
        option("--bot-name", "NOM", "nom du compte de bot (coop)", default="coop"),
        flag("--fix-server", "changer aussi les réglages du serveur qui empêchent le bot de marcher"),
        flag("--rights", "dire quels droits les fonctions en service demandent, et les accorder"),
        flag(
            "--replace",
            "prendre la place d’un autre service (ses commandes), ou du bot d’une autre équipe (son fichier)",
        ),
        flag("--dry-run", "dire ce qui changerait, sans rien changer"),
    ),
    "doctor": CliCommand(
        "cli.doctor.command:doctor", "vérifier que tout va, et dire comment réparer", ADMIN_TOKEN, touches=READS
    ),
    "role": CliCommand(
        "cli.people.register:role",
        "donner un rôle à une personne, ou le laisser suivre Mattermost",
        argument("username", "NOM", "nom d’utilisateur Mattermost, avec ou sans « @ »", type=USERNAME),
        argument(
            "wanted",
            "RÔLE",
            "coordinateur, animateur, conseiller, invité, hotline ou administrateur ; "
            "auto : le rôle suit de nouveau Mattermost",
            type=WordChoice("coordinateur", "animateur", "conseiller", "invité", "hotline", "administrateur", "auto"),
        ),
        touches=WRITES,
    ),
    "people": CliCommand("cli.people.roster:show", "montrer le registre : qui est qui", JSON_LIST, touches=READS),
    "import": IMPORTS,
    "export": EXPORTS,
    "channels": CHANNELS,
    "jobs": CliCommand(
        "cli.jobs:jobs",
        "montrer les tâches périodiques : la prochaine fois, la dernière, et ce qu’elle a donné",
        JSON_LIST,
        touches=READS,
    ),
    "work": CliCommand(
        "cli.work:long_work",
        "montrer les travaux longs (fichiers, envois groupés…) : où ils en sont, ce qu’ils ont donné ; en arrêter un",
        JSON_LIST,
        option("--cancel", "ID", "arrêter ce travail : ce qui est déjà fait reste", into="work_id"),
        touches=WRITES,
        exclusive=("--json", "--cancel"),
    ),
    "api": API,
    "backup": BACKUPS,
    "restore": CliCommand(
        "cli.backup:restore",
        "remettre une sauvegarde dans la base des réglages, qui est vide",
        BACKUP_FILE,
        IDENTITY,
        option(
            "--erasures",
            "FICHIER",
            "une sauvegarde plus récente : les effacements de données faits entre les deux seront refaits",
            type=PATH,
        ),
        touches=WRITES,
    ),
    "search": SEARCHES,
    "announce": CliCommand(
        "cli.annonce:announce",
        "écrire un texte dans des canaux, une fois dans chacun ; relancée, la commande reprend ce qui manque",
        option(
            "--to",
            "OÙ",
            "national, départements (69,38), region:Bretagne, hub:Hinaura, theme:éducation (des virgules entre)",
            required=True,
        ),
        option("--text", "FICHIER", "le texte, ou « - » pour l’entrée standard", required=True),
        option(
            "--file",
            "FICHIER",
            "un fichier qui va avec, dont chaque canal reçoit une copie ; dix au plus, un --file pour chacun",
            into="files",
            multiple=True,
        ),
        flag("--dry-run", "dire où l’annonce irait, sans rien envoyer"),
        flag("--again", "l’envoyer une fois de plus, là où elle est déjà"),
        JSON_OBJECT,
        touches=WRITES,
    ),
    "digest": DIGESTS,
    "rdv": RDV,
    "slots": SLOTS,
    "webhook": WEBHOOKS,
    "stats": CliCommand(
        "cli.figures:tell",
        "les chiffres d’une personne ou d’un territoire (docs/wire.md)",
        *QUESTION,
        JSON_OBJECT,
        touches=READS,
        exclusive=WHOSE,
    ),
    "tickets": CliCommand(
        "cli.hotline:tickets",
        "montrer les demandes d’aide : de qui, à qui, où elles en sont",
        STATE,
        QUEUE,
        JSON_LIST,
        touches=READS,
    ),
    "journal": CliCommand(
        "cli.journal:show",
        "ce qui a été fait, par qui et pourquoi ; « verify » : 0 si le journal est intact, 1 sinon",
        argument(
            "what", "verify", "vérifier que rien n’y a été changé, ni retiré", required=False, type=WordChoice("verify")
        ),
        option("--from", "AAAA-MM-JJ", "premier jour, à Paris", into="start", type=DAY),
        option("--to", "AAAA-MM-JJ", "dernier jour, compris", into="end", type=DAY),
        option("--actor", "NOM", "ce que quelqu’un a fait ; coop : le bot, operateur : vous"),
        flag("--jsonl", "un objet JSON par ligne (docs/wire.md)"),
        touches=READS,
    ),
    "ideas": CliCommand(
        "cli.idees:ideas",
        "les idées proposées : leurs voix, ce qu’elles deviennent ; jamais de qui elles sont",
        JSON_LIST,
        touches=READS,
    ),
    "kits": supplies.KITS,
    "cases": CliCommand(
        "cli.moderation:show",
        "les dossiers de modération : de qui, dans quel état, ce qui fut décidé",
        option("--state", "ÉTAT", "ceux d’un état : ouvert, second_avis, decide, recours, clos"),
        JSON_LIST,
        touches=READS,
    ),
    "guard": CliCommand(
        "cli.guard:guard",
        "dire où un texte contient des données personnelles, sans les montrer (docs/wire.md)",
        argument("file", "FICHIER", "le texte, ou « - » pour l’entrée standard"),
        JSON_LIST,
    ),
    "understand": CliCommand(
        "cli.understand:understand_file",
        "dire ce que le bot comprend de phrases, une par ligne, sans rien faire (docs/wire.md)",
        argument("file", "FICHIER", "les phrases, ou « - » pour l’entrée standard"),
        option("--user", "NOM", "comme cette personne, avec ce qu’elle peut faire", into="username", type=USERNAME),
        JSON_LIST,
    ),
    "data": CliCommand(
        "cli.donnees:data",
        "écrire tout ce que le bot garde d’une personne (JSON et PDF), comme /mes-donnees le lui envoie",
        argument("username", "NOM", "le nom d’utilisateur de la personne, même hors du registre", type=USERNAME),
        option("--output", "FICHIER", "le fichier .zip à écrire", type=PATH, required=True),
        flag("--force", "même si ce fichier existe déjà"),
        touches=READS,
    ),
    "retention": CliCommand(
        "cli.retention:retention",
        "effacer ce qui est gardé depuis trop longtemps, et dire combien de lignes de chaque table",
        flag("--dry-run", "dire ce qui partirait, sans rien effacer"),
        JSON_LIST,
        touches=WRITES,
    ),
    "demo-data": CliCommand(
        "cli.demo_data.history:demo_data",
        "un historique inventé, aussi long qu’on veut, dans la base",
        option("--cras", "N", "nombre de comptes rendus", type=COUNT, required=True),
        option("--seed", "S", "graine : la même donne le même historique (1)", type=NUMBER, default=1),
        option("--conseillers", "N", "leurs auteurs (4000)", into="authors", type=COUNT, default=4000),
        option("--from", "JOUR", "premier jour (trois ans plus tôt)", into="start", type=DAY),
        option("--to", "JOUR", "dernier jour, compris (hier)", into="end", type=DAY),
        flag("--force", "même si la base contient de vrais comptes rendus"),
        touches=WRITES,
    ),
    "demo": CliCommand(
        "cli.demo.command:demo_command",
        "le bot et un Mattermost embarqué, avec des personnes et un historique",
        flag("--reset", "tout recommencer (ou variable RESET=1)", default=lambda: _asked("RESET")),
        flag(
            "--tour",
            "jouer une courte visite dans le terminal, puis finir (ou variable TOUR=1)",
            default=lambda: _asked("TOUR"),
        ),
        option(
            "--no-open",
            "",
            "ne pas ouvrir de navigateur (ou variable OPEN=0)",
            into="is_to_open",
            flag_value=False,
            default=lambda: _asked("OPEN", "1"),
        ),
        option("--port", "PORT", "ou variable PORT (8065)", type=NUMBER, envvar="PORT", default="8065"),
        option("--bot-port", "BOT_PORT", "ou variable BOT_PORT (8066)", type=NUMBER, envvar="BOT_PORT", default="8066"),
        option(
            "--server-version",
            "V",
            "11.6, 11.2, 10.5, 9.11, 9.4 ou 5.37, ou variable SERVER_VERSION",
            envvar="SERVER_VERSION",
            default="11.2",
        ),
    ),
}
