"""« /entrainement »: training with reports on a private practice sheet, which counts in no statistics."""

import re
from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel

from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.events import DirectMessage, Spoken, typed_alone
from bot.features import Feature, Front, Trigger
from bot.french import NBSP, say_date
from bot.replies import Button, Direct, PlainTextReply, Replies, Reply, RunCommand, Waiting, Whisper
from bot.texts import Markdown, render
from config.text import fold
from config.time import PARIS
from storage import drafts, people
from storage.cra import report

feature = Feature(
    "entrainement",
    front=Front("Entraînement", "essayer les comptes rendus sans que rien ne compte", lambda _: "entrainement"),
)
CONSEILLERS = (people.Role.CONSEILLER,)
"""Who files reports."""
END_WORD = "fin"
ENDS = re.compile(r"(?:fin(?:i|ie|ir)?|stop(?:per)?|arret(?:e|er|ez)?|quitte[rz]?|sort(?:ir)?|termine[rz]?)[ .!]{0,3}")
"""What people type after the command to leave a training, folded."""
PRACTISED = frozenset({"cra", "entrainement", "aide", "brouillon", "menus"})
"""The features that know of training, or do nothing of their own; of the others only « /stats » does."""
AT_ONCE = 1000
"""Trainings that are looked at in one morning."""
BEFORE_THE_NEXT = timedelta(hours=23)
"""What is over so soon is ended already, so that the nightly clean-up never ends a training without a word."""


class Finish(BaseModel):
    """Button « Finir l’entraînement »."""


@feature.command(
    "entrainement", help="Essayer les comptes rendus, sans que rien ne compte", roles=CONSEILLERS, writes=True
)
async def begin(ctx: Context, text: str) -> Replies:
    """Start a training, or say that one is under way; « stop » and its like end it."""
    if ENDS.fullmatch(fold(text).strip()):
        return Whisper(await _end(ctx))
    if text.strip():
        raise UserError(render("entrainement/usage"))
    is_new = await report.find_training(ctx.db, ctx.user.id) is None
    await report.begin_training(ctx.db, ctx.user.id, ctx.now)
    ctx.touched.add(ctx.user.id)
    training = await report.find_training(ctx.db, ctx.user.id)
    assert training is not None
    buttons = [
        Button("Écrire un compte rendu", RunCommand(line="cra"), "primary"),
        Button("Finir l’entraînement", Finish()),
    ]
    return Whisper(await _describe(ctx, training, is_new=is_new), buttons)


@feature.command(
    "entrainement fin", help="Finir l’entraînement, et effacer ce qui y a été saisi", roles=CONSEILLERS, writes=True
)
async def finish(ctx: Context, _: str) -> Replies:
    """End the training and delete its reports."""
    return Whisper(await _end(ctx))


@feature.button(Finish, roles=CONSEILLERS)
async def finish_by_button(ctx: Context, _: Finish) -> Replies:
    """End the training by a button."""
    return Whisper(await _end(ctx))


_is_end = typed_alone(lambda text: fold(text).strip(" .!") == END_WORD)


@feature.hears_words
async def hear_words(ctx: Context, message: Spoken) -> PlainTextReply:
    """Recognise « fin », written in the direct channel outside threads, as the end of a training."""
    return PlainTextReply(is_its=_is_end(message) and ctx.user.may(CONSEILLERS))


@feature.event(DirectMessage, name="entrainement.DirectMessage", only=_is_end)
async def finish_by_word(ctx: Context, message: DirectMessage) -> Replies:
    """End the training by « fin »."""
    if not ctx.user.may(CONSEILLERS):
        return None
    return Direct(await _end(ctx), user_id=message.user_id)


@feature.waiting
async def remind(ctx: ReadingContext) -> Sequence[Waiting]:
    """Say on the home page that a training is under way."""
    training = await report.find_training(ctx.db, ctx.user.id)
    if training is None:
        return []
    since = say_date(training.since.astimezone(ctx.zone).date(), ctx.today)
    said = f"Vous vous entraînez depuis {_after(since)}{NBSP}: vos comptes rendus ne comptent pas"
    return [Waiting(said, Button("Finir l’entraînement", RunCommand(line="entrainement fin")))]


@feature.says_beside(CONSEILLERS)
async def say_real(ctx: Context, trigger: Trigger) -> Reply | None:
    """Warn a trainee that the command they typed is real, unlike those that a training covers."""
    is_practised = trigger.feature in PRACTISED or trigger.key == ("command", "stats")
    if is_practised or not await ctx.is_among(report.list_trainees):
        return None
    return Whisper(render("entrainement/real"))


@feature.job("hour=8 minute=20", name="entrainement.end_overdue", local=True, writes=True)
async def end_overdue(ctx: Context) -> Replies:
    """End the trainings that have reached their seven days before the next morning, and tell their owners."""
    told: list[Reply] = []
    for training in await report.list_overdue_trainings(ctx.db, ctx.now + BEFORE_THE_NEXT, AT_ONCE):
        person = await people.get(ctx.db, training.person_id)
        if (person.zone if person else PARIS) == ctx.zone:
            told.append(await _end_overdue(ctx, training.person_id))
    return told


async def _end_overdue(ctx: Context, person_id: str) -> Direct:
    await _forget(ctx, person_id)
    ctx.touched.add(person_id)
    text = render("entrainement/overdue", days=report.TRAINING_FOR.days)
    return Direct(text, [Button("Écrire un compte rendu", RunCommand(line="cra"), "primary")], user_id=person_id)


async def _end(ctx: Context) -> Markdown:
    ctx.touched.add(ctx.user.id)
    if await report.find_training(ctx.db, ctx.user.id) is None:
        return render("entrainement/none")
    return render("entrainement/ended", count=await _forget(ctx, ctx.user.id))


async def _forget(ctx: Context, person_id: str) -> int:
    """Delete a practice sheet and its drafts; return how many reports it had."""
    for draft in await drafts.of(ctx.db, person_id, ctx.now):
        if draft.hidden.get("practice"):
            await ctx.drafts.drop(ctx.db, draft.key)
    return await report.end_training(ctx.db, person_id)


async def _describe(ctx: Context, training: report.Training, *, is_new: bool) -> Markdown:
    until = (training.since + report.TRAINING_FOR).astimezone(ctx.zone).date()
    count = 0 if is_new else await report.count_practice(ctx.db, ctx.user.id)
    return render("entrainement/begun", is_new=is_new, until=say_date(until), count=count)


def _after(day: str) -> str:
    """Write a day so that it can follow « depuis »."""
    return day if day in ("hier", "aujourd’hui") else f"le {day}"
