"""« /moderer »: what waits for animateurs and what is in force, warnings, and the audit log."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel

from bot.command_lines import read_typed_number
from bot.context import Context, ReadingContext
from bot.errors import UserError, unless_refused
from bot.french import plural, say_moment
from bot.mattermost import ChatUser
from bot.permalinks import make_permalink
from bot.replies import Button, Card, Replies, RunCommand, Waiting, Whisper
from bot.texts import Markdown, link, mention, quote, render, require
from commands.moderation import appeals, cards
from commands.moderation.cases import Decision, open_case_about, take_account, take_reason
from commands.moderation.decisions import decide_at_once
from commands.moderation.measures import exclusion, lock, move, removal
from commands.moderation.policy import ANIMATEURS, drapeau, feature, regles
from commands.moderation.rules import handlers
from config.canaux import home_of
from config.charte import MeasureKind
from config.text import cut, fold
from storage import canaux, journal, people
from storage.canaux import runs
from storage.journal import BOT, OPERATOR, AuditAct, JournalEntry
from storage.moderation import Case, CaseState, Measure
from storage.moderation import cases as stored_cases
from storage.moderation import cases as stored_measures
from storage.people.person import read_departements

SHOWN_MAX = 10


@feature.command("moderer", help="Modérer : ce qui se fait, ce qui attend", roles=ANIMATEURS)
async def show_overview(ctx: Context, line: str) -> Replies:
    """Show what waits, what is in force and what can be typed; or the case of a number."""
    if number := read_typed_number(line, "dossier"):
        return await _show_case(ctx, number)
    if line.strip():
        raise UserError(render("moderation/unknown_act", line=line))
    found = await stored_measures.list_measures_in_force(ctx.db, stored_measures.LASTING)
    commands = [(t.key[1], t.hint, t.help) for t in feature.commands if " " in t.key[1]]
    text = render(
        "moderation/overview",
        commands=commands,
        waiting=(await stored_cases.list_in_states(ctx.db, stored_cases.WAITING))[:SHOWN_MAX],
        states=STATE_LABELS,
        lasting=[await _draw_measure(ctx, each) for each in found[:SHOWN_MAX]],
        more=len(found) - SHOWN_MAX,
    )
    return Whisper(text)


STATE_LABELS = {
    CaseState.SECOND: "attend un second animateur",
    CaseState.APPEALED: "recours à examiner",
}


async def _draw_measure(ctx: Context, measure: Measure) -> tuple[cards.MeasureDescription, str]:
    person = await people.get(ctx.db, measure.user_id) if measure.user_id else None
    return await cards.describe_measure(ctx, measure), person.username if person else ""


PAGE = 3
"""The most cases that one answer shows."""


async def _show_case(ctx: Context, number: int) -> Whisper:
    """Show a case, decided or not, with its buttons; a case about the person who asks is not shown to them."""
    case = await stored_cases.get(ctx.db, number)
    if case is None or case.author_id == ctx.user.id:
        raise UserError(render("moderation/no_case", number=number))
    return (await cards.draw_card(ctx, case)).recast(Whisper)


@feature.command("moderer dossiers", help="Les messages signalés qui attendent une décision", roles=ANIMATEURS)
async def show_waiting(ctx: Context, line: str) -> Replies:
    """List the cases that have waited longest, with their buttons; or show the one of a number."""
    if number := read_typed_number(line, "dossier"):
        return await _show_case(ctx, number)
    waiting = await _list_waiting(ctx)
    if not waiting:
        return Whisper(render("moderation/none_waiting"))
    shown = [(await cards.draw_card(ctx, case)).card for case in waiting[:PAGE]]
    more = len(waiting) - len(shown)
    return Whisper(render("moderation/waiting", count=len(waiting), more=more), cards=shown)


@feature.waiting
async def list_reminders(ctx: Context) -> Sequence[Waiting]:
    """Tell « /aide » how many cases wait for a decision."""
    count = len(await _list_waiting(ctx)) if ctx.user.animates else 0
    said = plural(count, "dossier attend une décision", "dossiers attendent une décision")
    return [Waiting(said, Button("Voir les dossiers", RunCommand(line="moderer dossiers")))] if count else []


async def _list_waiting(ctx: Context) -> Sequence[Case]:
    """Return the undecided cases, except those about the person who asks."""
    found = await stored_cases.list_in_states(ctx.db, stored_cases.WAITING, 100)
    return [one for one in found if one.author_id != ctx.user.id]


WARN_EXAMPLE = "/moderer avertir @nina.roux propos blessants dans Général"


async def read_warning(ctx: ReadingContext, line: str) -> tuple[ChatUser, str]:
    """Read whom to warn, and why."""
    account, rest = await take_account(ctx, line, WARN_EXAMPLE)
    return account, take_reason(rest, WARN_EXAMPLE)


@feature.command("moderer avertir", help="Avertir quelqu’un", hint="@nom raison", roles=ANIMATEURS, asks=read_warning)
async def warn_person(ctx: Context, asked: tuple[ChatUser, str]) -> Replies:
    """Warn somebody at once."""
    account, reason = asked
    return await decide_at_once(ctx, await open_case_about(ctx, account), Decision(MeasureKind.WARN, reason))


JOURNAL_PAGE = 10
REPAIRS_MAX = 30
"""The most repairs of a channel that are searched in the log: their ids are in the button’s payload."""
VALUE_MAX = 600
"""The most characters of a value before or after a change that are shown."""
_THINGS = {
    "ressource": "ressource",
    "demande": "demande",
    "numero": "actus",
    "evenement": "événement",
    "sondage": "sondage",
    "annonce": "annonce",
    "panne": "panne",
    "collection": "collection",
    "contact": "contact",
    "flux": "flux",
    "acte": "acte",
    "dossier": "dossier",
}
"""The names of things that have a number, by their code in the log."""
_NAMES = {
    "fiches": "ressources",
    "attendues": "personnes attendues",
    "sirets": "structures, par leur SIRET",
    "role": "rôle",
    "dernier_jour": "dernier jour",
    "case": "dossier",
    "channel": "canal",
    "until": "fin",
    "act": "acte",
    "entry": "acte n°",
    "measure": "mesure n°",
    "kept": "maintenue",
    "portee": "portée",
    "retire": "retiré",
    "cree": "créé",
    "edition": "édition",
    "sort": "sort de",
    "entre": "entre dans",
    "url": "adresse",
}
"""The names of values, by their key in the log, where that is not French enough."""
_OURS = frozenset({"cle", "travail"})
"""The keys of values that are not shown."""
_BY_ITSELF = {BOT: "le bot", OPERATOR: "l’exploitant"}


class OlderEntries(BaseModel):
    """Button « Plus anciens »: entries before that number, about somebody (by id, or a name without an account) or
    about these things; ``said`` is the filter in words."""

    said: str
    before: int
    user_id: str = ""
    actor: str = ""
    things: list[str] = []


@feature.command(
    "moderer journal", help="Ce qui a été fait, par qui et pourquoi", hint="[@nom | canal | n° 57]", roles=ANIMATEURS
)
async def show_journal(ctx: ReadingContext, line: str) -> Replies:
    """Show the audit log in a whisper, wherever it is typed. Mattermost is asked before the log is read."""
    text = line.strip().replace("\u00a0", " ")
    if not text:
        return await _draw_page(ctx, OlderEntries(said="", before=0))
    if (number := read_typed_number(text)) is not None and not _find_home(text):
        return await _draw_entry(ctx, number)
    return await _draw_page(ctx, await (_find_person(ctx, text) if text.startswith("@") else _find_channel(ctx, text)))


@feature.button(OlderEntries, name="moderation.Older", roles=ANIMATEURS, writes=False)
async def show_older(ctx: Context, at: OlderEntries) -> Replies:
    """Show an older page of the audit log."""
    return await _draw_page(ctx, at)


async def _find_person(ctx: ReadingContext, text: str) -> OlderEntries:
    """Return the filter for what somebody did and what concerned them; a person without an account is found by name."""
    name = text.removeprefix("@").strip().lower()
    account = await ctx.chat.user_by_name(name) if name not in _BY_ITSELF else None
    own = {"user_id": account.id} if account and not account.is_bot else {"actor": BOT if account else name}
    return OlderEntries(said=f"@{name}", before=0, **own)


async def _find_channel(ctx: Context, text: str) -> OlderEntries:
    """Return the filter for a channel: a planned one, or another by its address. Raises UserError."""
    table, known = await canaux.list_planned(ctx.db, ctx.settings, archived=True), await canaux.find_channel_ids(ctx.db)
    wanted = fold(text.removeprefix("~"))
    home = _find_home(text)
    for key, planned in table.items():
        if wanted in {fold(planned.name), fold(planned.address), fold(key)} or key == home:
            things = [f"canal:{name}" for name in (known.get(key), key) if name]
            repairs = [f"canaux:{run_id}" for run_id in await runs.list_runs_of_channel(ctx.db, key, REPAIRS_MAX)]
            return OlderEntries(said=planned.name, before=0, things=[*things, *repairs])
    raise UserError(render("moderation/unknown_subject", text=text))


def _find_home(text: str) -> str:
    """Return the channel key of a département written as « 01 » or by name; "" if none. (« n° 57 » is an entry, « 57 »
    the Moselle; « 1 » an entry, « 01 » the Ain.)"""
    if len(text) < 2:
        return ""
    try:
        codes = read_departements(text)
    except ValueError:
        return ""
    return f"departement:{home}" if codes and (home := home_of(codes[0])) else ""


async def _draw_page(ctx: Context, at: OlderEntries) -> Whisper:
    found = await _read_entries(ctx, at)
    if not found:
        return Whisper(render("moderation/journal_empty", said=at.said, older=at.before > 0))
    names = await _list_channel_names(ctx)
    shown = found[:JOURNAL_PAGE]
    lines = [_draw_line(ctx, entry, names) for entry in shown]
    older = at.model_copy(update={"before": shown[-1].id})
    more = [Button("Plus anciens", older)] if len(found) > JOURNAL_PAGE else []
    return Whisper(render("moderation/journal", said=at.said, lines=lines), more)


async def _read_entries(ctx: Context, at: OlderEntries) -> Sequence[JournalEntry]:
    """Read the entries of a page, and one more if another page follows."""
    before, most = at.before or None, JOURNAL_PAGE + 1
    if at.user_id:
        return await journal.list_about(ctx.db, at.user_id, most, before)
    if at.actor:
        return await journal.list_by_name(ctx.db, at.actor, most, before)
    if at.things:
        return await journal.list_of_things(ctx.db, at.things, most, before)
    return await journal.list_newest(ctx.db, most, before)


async def _draw_entry(ctx: ReadingContext, number: int) -> Whisper:
    """Draw an entry in full, with the values before and after."""
    entry = require(await journal.get(ctx.db, number), "moderation/no_entry", number=number)
    names = dict(await _list_channel_names(ctx))
    for ident in {str(values["channel"]) for values in (entry.before, entry.after) if "channel" in values} - {*names}:
        channel = await unless_refused(ctx.chat.channel(ident), None)
        names |= {ident: channel.display_name} if channel else {}
    line = _draw_line(ctx, entry, names)
    changes = [
        (
            _NAMES.get(name, name).capitalize(),
            *(_say_value(ctx, values, name, names) for values in (entry.before, entry.after)),
        )
        for name in sorted({*entry.before, *entry.after} - _OURS)
    ]
    return Whisper(render("moderation/journal_entry", line=line, changes=changes))


def _say_value(ctx: Context, values: Mapping[str, object], name: str, names: Mapping[str, str]) -> str:
    """Write a value of an entry: channels by name, measures by label; "" for one that is not shown."""
    told: str
    match name, values.get(name):
        case _, None:
            told = ""
        case _, bool(value):
            told = "oui" if value else "non"
        case (("channel" | "entre" | "sort"), value):  # by id, or by key
            several = value if isinstance(value, list) else [value]
            told = ", ".join(names.get(str(each), "un canal") for each in several)
        case "act", str(value) if value in list(AuditAct):
            told = AuditAct(value).label
        case "role", str(value) if value in list(people.Role):
            told = people.Role(value).label
        case "until", value:
            told = say_moment(datetime.fromisoformat(str(value)).astimezone(ctx.zone))
        case _, list(values_) if all(isinstance(each, str) for each in values_):
            told = ", ".join(values_)
        case _, value:
            told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return cut(told, VALUE_MAX)


def _draw_line(ctx: Context, entry: JournalEntry, names: Mapping[str, str]) -> Markdown:
    """Draw an entry: « n° 57, 20 novembre à 10 h 30, @agathe : fiche publiée (fiche n° 12), @juliette : raison »."""
    by = _BY_ITSELF.get(entry.actor) if not entry.actor_id else mention(entry.actor)
    return render(
        "moderation/journal_line",
        number=entry.id,
        at=say_moment(entry.at.astimezone(ctx.zone)),
        by=by or entry.actor,
        what=_what(ctx, entry),
        thing=_say_object(ctx, entry.object, names),
        whom=mention(entry.target) if entry.target != entry.actor else "",
        why=" ".join(entry.reason.split()),
    )


def _what(ctx: Context, entry: JournalEntry) -> str:
    """Say what was done; if a role changed or was proposed, which one."""
    role = _say_value(ctx, entry.after, "role", {})
    if not entry.object.startswith("personne:") or not role or role == _say_value(ctx, entry.before, "role", {}):
        return entry.label
    return f"{'rôle changé' if entry.act == AuditAct.MEMBER_CHANGE else entry.label} ({role})"


def _say_object(ctx: Context, thing: str, names: Mapping[str, str]) -> Markdown | str:
    """Name the thing an entry is about; people are named separately."""
    kind, _, ident = thing.partition(":")
    if kind == "message":
        return link("message", make_permalink(ctx.settings, ident))
    if kind == "canal":
        return f"canal « {names.get(ident, ident)} »"
    return f"{_THINGS[kind]} n° {ident}" if kind in _THINGS and ident.isdigit() else ""


async def _list_channel_names(ctx: Context) -> Mapping[str, str]:
    """List the titles of planned channels, by key and by id."""
    table, known = await canaux.list_planned(ctx.db, ctx.settings, archived=True), await canaux.find_channel_ids(ctx.db)
    named = {key: planned.name for key, planned in table.items()}
    return named | {ident: named[key] for key, ident in known.items() if key in named}


__all__ = ["drapeau", "feature", "regles"]
