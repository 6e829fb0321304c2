"""Frames × asks: every way to open a question with every thing to ask for, so that the frame says nothing of the tool.

An ask is a fragment of one of four forms: np (a noun phrase), cl (an embedded clause), vp (a bare infinitive) or qu (a
question without its mark). A frame of the same form holds it at `_`. Two asks of one form joined make a question for
two tools; `BREAK` marks where the second begins.
"""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING

from slm.corpus.phrases import Template, read_bank

if TYPE_CHECKING:
    from random import Random

FORMS = ("np", "cl", "vp", "qu")
BREAK = "\x1f"
JOINTS = (" and ", " and ", " and also ", ", and ", ", then ", " plus ", " & ", " as well as ", ", also ", " and then ")
PRONOUN = {"{symbol}'s": "its", "{symbol}\N{RIGHT SINGLE QUOTATION MARK}s": "its", "{symbol}": "it"}
_FORM = re.compile(r"(np|cl|vp|qu):\s*")


def read_sections(name: str) -> dict[str, list[str]]:
    """The lines of `slm/corpus/<name>.txt` by their `[section]`."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in (resources.files("slm.corpus") / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        text = " ".join(line.split())
        if text.startswith("[") and text.endswith("]"):
            lines = sections.setdefault(text[1:-1], [])
        elif text and not text.startswith("#"):
            lines.append(text)
    return sections


class Grammar:
    """Draws templates made of a frame and one or two asks."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.frames = read_sections("frames")
        self.asks: dict[str, dict[str, list[Template]]] = {}
        text = (resources.files("slm.corpus") / "asks.txt").read_text(encoding="utf-8")
        for template in read_bank(text, "grammar"):
            form = _FORM.match(template.text)
            if form and len(template.asks) <= 1:
                key = template.asks[0].tool if template.asks else template.reply
                fragment = Template(template.text[form.end() :], template.asks, template.reply, "grammar")
                self.asks.setdefault(key, {}).setdefault(form[1], []).append(fragment)
        self.tools = sorted(key for key, forms in self.asks.items() if any(t.asks for ts in forms.values() for t in ts))
        self.silent = sorted(set(self.asks) - set(self.tools))

    def draw(self, keys: list[str]) -> Template:
        """One framed ask; `keys` are `self.tools` or `self.silent`."""
        forms = self.asks[self.rng.choice(keys)]
        form = self.rng.choice(sorted(forms))
        ask = self.rng.choice(forms[form])
        return Template(self._framed(form, ask.text), ask.asks, ask.reply, "grammar")

    def draw_pair(self) -> Template | None:
        """Two framed asks for different tools, the second now and then by a pronoun; None when the draw fails."""
        first_key, second_key = self.rng.sample(self.tools, 2)
        form = self.rng.choice(FORMS)
        if form not in self.asks[first_key] or form not in self.asks[second_key]:
            return None
        first, second = (self.rng.choice(self.asks[key][form]) for key in (first_key, second_key))
        text = second.text
        if first.slots.count("symbol") == 1 and second.slots.count("symbol") == 1 and self.rng.random() < 0.5:
            for name, pronoun in PRONOUN.items():
                text = text.replace(name, pronoun)
        joined = f"{first.text}{self.rng.choice(JOINTS)}{BREAK}{text}"
        return Template(self._framed(form, joined), first.asks + second.asks, "", "grammar")

    def _framed(self, form: str, ask: str) -> str:
        framed = self.rng.choice(self.frames[form]).replace("_", ask, 1)
        return framed[:1].upper() + framed[1:] if self.rng.random() < 0.4 and framed[:1] != "{" else framed
