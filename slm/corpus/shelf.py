"""The phrases of one decision, by the bank they stand in."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from random import Random

    from slm.corpus.phrases import Template


OFTENER = 3
"""How many times as often a favoured bank is drawn."""


class Shelf:
    """Phrases to draw from. Each bank has an author of its own, and every author is to be heard.

    So a bank is drawn by the root of how many of these phrases it holds, then one of its phrases; one of `favoured`,
    in a training that goes on with new phrases, several times as often.
    """

    def __init__(self, favoured: Collection[str] = ()) -> None:
        self._banks: dict[str, list[Template]] = defaultdict(list)
        self._favoured = favoured

    def add(self, template: Template) -> None:
        """Put a phrase to the others of its bank."""
        self._banks[template.bank].append(template)

    def draw(self, rng: Random) -> Template:
        """One phrase."""
        banks = sorted(self._banks)
        bank = rng.choices(banks, list(map(self._weight, banks)))[0]
        return rng.choice(self._banks[bank])

    def _weight(self, bank: str) -> float:
        return len(self._banks[bank]) ** 0.5 * (OFTENER if bank in self._favoured else 1)

    def __len__(self) -> int:
        return sum(map(len, self._banks.values()))

    def __iter__(self) -> Iterator[Template]:
        for templates in self._banks.values():
            yield from templates
