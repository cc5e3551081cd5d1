"""« coop-bot api »: which programs may read over HTTP (docs/wire.md)."""

import json

from cli.command import Call
from cli.environment import open_up_to_date
from cli.errors import OperatorError
from cli.journal import note
from cli.terminal import align, count
from config.time import PARIS
from storage import programs
from storage.journal import AuditAct
from storage.programs import NAME_MAX, ApiClient

OFF = "L’interface est éteinte : mettez COOP_API=oui dans les réglages, puis relancez « coop-bot serve »."


async def create(call: Call, name: str, as_json: bool) -> int:
    """Let a program read, and write its bearer, this once."""
    named = " ".join(name.split())
    if not named or len(named) > NAME_MAX or not named.isprintable():
        raise OperatorError(f"Nommez le programme en {NAME_MAX} caractères au plus.", code=2)
    async with open_up_to_date(call.settings) as database, database.transaction() as db:
        client, bearer = await programs.add_client(db, named, call.clock())
        await note(db, AuditAct.API_CLIENT, f"programme:{client.id}", call.clock(), nom=named)
    if as_json:
        print(json.dumps({"id": client.id, "nom": named, "jeton": bearer}, ensure_ascii=False))
        return 0
    print(f"{bearer}\n\nGardez ce jeton en lieu sûr : il n’est montré qu’une fois.")
    if call.settings.api != "oui":
        print(OFF)
    return 0


async def show(call: Call, as_json: bool) -> int:
    """List the programs that may read."""
    async with open_up_to_date(call.settings) as database, database.transaction(writes=False) as db:
        found = await programs.list_clients(db)
    if as_json:
        print(json.dumps([_describe(client) for client in found], ensure_ascii=False))
        return 0
    rows = [(client.id, f"{client.created_at.astimezone(PARIS):%d/%m/%Y}", client.name) for client in found]
    print(
        "\n".join([*align([("id", "créé le", "nom"), *rows]), f"{count(len(found), 'jeton')}."])
        if rows
        else "Aucun jeton."
    )
    if call.settings.api != "oui":
        print(OFF)
    return 0


def _describe(client: ApiClient) -> dict[str, str]:
    return {"id": client.id, "nom": client.name, "cree": client.created_at.isoformat().replace("+00:00", "Z")}


async def revoke(call: Call, client_id: str) -> int:
    """Let a program read no more, from its next request on."""
    async with open_up_to_date(call.settings) as database, database.transaction() as db:
        client = await programs.remove_client(db, client_id.partition(":")[0])
        if client is None:
            raise OperatorError("Aucun jeton n’a cet identifiant. « coop-bot api list » les montre.")
        await note(db, AuditAct.API_CLIENT, f"programme:{client.id}", call.clock(), nom=client.name, revoque=True)
    print(f"Le jeton de « {client.name} » est révoqué.")
    return 0
