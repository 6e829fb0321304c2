"""The report counts each question once: single ones, those for two tools, and follow-ups, whatever they ask."""

from __future__ import annotations

from bot.evaluation.suites import SuiteResult
from slm.evaluate import Report


def test_follow_ups_for_two_tools_are_no_single_questions() -> None:
    single, followups = SuiteResult(), SuiteResult()
    for right in (True, True, False):
        single.add("exact, get_quote", "right tools", right=right)
    single.add("exact, two tools", "right tools", right=True)
    for _ in range(3):  # more than there are single questions for two tools
        followups.add("exact, two tools", "right tools", right=True)
    report = Report(single, followups, SuiteResult())
    counts = {name: (tally.right, tally.total) for name, tally in report.tallies.items()}
    assert counts["exact tool calls"] == (6, 7)
    assert counts["exact, single questions"] == (2, 3)
    assert counts["exact, two tools"] == (4, 4)
    assert counts["exact, follow-ups"] == (3, 3)
