"""How everything here is measured: CPU time, product and floor in turns, the median of the pairwise ratios.

Called by every bench. Refuses to compare two runs: what is divided was measured seconds apart on the same machine.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Work = Callable[[], object]


class Of(StrEnum):
    """What a goal is about."""

    RATIO = "ratio"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound from the design: at most (or, with `at_least`, at least) `bound`."""

    bound: float
    of: Of = Of.RATIO
    at_least: bool = False

    def met(self, figure: Figure) -> bool:
        """Whether the figure keeps it."""
        value = figure.ratio if self.of is Of.RATIO else figure.value
        assert value is not None
        return value >= self.bound if self.at_least else value <= self.bound

    def words(self, unit: str) -> str:
        """As it stands in the table."""
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {self.bound:g}" + ("×" if self.of is Of.RATIO else f" {unit}")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `floor` is what the machine can do at best, in the same unit; `ratio` of product to it."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    goal: Goal | None = None
    note: str = ""

    def line(self) -> str:
        """For people."""
        floor = "" if self.floor is None else f"{short(self.floor)} {self.unit}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}×"
        goal, verdict = "", ""
        if self.goal is not None:
            goal, verdict = self.goal.words(self.unit), "met" if self.goal.met(self) else "NOT MET"
        value = f"{short(self.value)} {self.unit}"
        return f"{self.name:58} {value:>16} {floor:>16} {ratio:>8} {goal:>12} {verdict:8} {self.note}".rstrip()

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "floor": self.floor,
            "ratio": self.ratio,
            "goal": None if self.goal is None else self.goal.words(self.unit),
            "met": None if self.goal is None else self.goal.met(self),
            "note": self.note,
        }


HEAD = f"{'figure':58} {'product':>16} {'floor':>16} {'ratio':>8} {'goal':>12} {'':8}"


def short(value: float) -> str:
    """Three significant digits; thousands as they are."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def cpu_ms(work: Work) -> float:
    """CPU milliseconds of the whole process (all threads) for one call."""
    before = time.process_time_ns()
    work()
    return (time.process_time_ns() - before) / 1e6


def in_turns(works: Mapping[str, Work], rounds: int, repeat: int = 1) -> dict[str, list[float]]:
    """CPU milliseconds a call, `rounds` times each, one after the other; `repeat` calls a measurement, for tiny ones.

    One round before is thrown away.
    """
    measured: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            spent = cpu_ms(lambda work=work: [work() for _ in range(repeat)]) / repeat  # type: ignore[misc]
            if number:
                measured[name].append(spent)
    return measured


def ratio(product: Sequence[float], floor: Sequence[float]) -> float:
    """The median of the pairwise ratios."""
    return statistics.median(one / other for one, other in zip(product, floor, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def compared(
    name: str,
    product: Sequence[float],
    floor: Sequence[float],
    goal: Goal | None = None,
    unit: str = "ms",
    note: str = "",
) -> Figure:
    """Product against floor: medians and the median of the pairwise ratios."""
    return Figure(name, statistics.median(product), unit, statistics.median(floor), ratio(product, floor), goal, note)


def alone(name: str, values: Sequence[float], goal: Goal | None = None, unit: str = "ms", note: str = "") -> Figure:
    """A median without a floor."""
    return Figure(name, statistics.median(values), unit, goal=goal, note=note)
