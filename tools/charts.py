"""Charts are data: a surface draws them natively, as characters, or as a PNG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Series:
    """One named line or set of bars; `values` has one entry for each label, None where unknown."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A small chart: at most 6 series over at most 120 labels; `unit` is written on the value axis."""

    kind: Literal["line", "bar", "area", "pie"]
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    source: str
