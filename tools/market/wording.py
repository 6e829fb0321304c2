"""Small turns of phrase shared by the market tools: directions, and how a sentence begins."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tools.formatting import show

if TYPE_CHECKING:
    from tools.values import Figure


def moved(change: Figure, rise: str = "rose", fall: str = "fell") -> str:
    """A move in words: "rose 3.2%", "fell 26.4%", or "was little changed" where the shown figure is zero."""
    if not isinstance(change.value, Decimal):
        return "moved by an unknown amount"
    if direction(change) == 0:
        return "was little changed"
    return f"{rise if change.value > 0 else fall} {show(change, absolute=True)}"


def direction(change: Figure) -> int:
    """1 for a rise, -1 for a fall, 0 where the shown figure is zero or unknown."""
    shown = show(change)
    if not any(digit in shown for digit in "123456789"):
        return 0
    return -1 if shown.startswith("-") else 1


def sentence(text: str) -> str:
    """The text with a capital first letter; names are left as they are, since only "the" begins small."""
    return f"T{text[1:]}" if text.startswith("the ") else text
