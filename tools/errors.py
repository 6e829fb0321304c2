"""What a tool may tell the model (and, through it, the person): each message is one sentence with a next step.

ToolError
├── ArgumentError            an argument can't be understood; ask for it again
│   ├── UnknownSymbol        no listed name is close enough
│   └── AmbiguousSymbol      several names are equally close
├── MissingArgument          something required was not said
├── AccessRefused            the asker may not see that
└── MarketDataError          the data can't be had
    ├── NoData               this source has nothing for that symbol or period
    ├── NotOffered           this source never has that kind of data
    ├── RateLimited          the source asked us to wait
    └── Unreachable          the source did not answer in time
"""

from __future__ import annotations


class ToolError(Exception):
    """Base of all expected tool failures; `str(error)` is fit to be shown."""

    kind = "error"


class ArgumentError(ToolError):
    """An argument can't be understood."""

    kind = "bad_argument"


class UnknownSymbol(ArgumentError):
    """No listed name is close enough; `suggestions` are the nearest, maybe none."""

    kind = "unknown_symbol"

    def __init__(self, query: str, suggestions: tuple[str, ...] = ()) -> None:
        self.query = query
        self.suggestions = suggestions
        hint = f" Did you mean {' or '.join(suggestions)}?" if suggestions else " Try its ticker or full company name."
        super().__init__(f"I don't know a listed company, fund or index called “{query}”.{hint}")


class AmbiguousSymbol(ArgumentError):
    """Several listings fit equally well; `choices` are "TICKER (Name)" strings."""

    kind = "ambiguous_symbol"

    def __init__(self, query: str, choices: tuple[str, ...]) -> None:
        self.query = query
        self.choices = choices
        super().__init__(f"“{query}” could be {' or '.join(choices)}. Which one do you mean?")


class MissingArgument(ToolError):
    """Something required was not said."""

    kind = "missing_argument"


class AccessRefused(ToolError):
    """The asker may not see that; the message says how to go on."""

    kind = "access_refused"


class MarketDataError(ToolError):
    """The data can't be had."""

    kind = "market_data"


class NoData(MarketDataError):
    """This source has nothing for that symbol or period."""

    kind = "no_data"


class NotOffered(MarketDataError):
    """This source never has that kind of data; the message says which source does."""

    kind = "not_offered"


class RateLimited(MarketDataError):
    """The source asked us to wait, for `retry_after_seconds` where it said how long."""

    kind = "rate_limited"

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(message)


class Unreachable(MarketDataError):
    """The source did not answer in time, or answered with something that is not data."""

    kind = "unreachable"
