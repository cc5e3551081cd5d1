"""What a person of a real server has long clicked away: tours and tips that would lie over the page."""

from tests.people import Person


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
