"""Headlines on one company, or on the market."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.arguments import Symbol
from tools.context import ToolContext
from tools.errors import NoData
from tools.formatting import show
from tools.freshness import is_future
from tools.market.plain_text import plain_text
from tools.values import Figure, Findings, Passage, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.market_data.base import Headline

MOST_HEADLINES = 6
LONGEST_TITLE = 200
LONGEST_PUBLISHER = 60
MARKETS = "markets"


async def get_news(context: ToolContext, symbol: Symbol | None = None) -> Findings:
    """The latest headlines on one company, fund or index, or on the market as a whole.

    Use this when the question is about news, what is going on with something, or why it is moving; for the size of
    the move use get_quote.

    Args:
        symbol: the company, fund or index; leave out for the market

    Returns:
        Up to six headlines as published, newest first, each with publisher and time. They are quoted, not checked.

    Raises:
        NotOffered: the source has no news. NoData: there is none on this.

    Source:
        the market-data source's headlines, each with its publisher.
    """
    subject = symbol.symbol if symbol else MARKETS
    name = context.symbols.name(subject) if symbol else "the markets"
    found = await context.market.news(symbol.symbol if symbol else None, MOST_HEADLINES)
    headlines = _usable(context, found)
    if not headlines:
        message = f"There are no headlines on {name} right now; ask for its price or its recent history instead."
        raise NoData(message)
    newest = headlines[0]
    publisher = plain_text(newest.publisher, LONGEST_PUBLISHER)
    source = Source(publisher or context.market.name, newest.published)
    when = Figure(subject, "newest headline", newest.published, "date", source)
    by = f", by {publisher}," if publisher else ""
    return Findings(
        title=f"News on {name}",
        figures=(when,),
        passages=tuple(_passage(context, subject, headline) for headline in headlines),
        sentences=(f"The newest headline on {name}{by} is of {show(when)}.",),
        notes=("Headlines are quoted as published; none is checked, and none need be the reason for a price move.",),
        names={subject: name if symbol else "Markets"},
    )


def _usable(context: ToolContext, headlines: Sequence[Headline]) -> list[Headline]:
    """Those with words in them and a possible time, newest first, each title once."""
    by_title = {
        plain_text(headline.title, LONGEST_TITLE): headline
        for headline in sorted(headlines, key=lambda headline: headline.published)
        if not is_future(context, headline.published)
    }
    return [headline for title, headline in reversed(by_title.items()) if title]


def _passage(context: ToolContext, subject: str, headline: Headline) -> Passage:
    publisher = plain_text(headline.publisher, LONGEST_PUBLISHER) or context.market.name
    return Passage(
        subject, "headline", plain_text(headline.title, LONGEST_TITLE), Source(publisher, headline.published)
    )
