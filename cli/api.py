"""« coop-bot api »: which programs may read over HTTP (docs/wire.md)."""

from collections.abc import Sequence

from cli.command import Call
from cli.environment import open_to_read, open_up_to_date
from cli.errors import OperatorError
from cli.journal import note
from cli.terminal import count, make_table, write
from config.time import PARIS, write_instant
from storage import programs
from storage.journal import AuditAct
from storage.programs import NAME_MAX

OFF = "L’interface est éteinte : mettez COOP_API=oui dans les réglages, puis relancez « coop-bot serve »."


async def create(call: Call, name: str, as_json: bool) -> None:
    """Admit a program, and print its bearer token, which is shown only once."""
    named = " ".join(name.split())
    if not named or len(named) > NAME_MAX or not named.isprintable():
        raise OperatorError(f"Nommez le programme en {NAME_MAX} caractères au plus.", code=2)
    async with open_up_to_date(call.settings) as database, database.transaction() as db:
        client, bearer = await programs.add_client(db, named, call.clock())
        await note(db, AuditAct.API_CLIENT, f"programme:{client.id}", call.clock(), nom=named)
    said = [bearer, "", "Gardez ce jeton en lieu sûr : il n’est montré qu’une fois.", *_say_off(call)]
    write({"id": client.id, "nom": named, "jeton": bearer}, said, as_json=as_json)


async def show(call: Call, as_json: bool) -> None:
    """List the admitted programs."""
    async with open_to_read(call.settings) as db:
        found = await programs.list_clients(db)
    rows = [(client.id, f"{client.created_at.astimezone(PARIS):%d/%m/%Y}", client.name) for client in found]
    table = make_table(("id", "créé le", "nom"), rows, f"{count(len(found), 'jeton')}." if rows else "Aucun jeton.")
    told = [{"id": client.id, "nom": client.name, "cree": write_instant(client.created_at)} for client in found]
    write(told, [*table, *_say_off(call)], as_json=as_json)


def _say_off(call: Call) -> Sequence[str]:
    return () if call.settings.api == "oui" else (OFF,)


async def revoke(call: Call, client_id: str) -> None:
    """Revoke a program’s token, effective with its next request."""
    async with open_up_to_date(call.settings) as database, database.transaction() as db:
        client = await programs.remove_client(db, client_id.partition(":")[0])
        if client is None:
            raise OperatorError("Aucun jeton n’a cet identifiant. « coop-bot api list » les montre.")
        await note(db, AuditAct.API_CLIENT, f"programme:{client.id}", call.clock(), nom=client.name, revoque=True)
    print(f"Le jeton de « {client.name} » est révoqué.")
