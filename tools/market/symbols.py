"""Which listing a name or ticker stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.arguments import Name
from tools.context import ToolContext
from tools.errors import AmbiguousSymbol
from tools.formatting import join_words
from tools.parsing.sectors import SECTOR_NAMES
from tools.values import Findings, Passage, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.context import Listing

DIRECTORY = Source("symbol directory")
_MOST_LISTED = 5
_KINDS = {"stock": "company", "etf": "fund", "index": "index", "currency": "currency pair", "commodity": "commodity"}


async def find_symbol(context: ToolContext, query: Name) -> Findings:
    """The ticker of a company, fund or index, or who is behind a ticker.

    Use this when the question is what something's ticker or symbol is, or which listing a name means; for its
    price use get_quote, for what the company does use get_fundamentals.

    Args:
        query: the name or ticker

    Returns:
        The listing meant, then up to four with similar names; all candidates when several fit equally well.

    Raises:
        UnknownSymbol: nothing is close enough.

    Source:
        the symbol directory.
    """
    similar = context.symbols.search(query, _MOST_LISTED)
    try:
        found = context.symbols.resolve(query)
    except AmbiguousSymbol:
        if not similar:
            raise
        told = f"“{query}” fits several: {join_words([_spoken(each) for each in similar], 'or')}."
        return _findings(query, similar, (told,), ("Say which one you mean by its ticker or full name.",))
    others = tuple(each for each in similar if each.symbol != found.symbol)[: _MOST_LISTED - 1]
    place = f" on {found.exchange}" if found.exchange else ""
    told = f"{found.name} is the {_KINDS[found.kind]} with the ticker {found.symbol}{place}."
    return _findings(query, (found, *others), (told,), ())


def _spoken(listing: Listing) -> str:
    return f"{listing.symbol} ({listing.name})"


def _findings(query: str, listings: Sequence[Listing], told: tuple[str, ...], notes: tuple[str, ...]) -> Findings:
    return Findings(
        title=f"Listings for “{query}”",
        passages=tuple(passage for listing in listings for passage in _passages(listing)),
        sentences=told,
        notes=notes,
        names={listing.symbol: listing.name for listing in listings},
        layout="table",
    )


def _passages(listing: Listing) -> list[Passage]:
    facts = {
        "name": listing.name,
        "kind": _KINDS[listing.kind],
        "exchange": listing.exchange,
        "country": listing.country,
        "sector": SECTOR_NAMES.get(listing.sector, listing.sector),
    }
    return [Passage(listing.symbol, attribute, text, DIRECTORY) for attribute, text in facts.items() if text]
