"""Where a sentence ends, and where a full stop means something else."""

from __future__ import annotations

import pytest

from bot.turn.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Apple fell. Microsoft rose.", ("Apple fell.", "Microsoft rose.")),
        ("Apple fell 26.4% in 2022. It was worse.", ("Apple fell 26.4% in 2022.", "It was worse.")),
        ("It is worth $2.1B. Next.", ("It is worth $2.1B.", "Next.")),
        ("Apple Inc. fell 3%.", ("Apple Inc. fell 3%.",)),
        ("I mean Apple Inc. It fell.", ("I mean Apple Inc.", "It fell.")),
        ("Apple vs. Microsoft is close.", ("Apple vs. Microsoft is close.",)),
        ("On 28 Dec. 2022 it closed.", ("On 28 Dec. 2022 it closed.",)),
        ("J. P. Morgan rose.", ("J. P. Morgan rose.",)),
        ("The U.S. market fell. Why?", ("The U.S. market fell.", "Why?")),
        ("1. Apple rose.\n2. It fell.", ("1. Apple rose.", "2. It fell.")),
        ("- one\n- two", ("- one", "- two")),
        ("Really?! Yes… No.", ("Really?!", "Yes…", "No.")),
        ("He said “it fell.” Then it rose.", ("He said “it fell.”", "Then it rose.")),
        ("**It fell.** It rose.", ("**It fell.**", "It rose.")),
        ("e.g. Apple, i.e. AAPL, fell.", ("e.g. Apple, i.e. AAPL, fell.",)),
        ("", ()),
        ("  \n \n", ()),
        ("no end", ("no end",)),
    ],
)
def test_splitting(text: str, sentences: tuple[str, ...]) -> None:
    assert split_sentences(text) == sentences
