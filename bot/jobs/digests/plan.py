"""What a digest is asked to be, and what it is put together from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, get_args

from bot.jobs.digests.run_data import RunData
from bot.llm.portfolio import NOBODY, Portfolio
from bot.turn.prompting import sections

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.turn.assistant import Parts
    from tools.context import SymbolResolver

Kind = Literal["market_open", "market_close", "weekly_review", "my_portfolio", "watchlist", "team_channel"]
KINDS: tuple[Kind, ...] = get_args(Kind)
PERSONAL_KINDS: frozenset[Kind] = frozenset({"my_portfolio", "watchlist"})
"""Those that are about one person, and so go to that person alone."""
SECTIONS_OF: dict[Kind, tuple[str, ...]] = {
    "market_open": ("headline", "calendar", "movers", "signals", "indices", "chart"),
    "market_close": ("headline", "sectors", "movers", "signals", "indices", "chart"),
    "weekly_review": ("headline", "portfolio", "sectors", "movers", "signals", "indices", "chart"),
    "my_portfolio": ("headline", "portfolio", "currency", "calendar", "signals", "chart"),
    "watchlist": ("headline", "watchlist", "calendar", "signals", "chart"),
    "team_channel": ("headline", "movers", "signals", "indices", "chart"),
}
"""The sections of a kind where none were chosen; most important first."""


def title_of(kind: Kind) -> str:
    """What a kind of digest is called."""
    return sections("digests")[kind]


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """One digest to be composed.

    `at` is the moment it speaks of (aware, UTC): nothing from after it is shown. `calendar` is the ISO 10383 code of
    the exchange concerned, `time_zone` the reader's. `symbols` are what a team follows; for other kinds about markets
    they stand for the companies followed otherwise. `when_closed` says what is sent on a day without a session: a line
    that says so, or the whole digest. With `may_word` an approved model may word the headline.
    """

    kind: Kind
    at: datetime
    sections: tuple[str, ...] = ()
    time_zone: str = "UTC"
    calendar: str = "XNYS"
    base_currency: str = "USD"
    symbols: tuple[str, ...] = ()
    when_closed: Literal["say", "send"] = "say"
    turn_id: str = ""
    may_word: bool = True

    def __post_init__(self) -> None:
        """Refuse what can't be composed. Raises `ValueError`."""
        if self.at.tzinfo is None:
            raise ValueError("a digest is of an aware time")
        if self.kind == "team_channel" and not self.symbols:
            raise ValueError("a digest for a team names the symbols it follows")

    @property
    def wanted(self) -> tuple[str, ...]:
        """The sections to compose, each once."""
        return tuple(dict.fromkeys(self.sections or SECTIONS_OF[self.kind]))

    @property
    def is_weekly(self) -> bool:
        """Whether moves are those of a week."""
        return self.kind == "weekly_review"


@dataclass(frozen=True, slots=True)
class DigestParts:
    """What digests of one run share: make it once a run, so that each symbol is fetched once."""

    data: RunData
    symbols: SymbolResolver
    models: Portfolio = NOBODY
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    @classmethod
    def of(cls, parts: Parts) -> DigestParts:
        """For a run, from the parts of the assistant."""
        return cls(RunData(parts.market, parts.now), parts.symbols, parts.portfolio, parts.now)
