"""Reads the phrase banks: templates with slots, under the decision they call for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOT = re.compile(r"\{(\w+)\}")
_HEADER = re.compile(r"\[([^\]]+)\]\Z")


@dataclass(frozen=True, slots=True)
class Ask:
    """One tool a template asks for, with its closed arguments."""

    tool: str
    closed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """One phrase. `asks` is empty when no tool may be called; `reply` is then what the model writes."""

    text: str
    asks: tuple[Ask, ...]
    reply: str
    bank: str

    @property
    def slots(self) -> tuple[str, ...]:
        """Slot names in order of appearance."""
        return tuple(SLOT.findall(self.text))


def reply_text(decision: str) -> str:
    """ "decline:trade_order" → "DECLINE: trade_order", what the model writes instead of a call."""
    kind, _, reason = decision.partition(":")
    return f"{kind.upper()}: {reason}"


def _asks(header: str) -> tuple[Ask, ...]:
    asks = []
    for part in header.split("+"):
        tool, *pairs = part.split()
        closed = tuple((name, value) for name, _, value in (pair.partition("=") for pair in pairs))
        asks.append(Ask(tool, closed))
    return tuple(asks)


def read_bank(text: str, bank: str) -> Iterator[Template]:
    """Templates of one file's text. Raises `ValueError` on a phrase that stands under no header."""
    asks: tuple[Ask, ...] | None = None
    reply = ""
    for line in text.splitlines():
        phrase = " ".join(line.split())
        if not phrase or phrase.startswith("#"):
            continue
        header = _HEADER.match(phrase)
        if header and not header[1].startswith("{"):
            is_reply = ":" in header[1].split()[0]
            asks = () if is_reply else _asks(header[1])
            reply = reply_text(header[1]) if is_reply else ""
        elif asks is None:
            msg = f"{bank}: phrase before any header: {phrase!r}"
            raise ValueError(msg)
        else:
            yield Template(phrase, asks, reply, bank)


def load_templates() -> tuple[Template, ...]:
    """All phrase banks in the package, in a fixed order, each wording once."""
    folder = resources.files("slm.corpus") / "phrases"
    seen: dict[tuple[str, tuple[Ask, ...], str], Template] = {}
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name.endswith(".txt"):
            for template in read_bank(path.read_text(encoding="utf-8"), path.name.removesuffix(".txt")):
                seen.setdefault((template.text.casefold(), template.asks, template.reply), template)
    return tuple(seen.values())
