"""Checks that a tool's own sentences hold no number its figures don't have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.formatting import show

if TYPE_CHECKING:
    from tools.values import Findings

_DAY = r"\d{1,2} [A-Z][a-z]{2} \d{4}"
_NUMBER = rf"{_DAY}|[$€]?\d[\d,]*(?:\.\d+)?[%TB]?"


def untraced_numbers(findings: Findings) -> list[str]:
    """Numbers and dates in the sentences that are not the shown form of a figure; names and the command set aside."""
    shown = " | ".join(f"{show(figure)} {show(figure, absolute=True)}" for figure in findings.figures)
    known = set(re.findall(_NUMBER, shown))
    text = " ".join(findings.sentences)
    aside = list(findings.names.values()) + ([findings.proposal.command] if findings.proposal else [])
    for name in sorted(aside, key=len, reverse=True):
        text = text.replace(name, "")
    return [number for number in re.findall(_NUMBER, text) if number not in known]
