"""Words for the figures of a company and of a portfolio, by the tool that knows them."""

from __future__ import annotations

import re

GAUGE = re.compile(r"\b(?:rsi|macd|moving average|volatility|overbought|oversold|sma|ema|bollinger\w*|52.week\w*)\b")
"""What is read off a share's prices."""
FIGURE = re.compile(
    r"\b(?:p ?/ ?e|pe|price.to.\w+|yield|market cap\w*|eps|earnings per share|margins?|book value|payout ratio|debt\w*"
    r"|revenue|ebitda|free cash flow|roe|return on equity|peg)\b"
)
"""What a company's accounts say."""
RISK = re.compile(
    r"\b(?:value at risk|var|draw ?downs?|volatil\w*|beta|sharpe(?: ratio)?|sortino(?: ratio)?|standard deviation"
    r"|concentrat\w*|diversif\w*)\b"
)
"""What a portfolio's risk is measured by."""


def tool_of_figure(term: str) -> str | None:
    """The tool that knows a company's figure of this name, in small letters; None where it is none of a company's."""
    if GAUGE.search(term):
        return "get_technicals"
    return "get_fundamentals" if FIGURE.search(term) else None
