"""The results at the end, read from the database and from Mattermost’s state, compared with what was accepted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.records import Channel, Post
from sandbox.snapshot import Snapshot
from sandbox.state import State
from storage.hotline import Move
from tests.bench.clicks import follow
from tests.drill.checker import Expected, Verdict, judge, number_alike, number_found
from tests.drill.cluster import NAME, Server
from tests.drill.monday import ANNOUNCED, CHAT, Monday
from tests.drill.place import WORD

_NUMBER = re.compile(r"n°\s*(\d+)")
_LINE = re.compile(re.escape(CHAT).replace(r"\{\}", r"(\d+)"))
REPORTS = "SELECT key, author_id, id FROM cra WHERE key LIKE 'drill-%' ORDER BY id"
MOVES = "SELECT ticket, by, move FROM ticket_move ORDER BY id"
HITS = "SELECT post_id, case_id FROM moderation_hit WHERE rule = 'mots'"


@dataclass(frozen=True, slots=True)
class Standing:
    """Mattermost’s posts in order, and its channels; ``bot`` is the bot’s account."""

    posts: Sequence[Post]
    channels: Mapping[str, Channel]
    bot: str
    state: State

    @classmethod
    def read(cls, snapshot: Path, bot: str) -> "Standing":
        """Read what a stopped server left."""
        state = State()
        Snapshot(state, snapshot).load()
        posts = sorted((post for post in state.posts if not post.delete_at), key=lambda post: post.create_at)
        return cls(posts, {channel.id: channel for channel in state.channels}, bot, state)

    def own(self, channel_id: str = "") -> list[Post]:
        """List the bot’s posts, in one channel or everywhere."""
        return [post for post in self.posts if post.user_id == self.bot and channel_id in ("", post.channel_id)]

    def beside(self, post: Post) -> str:
        """Return the person for whom a post of the bot’s is, in a direct channel; "" elsewhere."""
        channel = self.channels[post.channel_id]
        return next((one for one in channel.name.split("__") if one != self.bot), "") if channel.type == "D" else ""


async def judge_all(monday: Monday, there: Standing, server: Server) -> Mapping[str, Verdict]:
    """Judge everything: a verdict for each kind, by its French name."""
    filed = await server.asks(REPORTS, NAME)
    return {
        "comptes rendus": _reports(monday, filed),
        "reçus": _receipts(monday, filed, there),
        "clics sur les demandes": await _clicks(monday, server),
        "lignes d’une conversation": _lines(monday, there),
        "messages signalés par une règle": await _hits(monday, there, server),
        "annonce dans les canaux": _announcement(monday, there),
        "accueils": _welcomes(monday, there),
    }


def _reports(monday: Monday, filed: Sequence[tuple[str, str, int]]) -> Verdict:
    asked = [Expected(r.key, r.author, r.begun, r.ended, r.accepted) for r in monday.reports]
    return judge(asked, [(key, author) for key, author, _ in filed])


def _receipts(monday: Monday, filed: Sequence[tuple[str, str, int]], there: Standing) -> Verdict:
    """Judge receipts: each filed report has one, whether its author was told at once or not."""
    sent = {r.key: r for r in monday.reports}
    asked = [Expected(str(n), author, sent[key].begun, sent[key].ended) for key, author, n in filed if key in sent]
    return judge(asked, [(number, author) for number, author, _ in receipts(there)])


def receipts(there: Standing) -> list[tuple[str, str, int]]:
    """List the receipts: number of the report, for whom, and when (milliseconds since 1970)."""
    found = []
    for post in there.own():
        text = f"{post.message} {post.props}"
        if (who := there.beside(post)) and "enregistré" in text and (match := _NUMBER.search(text)):
            found.append((match[1], who, post.create_at))
    return found


async def _clicks(monday: Monday, server: Server) -> Verdict:
    """Judge clicks: all accepted ones count; others may, as an answer can be lost while the database moves. Nobody took
    what another had."""
    asked = [Expected(f"{c.by} {c.move.value}", str(c.ticket), sure=c.accepted) for c in monday.clicks]
    numbers = {*monday.place.desk.numbers}
    made = [move for move in await server.asks(MOVES, NAME) if move[0] in numbers]
    verdict = judge(number_alike(asked), number_found((f"{by} {move}", str(n)) for n, by, move in made), ordered=False)
    of_each: dict[int, list[tuple[str, Move]]] = {}
    for number, by, move in made:
        of_each.setdefault(number, []).append((by, Move(move)))
    wrong = sum(follow(moves) is None for moves in of_each.values())
    return Verdict(verdict.accepted, verdict.lost, verdict.doubled, wrong)


def _lines(monday: Monday, there: Standing) -> Verdict:
    """Judge lines: what juliette wrote under her ticket is in the room, in her order."""
    desk = monday.place.desk
    hers = [p for p in there.posts if p.user_id == desk.juliette.id and _LINE.search(p.message)]
    asked = [Expected(p.message, desk.room, p.create_at, p.create_at) for p in hers]
    said = [(p, _LINE.search(f"{p.message} {p.props}")) for p in there.own(desk.room)]
    return judge(asked, [(match[0], post.channel_id) for post, match in said if match])


async def _hits(monday: Monday, there: Standing, server: Server) -> Verdict:
    """Judge rules: each message that a rule looks for is part of a case."""
    talk = {*monday.place.talk.values()}
    asked = [Expected(p.id) for p in there.posts if p.channel_id in talk and WORD in p.message]
    return judge(asked, [(post, "") for post, case in await server.asks(HITS, NAME) if case], ordered=False)


def _announcement(monday: Monday, there: Standing) -> Verdict:
    asked = [Expected(each, each, sure=monday.announced) for each in monday.place.departements.values()]
    found = [(post.channel_id, post.channel_id) for post in there.own() if post.message == ANNOUNCED]
    places = {*monday.place.departements.values()}
    return judge(asked, [each for each in found if each[0] in places], ordered=False)


def _welcomes(monday: Monday, there: Standing) -> Verdict:
    """Judge welcomes: everybody who came is welcomed."""
    arriving = {*monday.place.arriving}
    came = [
        member.user_id for member in there.state.team_members if member.user_id in arriving and not member.delete_at
    ]
    said = [(there.beside(post), f"{post.message} {post.props}") for post in there.own()]
    found = [(who, who) for who, text in said if who in arriving and "Bienvenue" in text]
    return judge([Expected(who, who) for who in came], found, ordered=False)
