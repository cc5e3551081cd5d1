"""Stories: when a case is forgotten, nothing of it stands in the animateurs’ rooms any more."""

from datetime import timedelta

import pytest

from tests.people import unique
from tests.support.house import plain
from tests.support.moderation import MeasureStage, known, measure_stage, post_file
from tests.test_moderation_evidence import hidden, keeping

__all__ = ["known", "measure_stage"]


async def clears(stage: MeasureStage) -> None:
    """The night comes."""
    await stage.house.bot.runs.run(("job", "moderation.clear_old"), unique("nuit"))
    await stage.house.settled()


@pytest.mark.both_databases
async def test_cards_and_files_go_with_the_case(stage: MeasureStage) -> None:
    post = await post_file(stage.lea, stage.place, unique("Une image"), "preuve.png", b"des faits")
    form = await stage.juliette.opens(f"/signaler {stage.link(post)}")
    assert (await form.fill(motif="propos").submit()).accepted
    measure = await hidden(stage, post)
    kept = await stage.said(stage.room, keeping(measure))
    card = await stage.said(stage.room, f"**Dossier n° {measure.case_id},")
    await stage.house.settled()
    await clears(stage)
    for there in (kept, card):
        await stage.stands(there, there=True)
    stage.house.clock.goes_to(stage.house.clock() + timedelta(days=30.5 * stage.house.settings.case_months))
    await clears(stage)
    for there in (kept, card):
        await stage.stands(there, there=False)
    assert "a été retiré" in plain((await stage.lea.direct())[-1]), "what she was told is hers"
