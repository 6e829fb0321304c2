"""Sentences that a larger model would write from evidence: honest when the figures are the subject's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.formatting import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.fakes.turns import Turn
    from tools.values import Figure

    Frame = Callable[["Teller"], str]


class Unfit(LookupError):
    """A frame asks for a figure that is not there, or that it can't tell well."""


@dataclass
class Teller:
    """One subject's figures, in words. `used` collects what a sentence told."""

    name: str
    symbol: str
    figures: Mapping[str, Figure]
    others: tuple[Teller, ...] = ()
    used: list[Figure] = field(default_factory=list)

    def figure(self, attribute: str) -> Figure:
        figure = self.figures.get(attribute)
        if figure is None or figure.value is None:
            raise Unfit(attribute)
        self.used.append(figure)
        return figure

    def v(self, attribute: str) -> str:
        """With its sign."""
        return show(self.figure(attribute))

    def a(self, attribute: str) -> str:
        """Without."""
        return show(self.figure(attribute), absolute=True)

    def number(self, attribute: str) -> Decimal:
        value = self.figure(attribute).value
        if not isinstance(value, Decimal):
            raise Unfit(attribute)
        return value

    def pick(self, attribute: str, up: str, down: str) -> str:
        """A word for its direction; what reads as zero has none."""
        if not any(digit in show(self.figure(attribute)) for digit in "123456789"):
            raise Unfit(attribute)
        return up if self.number(attribute) > 0 else down

    def whole(self, attribute: str) -> str:
        """Rounded to whole percent."""
        value = abs(self.number(attribute))
        if value < 1:
            raise Unfit(attribute)
        return f"{value.quantize(Decimal(1), rounding='ROUND_HALF_UP')}%"

    def thousands(self, attribute: str) -> str:
        value = abs(self.number(attribute))
        if value < 10_000:
            raise Unfit(attribute)
        return f"{value / 1000:,.1f}"

    @property
    def rival(self) -> Teller:
        if not self.others:
            raise Unfit("rival")
        return self.others[0]


RETURN_FRAMES: tuple[Frame, ...] = (
    lambda t: f"{t.name} {t.pick('total return', 'rose', 'fell')} {t.a('total return')} over the period.",
    lambda t: f"Over the period, {t.name} {t.pick('total return', 'gained', 'lost')} about {t.whole('total return')}.",
    lambda t: f"{t.name} delivered a total return of {t.v('total return')}.",
    lambda t: f"{t.name}'s total return was {t.v('total return')}.",
    lambda t: f"{t.name} ended the period with a {t.pick('total return', 'gain', 'loss')} of {t.a('total return')}.",
    lambda t: f"- **{t.name}**: {t.v('total return')} total return",
    lambda t: f"{t.name} ({t.symbol}) {t.pick('total return', 'climbed', 'dropped')} {t.a('total return')}.",
    lambda t: f"{t.symbol} was {t.pick('total return', 'up', 'down')} {t.a('total return')} between {t.v('start date')} and {t.v('end date')}.",
    lambda t: f"From {t.v('start date')} to {t.v('end date')}, {t.name} {t.pick('total return', 'advanced', 'declined')} by {t.a('total return')}.",
    lambda t: f"{t.name} shares {t.pick('total return', 'rose', 'tumbled')} roughly {t.whole('total return')}.",
    lambda t: f"The total return for {t.name} came to {t.v('total return')}.",
    lambda t: f"A {t.a('total return')} {t.pick('total return', 'gain', 'drop')} for {t.name} stands out.",
    lambda t: f"{t.name}'s price went from {t.v('start price')} on {t.v('start date')} to {t.v('end price')} on {t.v('end date')}.",
    lambda t: f"{t.name} closed at {t.v('end price')} on {t.v('end date')}.",
    lambda t: f"The highest close for {t.name} was {t.v('high')} on {t.v('high date')}.",
    lambda t: f"{t.name} hit a low of {t.v('low')} on {t.v('low date')}.",
    lambda t: f"{t.name} traded between {t.v('low')} and {t.v('high')}.",
    lambda t: f"{t.name} peaked at {t.v('high')} on {t.v('high date')} and bottomed at {t.v('low')} on {t.v('low date')}.",
    lambda t: f"{t.name}'s maximum drawdown was {t.a('maximum drawdown')}.",
    lambda t: f"The worst drawdown for {t.name} was {t.v('maximum drawdown')}.",
    lambda t: f"{t.name} had an annualised volatility of {t.v('annualised volatility')}.",
    lambda t: f"Volatility came to {t.v('annualised volatility')} for {t.name}.",
    lambda t: f"For {t.name}, annual volatility stood at {t.v('annualised volatility')}.",
    lambda t: f"{t.name} returned {t.v('annualised return')} a year.",
    lambda t: f"That works out to an annualised return of {t.v('annualised return')} for {t.name}.",
    lambda t: f"{t.name} {t.pick('total return', 'rose', 'fell')} {t.a('total return')}, while {t.rival.name} {t.rival.pick('total return', 'rose', 'fell')} {t.rival.a('total return')}.",
    lambda t: f"{t.name} {t.pick('total return', 'rose', 'fell')} {t.a('total return')} and {t.rival.name} {t.rival.pick('total return', 'rose', 'fell')} {t.rival.a('total return')}.",
    lambda t: f"{_best(t, 'total return').name} did better than {_worst(t, 'total return').name}.",
    lambda t: f"{_best(t, 'total return').name} outperformed {_worst(t, 'total return').name}, returning {_best(t, 'total return').v('total return')} versus {_worst(t, 'total return').v('total return')}.",
    lambda t: f"{_worst(t, 'total return').name} lagged {_best(t, 'total return').name} with a return of {_worst(t, 'total return').v('total return')}.",
    lambda t: f"{_best(t, 'annualised volatility').name} was more volatile than {_worst(t, 'annualised volatility').name}.",
    lambda t: f"{t.name} had a volatility of {t.v('annualised volatility')}, compared with {t.rival.v('annualised volatility')} for {t.rival.name}.",
    lambda t: f"{t.name} and {t.rival.name} returned {t.v('total return')} and {t.rival.v('total return')} respectively.",
)  # fmt: skip
QUOTE_FRAMES: tuple[Frame, ...] = (
    lambda t: f"{t.name} is trading at {t.v('price')}.",
    lambda t: f"{t.name} last closed at {t.v('price')}, {t.pick('day change', 'up', 'down')} {t.a('day change')} on the day.",
    lambda t: f"The latest price of {t.name} is {t.v('price')} as of {t.v('as of')}.",
    lambda t: f"{t.name}: {t.v('price')} ({t.v('day change')} on the day)",
    lambda t: f"At {t.v('price')}, {t.name} is {t.pick('day change', 'up', 'down')} {t.a('day change')} from its previous close of {t.v('previous close')}.",
    lambda t: f"{t.name} {t.pick('day change', 'rose', 'slipped')} {t.a('day change')} on {t.v('as of')} to {t.v('price')}.",
    lambda t: f"{t.name}'s share price stands at {t.v('price')}, from a previous close of {t.v('previous close')}.",
    lambda t: f"The previous close for {t.name} was {t.v('previous close')}.",
)  # fmt: skip
TECHNICAL_FRAMES: tuple[Frame, ...] = (
    lambda t: f"{t.name}'s 14-day RSI is {t.v('RSI 14')}.",
    lambda t: f"The RSI for {t.name} stands at {t.v('RSI 14')}.",
    lambda t: f"{t.name}'s 50-day moving average is {t.v('SMA 50')} and its 200-day moving average is {t.v('SMA 200')}.",
    lambda t: f"{t.name} closed at {t.v('price')}, {'above' if t.number('price') > t.number('SMA 50') else 'below'} its 50-day moving average of {t.v('SMA 50')}.",
    lambda t: f"{t.name}'s 52-week high is {t.v('52-week high')}, set on {t.v('52-week high date')}.",
    lambda t: f"{t.name}'s 52-week range runs from {t.v('52-week low')} to {t.v('52-week high')}.",
    lambda t: f"{t.name}'s MACD is {t.v('MACD')} against a signal line of {t.v('MACD signal')}.",
)  # fmt: skip
HOLDING_FRAMES: tuple[Frame, ...] = (
    lambda t: f"{t.name} makes up {t.v('weight')} of your portfolio.",
    lambda t: f"Your {t.name} position is worth {t.v('market value')}.",
    lambda t: f"You own {t.v('quantity')} shares of {t.name}.",
    lambda t: f"{t.name} has a weight of {t.v('weight')} and a market value of {t.v('market value')}.",
    lambda t: f"Your {t.name} shares cost {t.v('cost basis')} and show {t.pick('gain', 'a gain', 'a loss')} of {t.a('gain')}.",
    lambda t: f"{t.name} ({t.v('weight')} of the total) trades at {t.v('price')}.",
)  # fmt: skip
PORTFOLIO_FRAMES: tuple[Frame, ...] = (
    lambda t: f"Your portfolio is worth {t.v('market value')}.",
    lambda t: f"Your portfolio is {t.pick('gain', 'up', 'down')} {t.a('gain')} ({t.a('gain in percent')}).",
    lambda t: f"The total value of your portfolio is {t.v('market value')}, on a cost basis of {t.v('cost basis')}.",
    lambda t: f"You have {t.pick('gain', 'an unrealised gain', 'an unrealised loss')} of {t.a('gain')}.",
    lambda t: f"Your portfolio's beta is {t.v('beta')}.",
    lambda t: f"At a 95% confidence level, your portfolio's daily value at risk is {t.v('daily value at risk')}, or {t.v('daily value at risk in money')}.",
    lambda t: f"Your portfolio's annualised volatility is {t.v('annualised volatility')} with a maximum drawdown of {t.a('maximum drawdown')}.",
    lambda t: f"Your portfolio {t.pick('gain', 'gained', 'lost')} {t.a('gain')} from {t.v('start date')} to {t.v('end date')}.",
    lambda t: f"The time-weighted return of your portfolio was {t.v('time-weighted return')}.",
)  # fmt: skip
COMPANY_FRAMES: tuple[Frame, ...] = (
    lambda t: f"{t.name} has a market cap of {t.v('market cap')}, a P/E of {t.v('P/E')} and a dividend yield of {t.v('dividend yield')}.",
    lambda t: f"{t.name} trades at {t.v('P/E')}x earnings.",
    lambda t: f"{t.name}'s earnings per share are {t.v('EPS')}.",
    lambda t: f"{t.name} generated revenue of {t.v('revenue')} with a profit margin of {t.v('profit margin')}.",
    lambda t: f"{t.name}'s beta of {t.v('beta')} points to how it moves with the market.",
    lambda t: f"{t.name} yields {t.v('dividend yield')}.",
    lambda t: f"{t.name} is valued at {t.v('market cap').replace('T', ' trillion').replace('B', ' billion')}.",
    lambda t: f"{t.name} next reports earnings on {t.v('next earnings')}.",
    lambda t: f"{t.name}'s last dividend was {t.v('last dividend')}.",
    lambda t: f"{t.name} last split its shares on {t.v('last split date')}.",
)  # fmt: skip
PLAN_FRAMES: tuple[Frame, ...] = (
    lambda t: f"After {t.v('length')}, you would have {t.v('value at the end')}.",
    lambda t: f"Your savings would grow to {t.v('value at the end')}.",
    lambda t: f"You would have paid in {t.v('paid in')} and earned {t.v('growth')} in growth.",
    lambda t: f"Your monthly payment would be {t.v('monthly payment')}.",
    lambda t: f"You would pay {t.v('total interest')} in interest over {t.v('length')}.",
    lambda t: f"In total you would repay {t.v('total paid')}.",
    lambda t: f"{t.v('amount')} converts to {t.v('converted amount')}.",
    lambda t: f"At a rate of {t.v('exchange rate')}, {t.v('amount')} is worth {t.v('converted amount')}.",
)  # fmt: skip
ALL_FRAMES = (
    *RETURN_FRAMES, *QUOTE_FRAMES, *TECHNICAL_FRAMES, *HOLDING_FRAMES, *PORTFOLIO_FRAMES, *COMPANY_FRAMES, *PLAN_FRAMES,
)  # fmt: skip


def tellers(turn: Turn, result: int = 0) -> list[Teller]:
    """One for each subject that has figures."""
    names, table = turn.names, turn.figures(result)
    made = [Teller(_spoken(names.get(symbol, symbol)), symbol, figures) for symbol, figures in table.items()]
    for place, teller in enumerate(made):
        teller.others = (*made[place + 1 :], *made[:place])
    return made


def tell(frame: Frame, teller: Teller) -> str | None:
    """The sentence, or None where the frame doesn't suit. What it told is in `used` of the teller and its rivals."""
    for one in (teller, *teller.others):
        one.used = []
    try:
        return frame(teller)
    except Unfit:
        return None


def frames_for(teller: Teller) -> tuple[Frame, ...]:
    """The frames that speak of this kind of subject."""
    if teller.symbol == "portfolio":
        return PORTFOLIO_FRAMES
    if teller.symbol in ("plan", "loan") or "/" in teller.symbol:
        return PLAN_FRAMES
    if "weight" in teller.figures and "quantity" in teller.figures:
        return HOLDING_FRAMES
    if "RSI 14" in teller.figures:
        return TECHNICAL_FRAMES
    if "total return" in teller.figures:
        return RETURN_FRAMES
    if "day change" in teller.figures:
        return QUOTE_FRAMES
    if "P/E" in teller.figures or "next earnings" in teller.figures:
        return COMPANY_FRAMES
    return ()


def honest_sentences(turn: Turn) -> Iterator[str]:
    """Every sentence that its frames tell of the turn."""
    for result in range(len(turn.results)):
        for teller in tellers(turn, result):
            for frame in frames_for(teller):
                sentence = tell(frame, teller)
                if sentence is not None:
                    yield sentence


def _spoken(name: str) -> str:
    return name.removeprefix("The ") if name.startswith("The sample") else name


def _best(teller: Teller, attribute: str) -> Teller:
    pair = (teller, teller.rival)
    _differ(pair, attribute)
    return max(pair, key=lambda one: one.number(attribute))


def _worst(teller: Teller, attribute: str) -> Teller:
    pair = (teller, teller.rival)
    _differ(pair, attribute)
    return min(pair, key=lambda one: one.number(attribute))


def _differ(pair: tuple[Teller, Teller], attribute: str) -> None:
    if show(pair[0].figure(attribute)) == show(pair[1].figure(attribute)):
        raise Unfit(attribute)
