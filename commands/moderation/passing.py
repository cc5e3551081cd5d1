"""« Demander l’avis » of other animateurs, and « Transmettre » to who may do more, or knows the person."""

from collections.abc import Sequence

from bot.context import Context
from bot.errors import UserError
from bot.journaling import Deed, note
from bot.linked import address_of
from bot.others import is_there, name_of
from bot.replies import Direct, Replies, Reply, Whisper
from bot.texts import Markdown, mention, quotation, render
from commands.moderation import cards, terms
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.taking import locked
from dialogs.moderation.deciding import AskOpinion, ForwardCase
from storage import people
from storage.journal import Act
from storage.moderation.cases import Case
from storage.people import Person, Role

ADMINS = "administrateurs"
COORDINATEURS_MAX = 1000
OFFERED_MAX = 20
DECIDED = "Ce dossier est déjà décidé."


async def whom(ctx: Context, case: Case) -> dict[str, str]:
    """To whom a case can be handed: administrateurs, and the coordinateurs of where the author works."""
    near = await _coordinateurs(ctx, case)
    return {ADMINS: "Les administrateurs"} | {one.id: f"{one.full_name}, coordination" for one in near}


async def _coordinateurs(ctx: Context, case: Case) -> Sequence[Person]:
    author = await people.get(ctx.db, case.author_id)
    if author is None or not author.departements:
        return []
    there = await people.with_role(ctx.db, Role.COORDINATEUR, limit=COORDINATEURS_MAX)
    near = [one for one in there if not set(one.departements).isdisjoint(author.departements)]
    return [one for one in near if one.id != author.id][:OFFERED_MAX]


@feature.submit(AskOpinion, roles=ANIMATEURS)
async def consult(ctx: Context, form: AskOpinion) -> Replies:
    """A question under the card; whoever is named is called there."""
    case = await _waiting(ctx, form.case)
    asked = await people.get(ctx.db, form.whom) if form.whom else None
    if form.whom and (asked is None or not asked.animates):
        raise UserError(fields={"a": "Choisissez un animateur : le dossier est dans leur salle."})
    if asked and asked.id == case.author_id:
        raise UserError(fields={"a": "Ce dossier concerne cette personne : demandez à quelqu’un d’autre."})
    await note(ctx, Deed(Act.CONSULT, thing_of(case), case.author_id, form.text))
    by, whose = await name_of(ctx, ctx.user.id), mention(asked.username) if asked else Markdown()
    text = render("moderation/consulted", case=case, by=by, whose=whose, word=quotation(form.text, 1000))
    return [Whisper("Votre question est sous le dossier."), *await cards.say_under(ctx, case, text)]


@feature.submit(ForwardCase, roles=ANIMATEURS)
async def forward(ctx: Context, form: ForwardCase) -> Replies:
    """It is sent to them with a word; the case goes on among animateurs, and says to whom it went."""
    case = await _waiting(ctx, form.case)
    if form.whom == ADMINS:
        admins = await people.with_role(ctx.db, Role.ADMINISTRATEUR, limit=OFFERED_MAX)
        given = [one.id for one in admins if one.id not in {case.author_id, ctx.user.id}]
    else:
        given = [one.id for one in await _coordinateurs(ctx, case) if one.id == form.whom]
    there = [one for one in given if await is_there(ctx, one)]
    if not there:
        raise UserError(fields={"a": "Personne d’autre n’est là : choisissez quelqu’un d’autre."})
    await note(ctx, Deed(Act.FORWARD, thing_of(case), case.author_id, form.text, after={"to": there}))
    return [Whisper("C’est transmis."), *await _hand_over(ctx, case, form, there)]


async def _hand_over(ctx: Context, case: Case, form: ForwardCase, there: Sequence[str]) -> Sequence[Reply]:
    """To administrateurs with all that can be decided, to coordinateurs as a message to read."""
    by, word = await name_of(ctx, ctx.user.id), quotation(form.text, 1000)
    about = {
        "case": case,
        "author": await terms.say_author(ctx, case),
        "message": quotation(case.message, cards.SHOWN_MAX),
        "address": Markdown(address_of(ctx.settings, case.post_id) if case.post_id else ""),
    }
    decides = form.whom == ADMINS
    text = render("moderation/handed_over", by=by, word=word, decides=decides, **about)
    told: list[Reply] = [Direct(text, user_id=one) for one in there]
    if decides:
        card = await cards.draw(ctx, case)
        shown = (card.text, card.buttons, card.facts, card.menus)
        told += [Direct(*shown, user_id=one, topic=cards.topic_of(case.number)) for one in there]
    names = [await name_of(ctx, one) for one in there]
    note_under = render("moderation/forwarded", by=by, names=names, word=word)
    return [*told, *await cards.say_under(ctx, case, note_under)]


async def _waiting(ctx: Context, number: int) -> Case:
    case = await locked(ctx, number)
    if not case.is_waiting:
        raise UserError(DECIDED)
    return case


def thing_of(case: Case) -> str:
    """How the journal names it."""
    return f"dossier:{case.number}"
