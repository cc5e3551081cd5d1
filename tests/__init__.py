"""Stories, wire tests, properties and architecture.

Words:
    House, Site, Person: a bot with its server and people; a server as tests see it; somebody in a story.
"""

import os
from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings

# Machines are shared and slow at times: no property is about time. The examples are the same on every run, so that a
# change is judged by what it changes; HYPOTHESIS_PROFILE=wide looks for others, and for more of them. « make test » is
# content with the first ones.
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "coop")
settings.register_profile("coop", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("coop"), max_examples=10)
settings.register_profile("wide", settings.get_profile("coop"), derandomize=False, max_examples=1000)
settings.load_profile(PROFILE)


T = TypeVar("T")


def one_in(of: int, values: Sequence[T]) -> Sequence[T]:
    """One in so many of these values in « make test », spread over all; otherwise all of them."""
    return values[::of] if PROFILE == "quick" else values


def fewer(count: int, most: int) -> int:
    """The lower number in « make test », otherwise the higher one."""
    return count if PROFILE == "quick" else most


def examples(most: int, **others: Any) -> settings:
    """Settings of a property whose examples cost more or less than those of others: so many, and never more of them in
    « make test » than it is content with."""
    return settings(max_examples=min(most, settings().max_examples) if PROFILE == "quick" else most, **others)
