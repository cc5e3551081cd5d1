"""The speaker of the sentences that « coop-bot understand » reads: a person of the register, with their rights."""

from cli.annuaire import find_viewer
from cli.checks import choose_features
from cli.command import Call
from cli.environment import open_to_read
from cli.understand import Speaker, tell
from commands import FEATURES


async def tell_as(call: Call, username: str, file: str, *, as_json: bool) -> int:
    """Print how each line of a file is understood when that person says it. Raises OperatorError for an unknown
    name."""
    return tell(await _find_speaker(call, username), file, as_json=as_json)


async def _find_speaker(call: Call, username: str) -> Speaker:
    """Return the speaker for a person of the register."""
    async with open_to_read(call.settings) as db:
        person = await find_viewer(db, username)
    on = choose_features(FEATURES, call.settings)
    allowed = {trigger.key[1] for feature in on for trigger in feature.commands if person.may(trigger.roles)}
    return Speaker(person.today(call.clock()), allowed, person.departements)
