"""What a real server’s page has beside ours: what lies over it at first, and words in its person’s language."""

import re

from playwright.async_api import Locator, Page, TimeoutError

from tests.people import Person

ONLY_YOU = re.compile(r"only visible to you|visible (?:(?:seulement|uniquement) )?par vous", re.IGNORECASE)
"""What stands at a whisper: in English, in French, on the embedded server’s page."""
COVERED_MS = 2_000
"""So long a click waits for what lies over its target to go."""
OVER_THE_PAGE = (
    "a:has-text('View in Browser'), a:has-text('Voir dans le navigateur')",
    "[data-testid='close_tutorial_tip']",
    ".announcement-bar__close",
)
"""What puts away the landing page, a tour, a banner (docs/mattermost.md §12.3)."""


async def clear_away(page: Page) -> None:
    """From now on put away whatever lies over the page, whenever it comes."""
    for selector in OVER_THE_PAGE:
        await page.add_locator_handler(page.locator(selector).first, _click)


async def _click(found: Locator) -> None:
    """Something else may lie over it, as over the cross of a banner: then it is told of the click all the same."""
    try:
        await found.click(timeout=COVERED_MS)
    except TimeoutError:
        await found.dispatch_event("click")


def emoji(within: Locator, character: str, name: str) -> Locator:
    """An emoji: the character itself, or the image of that name that real clients show in its place."""
    pictures = within.locator(f'[data-emoticon="{name}"], .emoticon[title=":{name}:"], img[alt=":{name}:"]')
    return pictures.or_(within.get_by_text(character)).first


async def is_at_hand(line: Locator) -> bool:
    """Whether something can be clicked: the list of channels of a phone is drawn beside its screen."""
    box = await line.bounding_box() if await line.is_visible() else None
    return box is not None and box["x"] >= 0


async def without_tours(person: Person) -> None:
    """Say by the person’s preferences that every tour was taken."""
    seen = (
        ("tutorial_step", person.id, "999"),
        ("onboarding_task_list", "onboarding_task_list_show", "false"),
        ("onboarding_task_list", "onboarding_task_list_open", "false"),
        ("recommended_next_steps", "hide", "true"),
        ("crt_thread_pane_step", person.id, "999"),
        ("drafts", "drafts_tour_tip_showed", '{"drafts_tour_tip_showed":true}'),
    )
    rows = [{"user_id": person.id, "category": c, "name": n, "value": v} for c, n, v in seen]
    await person.api.put(f"/users/{person.id}/preferences", rows)
