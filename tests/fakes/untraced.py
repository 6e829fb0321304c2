"""Checks that a tool's own sentences hold no number its figures don't have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.formatting import show, show_day

if TYPE_CHECKING:
    from tools.values import Findings

_DAY = r"\d{1,2} [A-Z][a-z]{2} \d{4}"
_NUMBER = rf"{_DAY}|[$€£]?\d[\d,]*(?:\.\d+)?[%TB]?"


def untraced_numbers(findings: Findings) -> list[str]:
    """Numbers and dates in the sentences that are neither the shown form of a figure nor the day of its source.

    Names and the command are set aside.
    """
    shown = [f"{show(figure)} {show(figure, absolute=True)}" for figure in findings.figures]
    days = [show_day(figure.source.as_of) for figure in findings.figures if figure.source.as_of]
    known = set(re.findall(_NUMBER, " | ".join([*shown, *days])))
    text = " ".join(findings.sentences)
    aside = list(findings.names.values()) + ([findings.proposal.command] if findings.proposal else [])
    for name in sorted(aside, key=len, reverse=True):
        text = text.replace(name, "")
    return [number for number in re.findall(_NUMBER, text) if number not in known]
