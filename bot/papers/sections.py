"""Figures as papers show them: lines under titles, each a label and its value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelledValue:
    """A label and its value; ``percent`` is its share in whole numbers, None where it has none."""

    label: str
    value: int
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a title; ``key`` names it in templates and files. Values count what ``unit`` says."""

    key: str
    title: str
    unit: str
    lines: tuple[LabelledValue, ...]

    @property
    def filled(self) -> tuple[LabelledValue, ...]:
        """The lines that are not zero, in their order."""
        return tuple(line for line in self.lines if line.value != 0)

    @property
    def ranked(self) -> tuple[LabelledValue, ...]:
        """The lines that are not zero, the largest first."""
        return tuple(sorted(self.filled, key=lambda line: -line.value))
