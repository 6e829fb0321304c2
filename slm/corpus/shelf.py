"""The phrases of one decision, by the bank they stand in."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from slm.corpus.phrases import Template


class Shelf:
    """Phrases to draw from. Each bank has an author of its own, and every author is to be heard.

    So a bank is drawn by the root of how many of these phrases it holds, then one of its phrases.
    """

    def __init__(self) -> None:
        self._banks: dict[str, list[Template]] = defaultdict(list)

    def add(self, template: Template) -> None:
        """Put a phrase to the others of its bank."""
        self._banks[template.bank].append(template)

    def draw(self, rng: Random) -> Template:
        """One phrase."""
        banks = sorted(self._banks)
        bank = rng.choices(banks, [len(self._banks[bank]) ** 0.5 for bank in banks])[0]
        return rng.choice(self._banks[bank])

    def __len__(self) -> int:
        return sum(map(len, self._banks.values()))

    def __iter__(self) -> Iterator[Template]:
        for templates in self._banks.values():
            yield from templates
