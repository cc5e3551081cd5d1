"""« /rappels »: settings of the daily message, the end-of-day message and reminders of appointments."""

import re
from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError, read_or_refuse
from bot.features import Feature
from bot.french import join
from bot.replies import Ask, Button, Perform, Replies, RunCommand, Waiting, Whisper
from bot.texts import Markdown, render
from commands.rappels import day
from commands.rappels.end_of_day import EveningReader, tell_evenings
from config.text import fold, make_plain
from config.time import WEEKDAYS
from dialogs.absence import is_said, say_absence
from dialogs.cra.habits import say_habit
from dialogs.rappels import NO_EVENING, ChooseReminders, read_days, say_evening
from dialogs.rdv.recurrence import find_rule
from storage import people, rappels
from storage.absences import list_absences
from storage.cra.habits import list_habits
from storage.rappels import FIRST_EVENING, FIRST_HOUR, LAST_EVENING, LAST_HOUR, DailyChoice, Rhythm
from storage.rdv.reminders import choose_quiet, is_quiet

HELP = "Vos rappels : message du jour, fin de journée, rendez-vous"
HINT = "[8h | soir 18h | soir non | jours lun mar jeu ven | rdv non | moins | plus | jamais | maintenant]"
RHYTHM_WORDS = {
    "jour": Rhythm.DAILY,
    "tous les jours": Rhythm.DAILY,
    "chaque jour": Rhythm.DAILY,
    "ouvres": Rhythm.WORKDAYS,
    "jours ouvres": Rhythm.WORKDAYS,
    "semaine": Rhythm.WEEKLY,
    "chaque semaine": Rhythm.WEEKLY,
    "jamais": Rhythm.NEVER,
    "non": Rhythm.NEVER,
    "oui": Rhythm.WORKDAYS,
}
_HOUR = re.compile(r"(?:a )?(\d{1,2}) ?(?:(?:h|heures?|:) ?(\d{2})?)?")


NO, YES = {"non", "jamais", "stop", "arret"}, {"oui", "toujours"}


HABITS = "cra habitudes"
LISTED_MAX = 3
"""Recurring reports, and absences, that are listed; a button leads to all of them."""


class ChooseHour(BaseModel):
    """Button « Choisir l’heure »: opens the window."""


def read_hour(text: str) -> int | None:
    """Read « 8h », « 8 » or « à 8 heures »; None if it is no hour. Raises UserError for an hour of the night, and
    for one with minutes."""
    found = _HOUR.fullmatch(fold(text).strip())
    if found is None:
        return None
    if int(found[2] or 0) or not FIRST_HOUR <= int(found[1]) <= LAST_HOUR:
        raise UserError(render("rappels/hour_between", first=FIRST_HOUR, last=LAST_HOUR))
    return int(found[1])


def read_evening(text: str) -> int:
    """Read « 18h » or « 17h30 » as a minute of the day. Raises UserError for an hour that is not offered."""
    found = re.fullmatch(r"(?:a )?(\d{1,2}) ?(?:(?:h|heures?|:) ?(\d{2})?)?", fold(text).strip())
    minute = int(found[1]) * 60 + int(found[2] or 0) if found else -1
    if not FIRST_EVENING <= minute <= LAST_EVENING or minute % 30:
        first, last = say_evening(FIRST_EVENING), say_evening(LAST_EVENING)
        raise UserError(render("rappels/evening_between", first=first, last=last))
    return minute


async def remind(ctx: Context, asked: tuple[str, Sequence[Waiting]]) -> Replies:
    """Show the settings, or change one as the line says."""
    line, waiting = asked
    choice, words = await rappels.get_choice(ctx.db, ctx.user.id), fold(line).strip()
    if words == day.NOW:
        return await day.tell_now(ctx, waiting)
    said, hour = _split_rhythm(words)
    if words in {"moins", "plus"} or said:
        other = choice.rhythm.less if words == "moins" else choice.rhythm.more
        await rappels.choose(ctx.db, ctx.user.id, rhythm=RHYTHM_WORDS[said] if said else other)
        if hour is not None:
            await rappels.choose(ctx.db, ctx.user.id, hour=hour)
    elif words and (elsewhere := _find_elsewhere(ctx, line)):
        return Perform(elsewhere)
    elif words:
        await _set(ctx, words, choice)
    return await _show(ctx, await rappels.get_choice(ctx.db, ctx.user.id))


def _split_rhythm(words: str) -> tuple[str, int | None]:
    """Split « tous les jours 8h » into what says how often, and the hour (None where not said); "" where it says
    something else."""
    if words in RHYTHM_WORDS:
        return words, None
    for said in RHYTHM_WORDS:
        if words.startswith(f"{said} ") and (hour := read_hour(words.removeprefix(said))) is not None:
            return said, hour
    return "", None


def _find_elsewhere(ctx: Context, line: str) -> str:
    """Name the other command that does what is asked here (absences, recurring reports); "" for none."""
    if fold(line).startswith("absence") or is_said(line):
        return f"absence {line}".replace("absence absence", "absence")
    is_setting = fold(line).startswith(("jour ", "jours "))
    return f"cra {line}" if not is_setting and find_rule(make_plain(line), ctx.today) else ""


async def _set(ctx: Context, words: str, choice: DailyChoice) -> None:
    """Change one setting as a line says; whoever has no messages and names an hour for one wants it to come again."""
    what, _, value = words.partition(" ")
    no = value.strip() in NO
    if what in {"soir", "fin"} and value:
        evening = value.removeprefix("de journee").strip()
        if evening in NO | YES and ctx.user.known_role is not people.Role.CONSEILLER:
            raise UserError(render("rappels/no_evening", has_rdv=ctx.user.known_role is people.Role.COORDINATEUR))
        if evening not in NO:
            await _begin_again(ctx, choice)
        if evening in NO or evening in YES:
            return await rappels.choose(ctx.db, ctx.user.id, asks=evening in YES)
        return await rappels.choose(ctx.db, ctx.user.id, evening=read_evening(evening), asks=True)
    if what in {"rdv", "rendez-vous"} and (no or value.strip() in YES):
        return await choose_quiet(ctx.db, ctx.user.id, quiet=no)
    if what in {"jours", "jour"} and value:
        return await rappels.choose(ctx.db, ctx.user.id, days=read_or_refuse(read_days, value))
    if (hour := read_hour(words)) is None:
        raise UserError(render("rappels/usage"))
    await _begin_again(ctx, choice)
    return await rappels.choose(ctx.db, ctx.user.id, hour=hour)


async def _begin_again(ctx: Context, choice: DailyChoice) -> None:
    """Come back to how often somebody had messages, where they have none."""
    if choice.rhythm is Rhythm.NEVER:
        await rappels.choose(ctx.db, ctx.user.id, rhythm=choice.before or choice.rhythm.more)


async def _show(ctx: Context, choice: DailyChoice) -> Whisper:
    count = await rappels.count_news(ctx.db, ctx.user.id)
    buttons = [Button("Lire maintenant", day.ReadNow(), "primary")] if count else []
    buttons += [Button("Choisir l’heure", ChooseHour())]
    buttons += [Button("Moins", day.LessOften())] if choice.rhythm is not Rhythm.NEVER else []
    buttons += [Button("Plus", day.MoreOften())] if choice.rhythm is not Rhythm.DAILY else []
    known = {
        "Voir mes absences": (await _list_away(ctx), "absence"),
        "Voir ce qui revient": (await _list_habits(ctx), HABITS),
    }
    buttons += [Button(label, RunCommand(line=line)) for label, (found, line) in known.items() if found]
    return Whisper(await _say_choice(ctx, choice, count), buttons)


async def _change_rhythm(ctx: Context, rhythm: Rhythm) -> Whisper:
    await rappels.choose(ctx.db, ctx.user.id, rhythm=rhythm)
    return Whisper(await _say_choice(ctx, await rappels.get_choice(ctx.db, ctx.user.id), 0))


async def tell_less(ctx: Context, _: day.LessOften) -> Replies:
    """Send the daily message less often."""
    return await _change_rhythm(ctx, (await rappels.get_choice(ctx.db, ctx.user.id)).rhythm.less)


async def tell_more(ctx: Context, _: day.MoreOften) -> Replies:
    """Send the daily message more often."""
    return await _change_rhythm(ctx, (await rappels.get_choice(ctx.db, ctx.user.id)).rhythm.more)


async def ask_hour(ctx: Context, _: ChooseHour) -> Replies:
    """Open the window of the settings."""
    choice = await rappels.get_choice(ctx.db, ctx.user.id)
    return Ask(ChooseReminders.of(choice, reminds=not await is_quiet(ctx.db, ctx.user.id)), here=False)


async def store_choice(ctx: Context, form: ChooseReminders) -> Replies:
    """Store the settings of the window."""
    evening = {} if form.evening == NO_EVENING else {"evening": int(form.evening)}
    wanted = {"hour": int(form.hour), "rhythm": Rhythm(form.rhythm), "days": form.days}
    await choose_quiet(ctx.db, ctx.user.id, quiet=form.rdv != "oui")
    await rappels.choose(ctx.db, ctx.user.id, asks=bool(evening), **wanted, **evening)  # type: ignore[arg-type]  # of names
    return Whisper(await _say_choice(ctx, await rappels.get_choice(ctx.db, ctx.user.id), 0))


async def _say_choice(ctx: Context, choice: DailyChoice, count: int) -> Markdown:
    """Describe the settings, and how many news wait."""
    absences, habits = await _list_away(ctx), await _list_habits(ctx)
    days = [name for number, name in enumerate(WEEKDAYS) if choice.days >> number & 1]
    return render(
        "rappels/choice",
        hour=choice.hour,
        rhythm=choice.rhythm.value,
        count=count,
        evening=say_evening(choice.evening),
        asks=choice.asks and choice.rhythm is not Rhythm.NEVER and ctx.user.known_role is people.Role.CONSEILLER,
        reports=ctx.user.known_role is people.Role.CONSEILLER,
        has_rdv=ctx.user.known_role in (people.Role.CONSEILLER, people.Role.COORDINATEUR),
        reminds=not await is_quiet(ctx.db, ctx.user.id),
        days=join(days),
        habits=habits[:LISTED_MAX],
        habits_more=len(habits) - LISTED_MAX,
        absences=absences[:LISTED_MAX],
        absences_more=len(absences) - LISTED_MAX,
    )


async def _list_away(ctx: Context) -> Sequence[str]:
    """List the absences to come, as texts say them."""
    return [say_absence(one) for one in await list_absences(ctx.db, [ctx.user.id], ctx.today)]


async def _list_habits(ctx: Context) -> Sequence[str]:
    """List the recurring reports of whoever may file any, as texts say them."""
    if ctx.user.known_role is not people.Role.CONSEILLER:
        return []
    return [say_habit(one, ctx.today) for one in await list_habits(ctx.db, ctx.user.id, ctx.today)]


def build_rappels(features: Iterable[Feature]) -> Feature:
    """Build the feature of the daily messages, which collect from all other features."""
    feature, theirs = Feature("rappels", always=True), tuple(features)
    reader = day.WaitingReader(theirs)
    feature.command("rappels", help=HELP, hint=HINT, asks=reader.read_line)(remind)
    feature.button(day.LessOften, name="rappels.Less")(tell_less)
    feature.button(day.MoreOften, name="rappels.More")(tell_more)
    feature.button(ChooseHour, name="rappels.Choose", writes=False)(ask_hour)
    feature.button(day.ReadNow, name="rappels.ReadNow", asks=reader.read_own)(day.tell_now)
    feature.button(day.OpenNews, name="rappels.OpenNews", writes=False)(day.open_news)
    feature.submit(ChooseReminders)(store_choice)
    feature.waiting(day.wait_to_be_read)
    feature.job(f"hour={FIRST_HOUR}-{LAST_HOUR} minute=0", name="rappels.tell", local=True, writes=True)(day.tell_due)
    feature.chore(day.TellDay, name="rappels.TellDay", title="Messages du jour", unit=day.UNIT, asks=reader.read_page)(
        day.tell_next
    )
    tell_evenings(feature, EveningReader(theirs))
    return feature
