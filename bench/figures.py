"""What a benchmark finds: a figure of ours, the limit measured in the same run, the goal, and what a peer publishes."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Goal:
    """At least or at most so much; `of_limit` counts in limits of the same run instead of units."""

    least: float | None = None
    most: float | None = None
    of_limit: bool = False

    def is_met(self, ours: float, limit: float | None) -> bool:
        """Whether the figure reaches the goal."""
        unit = (limit or 0) if self.of_limit else 1
        return (self.least is None or ours >= self.least * unit) and (self.most is None or ours <= self.most * unit)

    def __str__(self) -> str:
        sign, amount = ("≥", self.least) if self.least is not None else ("≤", self.most)
        return f"{sign} {amount:g}{' × limit' if self.of_limit else ''}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `limit` is what the machine gives without our code, in the same unit.

    `peer` is quoted, in its own words; `measured` is what the peer gave in this run, in the same unit.
    """

    what: str
    unit: str
    ours: float
    goal: Goal | None = None
    limit: float | None = None
    peer: str = ""
    note: str = ""
    measured: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours in limits: above 1 is more than the limit, which is good for rates and bad for times."""
        return self.ours / self.limit if self.limit else None

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        return self.goal.is_met(self.ours, self.limit) if self.goal else None

    def as_json(self) -> dict[str, Any]:
        """The members of bench.json."""
        goal = str(self.goal) if self.goal else None
        return asdict(self) | {"goal": goal, "ratio": self.ratio, "is_met": self.is_met}


@dataclass(frozen=True, slots=True)
class Scale:
    """How much work the scripts do: the published figures need the full one, a test of the scripts the tiny one."""

    rounds: int = 3
    is_tiny: bool = False

    def of(self, full: int, tiny: int) -> int:
        """So many."""
        return tiny if self.is_tiny else full


FULL = Scale()
TINY = Scale(rounds=1, is_tiny=True)


@dataclass(slots=True)
class Series:
    """The runs of one thing; what counts is the median of them."""

    runs: list[dict[str, float]] = field(default_factory=list)

    def __getitem__(self, name: str) -> float:
        return median(run[name] for run in self.runs)


def interleaved(
    scale: Scale, ours: Callable[[int], dict[str, float]], limit: Callable[[int], dict[str, float]]
) -> tuple[Series, Series]:
    """Run both in turn, so that what else the machine does falls on both; each hears the number of its round."""
    mine, other = Series(), Series()
    for number in range(scale.rounds):
        mine.runs.append(ours(number))
        other.runs.append(limit(number))
    return mine, other


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of the values does not exceed; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
