"""Who is behind a name or ticker: one listing, the candidates, or an honest "unknown"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.market_data import FakeSymbols, listing, tool_context
from tools.errors import AmbiguousSymbol, UnknownSymbol
from tools.market.symbols import find_symbol

if TYPE_CHECKING:
    from tools.context import Listing

NAMES = {"AAPL": "Apple Inc.", "APLE": "Apple Hospitality REIT", "MSFT": "Microsoft"}


@dataclass
class Undecided(FakeSymbols):
    """Finds every name ambiguous."""

    def resolve(self, text: str) -> Listing:
        raise AmbiguousSymbol(text, tuple(self.names))


async def test_the_listing_meant_comes_first_then_similar_ones() -> None:
    findings = await find_symbol(tool_context(names=NAMES), "apple inc.")
    assert findings.sentences == ("Apple Inc. is the company with the ticker AAPL on NYSE.",)
    findings = await find_symbol(tool_context(names=NAMES), "AAPL")
    assert {passage.text for passage in findings.passages if passage.attribute == "name"} == {"Apple Inc."}


async def test_an_ambiguous_name_lists_the_candidates() -> None:
    context = replace(tool_context(), symbols=Undecided(NAMES))
    findings = await find_symbol(context, "apple")
    assert findings.sentences == ("“apple” fits several: AAPL (Apple Inc.) or APLE (Apple Hospitality REIT).",)
    assert set(findings.names) == {"AAPL", "APLE"}


async def test_an_ambiguous_name_without_candidates_asks() -> None:
    with pytest.raises(AmbiguousSymbol):
        await find_symbol(replace(tool_context(), symbols=Undecided({})), "apple")


async def test_an_unknown_name_is_never_guessed() -> None:
    with pytest.raises(UnknownSymbol, match="Zorblax"):
        await find_symbol(tool_context(names=NAMES), "Zorblax")


def test_an_index_in_the_fakes_is_an_index() -> None:
    assert (listing("^GSPC").kind, listing("AAPL").kind) == ("index", "stock")
