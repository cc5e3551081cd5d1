"""Stories: when a case is forgotten, nothing of it stands in the animateurs’ rooms any more."""

from datetime import timedelta

import pytest

from tests.people import unique
from tests.support.house import plain
from tests.support.moderation import MeasureStage, bench, known, post_file
from tests.test_moderation_evidence import hidden, keeping

__all__ = ["bench", "known"]


async def clears(bench: MeasureStage) -> None:
    """The night comes."""
    await bench.house.bot.runs.run(("job", "moderation.clear_old"), unique("nuit"))
    await bench.house.settled()


@pytest.mark.both_databases
async def test_cards_and_files_go_with_the_case(bench: MeasureStage) -> None:
    post = await post_file(bench.lea, bench.place, unique("Une image"), "preuve.png", b"des faits")
    form = await bench.juliette.opens(f"/signaler {bench.link(post)}")
    assert (await form.fill(motif="propos").submit()).accepted
    measure = await hidden(bench, post)
    kept = await bench.said(bench.room, keeping(measure))
    card = await bench.said(bench.room, f"**Dossier n° {measure.case_id},")
    await bench.house.settled()
    await clears(bench)
    for there in (kept, card):
        await bench.stands(there, there=True)
    bench.house.clock.goes_to(bench.house.clock() + timedelta(days=30.5 * bench.house.settings.case_months))
    await clears(bench)
    for there in (kept, card):
        await bench.stands(there, there=False)
    assert "a été retiré" in plain((await bench.lea.direct())[-1]), "what she was told is hers"
