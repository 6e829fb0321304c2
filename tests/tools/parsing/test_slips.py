"""Each kind of slip is told from the others."""

from __future__ import annotations

import pytest

from tools.parsing.slips import Slip, slip_between


@pytest.mark.parametrize(
    ("typed", "meant", "slip"),
    [
        ("form", "from", Slip.SWAPPED),
        ("pya", "pay", Slip.SWAPPED),
        ("redd", "red", Slip.DOUBLED),
        ("ad", "add", Slip.DOUBLED),
        ("loook", "look", Slip.DOUBLED),
        ("hw", "how", Slip.MISSING),
        ("shoul", "should", Slip.MISSING),
        ("dint", "dont", Slip.NEAR),
        ("rebalence", "rebalance", Slip.VOWEL),
        ("pricet", "price", Slip.ADDED),
        ("brike", "broke", Slip.NEAR),
        ("shade", "shame", Slip.FAR),
        ("renting", "reading", Slip.SEVERAL),
        ("difrent", "different", Slip.SEVERAL),
    ],
)
def test_slips(typed: str, meant: str, slip: Slip) -> None:
    assert slip_between(typed, meant) is slip
