"""« coop-bot webhook »: the address and secret with which an organisation of RDV Service Public delivers its
appointments."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.french import say_date
from bot.visits import address_of_page
from cli.command import Call
from cli.environment import open_up_to_date
from cli.errors import OperatorError
from cli.journal import note
from cli.terminal import write
from commands.rdv.deliveries import HOOK
from config.settings import Settings
from config.time import PARIS, write_instant
from storage.journal import AuditAct
from storage.rdv.remote import make_keys, open_webhook, revoke_webhook, rotate_secret
from storage.seals import UnreadableError

THING = "webhook"
"""The name of webhooks in the audit log."""


async def rdv_service_public(call: Call, organisation: int, rotate: bool, revoke: bool, as_json: bool) -> None:
    """Print the address and secret of an organisation, created at the first call; replace the secret, or revoke it."""
    settings = call.settings
    if not settings.secrets:
        raise OperatorError("COOP_SECRET manque : l’adresse et le secret sont scellés par cette clé.", code=2)
    async with open_up_to_date(settings) as database, database.transaction() as db:
        change = _revoke if revoke else _rotate if rotate else _open
        told = await change(db, settings, organisation, call.clock())
    write(told, _say(organisation, told), as_json=as_json)


Told = Mapping[str, str | None]


async def _open(db: AsyncSession, settings: Settings, organisation: int, now: datetime) -> Told:
    try:
        opened, is_new = await open_webhook(db, organisation, make_keys(settings.secrets), now)
    except UnreadableError:
        raise OperatorError(_unreadable(organisation)) from None
    if is_new:
        await note(db, AuditAct.RDV_WEBHOOK, THING, now, organisation=organisation, acte="ouvrir")
    return {"adresse": address_of_page(settings, HOOK, opened.key), "secret": opened.secret}


async def _rotate(db: AsyncSession, settings: Settings, organisation: int, now: datetime) -> Told:
    try:
        opened, until = await rotate_secret(db, organisation, make_keys(settings.secrets), now)
    except LookupError:
        raise OperatorError(_missing(organisation)) from None
    except UnreadableError:
        raise OperatorError(_unreadable(organisation)) from None
    await note(db, AuditAct.RDV_WEBHOOK, THING, now, organisation=organisation, acte="changer le secret")
    address = address_of_page(settings, HOOK, opened.key)
    return {"adresse": address, "secret": opened.secret, "ancien_jusqu_a": write_instant(until)}


async def _revoke(db: AsyncSession, _: Settings, organisation: int, now: datetime) -> Told:
    if not await revoke_webhook(db, organisation):
        raise OperatorError(_missing(organisation))
    await note(db, AuditAct.RDV_WEBHOOK, THING, now, organisation=organisation, acte="fermer")
    return {"adresse": None, "secret": None}


def _missing(organisation: int) -> str:
    return f"L’organisation {organisation} n’a pas d’adresse : sans --rotate ni --revoke, la commande lui en donne une."


def _unreadable(organisation: int) -> str:
    return (
        f"COOP_SECRET a changé : l’adresse de l’organisation {organisation} ne peut plus être lue. Fermez-la avec "
        "--revoke, puis demandez-en une autre."
    )


def _say(organisation: int, told: Told) -> Iterator[str]:
    if told["adresse"] is None:
        yield f"L’organisation {organisation} n’envoie plus rien ici. Ce qui est venu reste dans les agendas."
        return
    yield from (f"Adresse : {told['adresse']}", f"Secret : {told['secret']}")
    if until := told.get("ancien_jusqu_a"):
        moment = datetime.fromisoformat(until).astimezone(PARIS)
        day = say_date(moment.date(), moment.date())
        yield f"L’ancien secret vaut encore jusqu’au {day}, {moment:%H h %M} (Paris)."
