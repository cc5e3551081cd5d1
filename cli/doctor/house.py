"""The examination of what is ours: settings, folder, database, messages on their way."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from bot.features import Feature
from bot.french import join
from bot.registry import find_setting_fault, is_enabled
from bot.retries import ClockSkew
from bot.spool import ASIDE
from bot.visitors import is_near
from cli.checks import command_token_fault
from cli.doctor.findings import CheckFindings, say_moment
from cli.environment import open_database
from cli.errors import OperatorError
from cli.faults import as_sentence, data_dir_fault
from cli.rights import RightsNeeded
from cli.terminal import count
from commands.moderation.rules import handlers
from config.settings import Settings
from config.visio import VisioKind
from storage import canaux, outbox, people, private_files, schema, work
from storage.database import async_url
from storage.outbox import queue
from storage.people import register
from storage.programs import list_clients
from storage.rdv.bookings import BookingSeal, list_open_pages, read_key
from storage.rdv.remote import DeliveryRefusal, Webhook, count_waited_for, list_webhooks
from storage.targets import GENERAL
from storage.work import WorkState

LATE = timedelta(minutes=10)


def configuration(settings: Settings, findings: CheckFindings, slips: Sequence[str] = ()) -> bool:
    """Examine the settings; False when the bot could not even start with them. ``slips`` are sentences about variables
    that no setting reads."""
    missing = settings.missing()
    for name in missing:
        findings.fault(f"{name} n’est pas réglé : « coop-bot setup » l’écrit.")
    if fault := settings.secret_fault():
        findings.fault(fault)
    if settings.command_token.get_secret_value() and (fault := command_token_fault(settings)):
        findings.fault(fault)
    if not findings.faults:
        findings.well("Réglages complets.")
    for slip in slips:
        findings.note(slip)
    return not missing


def features(settings: Settings, known: Sequence[Feature], findings: CheckFindings) -> RightsNeeded:
    """Examine which features are on; with a setting that makes no sense all are looked at."""
    if sentence := find_setting_fault(known, settings.features):
        findings.fault(sentence)
        return RightsNeeded(known, settings)
    on = [feature for feature in known if is_enabled(feature, settings.features)]
    off = [feature.name for feature in known if feature not in on]
    told = f"Fonctions en service : {', '.join(feature.name for feature in on if not feature.always)}"
    findings.well(f"{told} ; désactivées : {', '.join(off)}." if off else f"{told}.")
    return RightsNeeded(on, settings)


def data_dir(settings: Settings, findings: CheckFindings) -> None:
    """Examine the folder where what was typed waits while the database is away."""
    if fault := data_dir_fault(settings, make=False):
        findings.fault(fault)
    else:
        findings.well("Dossier des saisies en attente inscriptible.")
    for aside in sorted(settings.data_dir.glob(f"spool/*{ASIDE}")):
        findings.note(
            f"« {aside} » contient des saisies que cette version n’a pas su lire : renommez-le en .jsonl et redémarrez "
            "la version qui les a écrites, ou supprimez-le."
        )


def visio(settings: Settings, findings: CheckFindings) -> None:
    """Examine whether rooms for meetings can be opened as the setting says."""
    server, secret = settings.visio, settings.visio_secret.get_secret_value()
    if server is None:
        return
    if server.kind in {VisioKind.BBB, VisioKind.MEET} and not secret:
        findings.fault(f"COOP_VISIO dit « {server.kind} », sans son secret : ajoutez COOP_VISIO_SECRET aux réglages.")
    elif server.kind is VisioKind.JITSI and bool(server.ident) != bool(secret):
        findings.fault("Les jetons de Jitsi demandent l’identifiant de l’application, après son adresse dans "
                       "COOP_VISIO, et COOP_VISIO_SECRET : donnez les deux, ou aucun.")  # fmt: skip
    elif not server.url.startswith("https://"):
        findings.note("COOP_VISIO n’est pas en https : les navigateurs n’y donnent ni le micro ni la caméra.")
    else:
        findings.well(f"Salles de visio : {server.kind}, {server.url}.")


def smtp(settings: Settings, findings: CheckFindings) -> None:
    """Examine whether reminders by e-mail can leave as the setting says."""
    server, secret = settings.smtp, settings.smtp_secret.get_secret_value()
    if server is None:
        return
    if is_private(settings.public_url):
        findings.note("COOP_PUBLIC_URL n’est joint que d’ici : le lien que portent les rappels par courriel ne s’ouvre "
                      "pas de chez les personnes.")  # fmt: skip
    if bool(server.user) != bool(secret):
        findings.fault("COOP_SMTP et COOP_SMTP_SECRET vont ensemble : l’utilisateur dans l’adresse du serveur "
                       "(smtps://utilisateur@…), et son mot de passe ; donnez les deux, ou aucun.")  # fmt: skip
    else:
        findings.well(f"Rappels par courriel : {server.host}, au nom de {server.sender}.")


def privacy(settings: Settings, findings: CheckFindings) -> None:
    """Examine whether others on this machine can read what is kept of people."""
    url = async_url(settings.database_url)
    ours = [settings.data_dir / "spool", settings.data_dir / "files"]
    if url.get_backend_name() == "sqlite" and url.database:
        ours += [Path(f"{url.database}{end}") for end in private_files.BESIDE]
    for path in ours:
        if private_files.is_open_to_others(path):
            findings.fault(f"« {path} » est lisible par d’autres comptes de cette machine : chmod go= « {path} ».")


async def database(settings: Settings, findings: CheckFindings, now: datetime) -> None:
    """Examine the database, its tables, and what waits in the outbox."""
    try:
        step = await schema.current(settings.database_url)
        if fault := schema.mismatch(settings.database_url, step):
            findings.fault(fault)
            return
        findings.well(f"Base de données à jour (étape {step}).")
        await _clock(settings, findings)
        await _messages(settings, findings, now)
        findings.has_database = True
    except OperatorError:
        raise
    except Exception as error:
        sentence = as_sentence(error, settings)
        if sentence is None:
            raise
        findings.fault(str(sentence))


async def _clock(settings: Settings, findings: CheckFindings) -> None:
    """Examine whether this machine agrees with the one of the database, whose clock all replicas share."""
    async with open_database(settings) as database:
        skew = ClockSkew(database)
        await skew.look()
    if not skew.leads():
        findings.fault(
            f"Les horloges de la base de données et du bot diffèrent de {abs(skew.ahead):.0f} s : ce bot ne lance ni "
            "tâche ni travail tant qu’elles diffèrent de plus d’une minute. Réglez-les (NTP)."
        )


async def _messages(settings: Settings, findings: CheckFindings, now: datetime) -> None:
    async with open_database(settings) as database, database.transaction(writes=False) as db:
        counts = await outbox.count_by_state(db)
        oldest = await queue.find_earliest(db)
        works = await work.count_by_state(db)
        unsafe = await handlers.find_fault(db, settings)
    _say_waiting(counts["waiting"], findings, late=bool(oldest and oldest < now - LATE))
    if unsafe:
        findings.fault(f"Modération en mode sûr, rien n’y est automatique. {unsafe}")
    if given_up := counts["given_up"]:
        findings.note(
            f"Jamais remis, et ne le seront plus (personne ou canal disparus) : {count(given_up, 'message')}."
        )
    if failed := works[WorkState.FAILED]:
        told = count(failed, "travail long", "travaux longs")
        findings.note(f"En échec : {told}. « coop-bot work » dit lesquels, et pourquoi.")


def _say_waiting(waiting: int, findings: CheckFindings, *, late: bool) -> None:
    told = count(waiting, "message")
    if late:
        wait = "attend" if waiting == 1 else "attendent"
        findings.fault(f"{told} {wait} depuis plus de dix minutes : le bot ne tourne pas, démarrez-le.")
    elif waiting:
        findings.note(f"En route vers Mattermost : {told}.")
    else:
        findings.well("Aucun message en attente.")


async def outside(settings: Settings, findings: CheckFindings, now: datetime) -> None:
    """Examine what others send here, and read."""
    await webhooks(settings, findings, now)
    await programs(settings, findings, now)
    await pages(settings, findings)


QUIET = timedelta(days=7)
"""How long an organisation may send nothing before it is reported."""


async def webhooks(settings: Settings, findings: CheckFindings, now: datetime) -> None:
    """Tell when each organisation of RDV Service Public sent its rendez-vous last, what was refused, and whose are not
    known."""
    async with open_database(settings) as database, database.transaction(writes=False) as db:
        known, unknown = await list_webhooks(db), await count_waited_for(db)
    for one in known:
        _say_webhook(one, findings, now)
    if unknown:
        told = count(unknown, "adresse")
        findings.note(f"RDV Service Public nomme des agents que personne ne connaît ici : {told}. Inscrivez-les au "
                      "registre avec cette adresse : leurs rendez-vous les attendent.")  # fmt: skip


def _say_webhook(one: Webhook, findings: CheckFindings, now: datetime) -> None:
    name = f"RDV Service Public, organisation {one.organisation}"
    last = f"dernier envoi le {say_moment(one.last_at)}" if one.last_at else "aucun envoi reçu"
    if one.refused_at and one.refusal and (one.last_at is None or one.last_at < one.refused_at):
        refused = f"{count(one.refused, 'envoi refusé', 'envois refusés')}, le dernier le {say_moment(one.refused_at)}"
        findings.fault(f"{name} : {last} ; {refused} : {one.refusal.label}. {_MENDED[one.refusal]}")
    elif one.last_at is None or one.last_at < now - QUIET:
        findings.note(f"{name} : {last}. Vérifiez l’adresse et l’abonnement « rdv » à RDV Service Public.")
    else:
        findings.well(f"{name} : {last}.")


OLD = timedelta(days=365)
"""The age from which a token should be replaced."""


async def programs(settings: Settings, findings: CheckFindings, now: datetime) -> None:
    """Examine whether programs may read over HTTP as the settings say, and whether their bearers are new and travel
    unseen."""
    async with open_database(settings) as database, database.transaction(writes=False) as db:
        bearers = await list_clients(db)
    told, old = count(len(bearers), "jeton"), [one.name for one in bearers if one.created_at < now - OLD]
    if settings.api != "oui":
        if bearers:
            findings.note(f"COOP_API n’est pas à oui : personne ne lit rien malgré {told}. Mettez COOP_API=oui, ou "
                          "révoquez avec « coop-bot api revoke ».")  # fmt: skip
    elif not bearers:
        findings.note("COOP_API=oui, et aucun programme n’a de jeton : « coop-bot api create NOM » en donne un.")
    elif is_open_to_all(settings.public_url):
        findings.fault("COOP_PUBLIC_URL est en http : les jetons de l’interface se lisent en chemin. Passez en https, "
                       "puis remplacez-les.")  # fmt: skip
    elif old:
        findings.note(f"Interface de lecture : {told}, de plus d’un an pour {join(old)}. Remplacez les anciens : "
                      "« coop-bot api create », puis « revoke ».")  # fmt: skip
    else:
        findings.well(f"Interface de lecture : {told}.")


async def pages(settings: Settings, findings: CheckFindings) -> None:
    """Examine whether people without an account reach the booking pages that are on, and nobody reads what they leave
    there."""
    async with open_database(settings) as database, database.transaction(writes=False) as db:
        found = await list_open_pages(db)
    if not found:
        return
    told, seal = count(len(found), "page"), BookingSeal(settings.secrets)
    if lost := sum(read_key(page, seal) is None for page in found):
        findings.fault(f"COOP_SECRET a changé sans garder l’ancienne clé : les pages de rendez-vous "
                       f"({count(lost, 'page')}) ne se montrent plus, et leurs réservations ne se lisent plus. "
                       "Remettez-la après la nouvelle, après une espace.")  # fmt: skip
    if is_open_to_all(settings.public_url):
        findings.fault("COOP_PUBLIC_URL est en http : ce que les personnes laissent sur la page de rendez-vous se lit "
                       "en chemin. Passez en https.")  # fmt: skip
    elif is_private(settings.public_url):
        findings.note(f"COOP_PUBLIC_URL n’est joint que d’ici : les personnes n’ouvrent pas les pages de rendez-vous "
                      f"({told}). Donnez une adresse publique, en https.")  # fmt: skip
    elif not lost:
        findings.well(f"Pages de rendez-vous en service : {told}.")


def is_private(address: str) -> bool:
    """Return whether only this machine, or its network, reaches an address."""
    host = urlsplit(address).hostname or ""
    return host == "localhost" or is_near(host)


def is_open_to_all(address: str) -> bool:
    """Return whether what is sent to an address is read by anybody on its way."""
    return address.startswith("http://") and not is_private(address)


_MENDED = {
    DeliveryRefusal.SIGNATURE: "Recopiez à RDV Service Public le secret que donne "
    "« coop-bot webhook rdv-service-public ».",
    DeliveryRefusal.UNREADABLE: "Une nouvelle version du bot sait peut-être le lire.",
}


async def next_steps(settings: Settings) -> Sequence[str]:
    """Say what an operator whose bot is well has still to do before people can use it."""
    async with open_database(settings) as database, database.transaction(writes=False) as db:
        has_people = bool(await people.every(db)) or bool(await register.count_awaited(db))
        has_channels = bool((await canaux.find_channel_ids(db)).keys() - {GENERAL})  # (which every team has)
    steps = [] if has_people else ["« coop-bot import people FICHIER » inscrit les personnes au registre."]
    return (
        steps if has_channels else [*steps, "« coop-bot channels sync » crée les canaux prévus et y met les personnes."]
    )
