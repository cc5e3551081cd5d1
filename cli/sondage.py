"""« coop-bot export poll »: writes the results of a poll as CSV to the standard output or to a file, which is
replaced."""

import sys
from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.french import plural
from bot.papers.sheets import Cell
from cli.command import Call
from cli.environment import open_to_read
from cli.errors import OperatorError
from cli.terminal import begin_csv, open_whole
from commands.sondage import list_result_lines, list_vote_lines
from config.text import guard
from storage import people
from storage import sondage as polls
from storage.sondage import Poll, PollState, votes
from storage.sondage.votes import read_visible_results


async def export_poll(call: Call, number: int, by_voter: bool, output: str) -> None:
    """Write the results of a poll, or each voter’s choice."""
    async with open_to_read(call.settings) as db:
        poll = _must_be(await polls.get_poll(db, number), number)
        lines = await (_voters(db, poll) if by_voter else _results(db, poll))
    with open_whole(output) as told:
        columns, *rows = ([guard(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
        write = begin_csv(told, columns)
        for row in rows:
            write(row)


def _must_be(poll: Poll | None, number: int) -> Poll:
    if poll is None or poll.state is PollState.DRAFT:
        raise OperatorError(f"Aucun sondage n’a le numéro {number} : vérifiez-le dans Mattermost, par /sondage liste.")
    if poll.state is PollState.WITHDRAWN:
        raise OperatorError(f"Le sondage {number} a été retiré : ses votes sont effacés. Choisissez-en un autre.")
    return poll


async def _results(db: AsyncSession, poll: Poll) -> Sequence[Sequence[Cell]]:
    results = await read_visible_results(db, poll)
    if not results.is_told:
        told = f"{plural(results.votes, 'personne a voté', 'personnes ont voté')} : les réponses se verront plus tard."
        print(told if results.votes else "Personne n’a encore voté.", file=sys.stderr)
    return list(list_result_lines(poll, results))


async def _voters(db: AsyncSession, poll: Poll) -> Sequence[Sequence[Cell]]:
    if poll.anonymous:
        raise OperatorError(f"Les votes du sondage {poll.number} sont secrets : relancez sans « --votes ».")
    chosen = await votes.list_votes(db, poll.id)
    return list(list_vote_lines(poll, chosen, await people.by_ids(db, [vote.user_id for vote in chosen])))
