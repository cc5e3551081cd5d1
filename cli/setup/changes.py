"""What a set-up does, said as it does it; or, in a dry run, what it would do, and nothing is changed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Changes:
    """``do`` makes a change and says so; ``fault`` keeps a sentence about what the operator has to mend."""

    say: Callable[[str], None]
    dry: bool
    count: int = 0
    faults: list[str] = field(default_factory=list)

    async def do(self, what: str, verb: tuple[str, str], work: Callable[[], Awaitable[T]]) -> T | None:
        """Say « what : créé » after the work is done, « what : à créer » instead of it; the verb has both forms."""
        to_do, done = verb
        self.count += 1
        if self.dry:
            self.say(f"{what} : {to_do}")
            return None
        result = await work()
        self.say(f"{what} : {done}")
        return result

    def note(self, sentence: str) -> None:
        """Say something good to know, that changes nothing."""
        self.say(f"À savoir : {sentence}")

    def fault(self, sentence: str) -> None:
        """Keep something that set-up must not or can’t change itself."""
        self.faults.append(sentence)
