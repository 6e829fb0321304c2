"""Searches for stocks, put together from conditions: every set of them, in every order, with and without a sector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slm.corpus.grammar import read_sections
from slm.corpus.phrases import Ask, Template

if TYPE_CHECKING:
    from random import Random

CONDITIONS = ("max_price", "min_price", "between", "max_pe", "max_pe", "min_yield", "min_yield", "min_cap")
ORDERS = ("market_cap", "dividend_yield", "pe", "price", "change_percent")
_PRICES = ("max_price", "min_price", "between")


class Screens:
    """Draws templates for `screen_stocks`."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.parts = read_sections("screens")

    def draw(self) -> Template:
        """One search: up to three conditions, perhaps an order, a sector, a number of results."""
        rng = self.rng
        conditions = self._conditions(rng.choices((0, 1, 2, 3), (1, 5, 5, 3))[0])
        order = rng.choice(ORDERS) if not conditions or rng.random() < 0.3 else ""
        leads = bool(order) and (not conditions or rng.random() < 0.5)
        noun = self._pick("noun_sector" if rng.random() < 0.55 else "noun")
        head = f"{self._pick(order)} {noun}" if leads else noun
        if rng.random() < (0.5 if leads else 0.12):
            head = f"{'top ' if leads and rng.random() < 0.2 else ''}{{limit}} {head}"
        text = " ".join((head, self._joined(conditions))).strip()
        if order and not leads:
            text = f"{text}{rng.choice((' ', ', '))}{self._pick(f'sorted {order}')}"
        if conditions and not order and rng.random() < 0.08:
            text = self._apart(conditions, noun)
        elif rng.random() < 0.75:
            text = f"{self._pick('lead')} {text}"
        closed = (("sort_by", order),) if order else ()
        return Template(text, (Ask("screen_stocks", closed),), "", "screens")

    def _pick(self, section: str) -> str:
        return self.rng.choice(self.parts[section])

    def _conditions(self, count: int) -> list[str]:
        """Different conditions, at most one of them on the price."""
        chosen: list[str] = []
        while len(chosen) < count:
            condition = self.rng.choice(CONDITIONS)
            taken = condition in chosen or (condition in _PRICES and any(other in _PRICES for other in chosen))
            if not taken:
                chosen.append(condition)
        return [self._pick(condition) for condition in chosen]

    def _joined(self, conditions: list[str]) -> str:
        if len(conditions) < 2:
            return "".join(conditions)
        glue = self.rng.choice((" and ", " and ", ", ", " ", ", and ", " & ", " but "))
        return f"{', '.join(conditions[:-1])}{glue}{conditions[-1]}"

    def _apart(self, conditions: list[str], noun: str) -> str:
        """Two sentences: what one likes, and the question."""
        return f"{self._pick('like')} {self._joined(conditions)}. {self._pick('after').replace('_', noun)}"
