"""Text as models stream it: thinking taken out, endless repetition noticed."""

from __future__ import annotations

import re

_NAMES = ("think", "thinking", "thought", "reasoning")
_OPEN = re.compile(rf"<(?:{'|'.join(_NAMES)})>")
_CLOSE = re.compile(rf"</(?:{'|'.join(_NAMES)})>")
_LONGEST_TAG = len("</reasoning>")


class ThinkingFilter:
    """Takes `<think>…</think>` out of a stream, also where a tag is split over pieces; leading blanks go too."""

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._begun = False

    def feed(self, text: str) -> str:
        """What of the text so far may be shown now."""
        self._held += text
        shown = ""
        while True:
            if self._thinking:
                close = _CLOSE.search(self._held)
                if close is None:
                    self._held = self._held[-_LONGEST_TAG:]
                    break
                self._held = self._held[close.end() :]
                self._thinking = False
                continue
            opened = _OPEN.search(self._held)
            if opened is None:
                keep = self._start_of_tag()
                shown += self._held[:keep]
                self._held = self._held[keep:]
                break
            shown += self._held[: opened.start()]
            self._held = self._held[opened.end() :]
            self._thinking = True
        return self._clean(shown)

    def end(self) -> str:
        """What was held back at the end of the stream; unfinished thinking is dropped."""
        held, self._held = self._held, ""
        return "" if self._thinking else self._clean(held)

    def _start_of_tag(self) -> int:
        """Where the held text ends in what may be the start of a tag, else its length."""
        start = self._held.rfind("<", max(0, len(self._held) - _LONGEST_TAG + 1))
        if start < 0:
            return len(self._held)
        rest = self._held[start:]
        tags = [f"{opening}{name}>" for name in _NAMES for opening in ("<", "</")]
        return start if any(tag.startswith(rest) for tag in tags) else len(self._held)

    def _clean(self, text: str) -> str:
        text = _CLOSE.sub("", text)
        if not self._begun:
            text = text.lstrip()
            self._begun = bool(text)
        return text


class RepetitionGuard:
    """Notices that the tail of a text is one short piece over and over ("buy buy buy")."""

    def __init__(self, longest_piece: int = 120, least_times: int = 6, least_length: int = 160) -> None:
        self._longest_piece = longest_piece
        self._least_times = least_times
        self._least_length = least_length
        self._tail = ""

    def feed(self, text: str) -> bool:
        """Whether the text has begun to repeat itself. All three limits are in characters, but `least_times`."""
        window = max(self._longest_piece * self._least_times, self._least_length + self._longest_piece)
        tail = self._tail = (self._tail + text)[-window:]
        for size in range(1, self._longest_piece + 1):
            needed = max(size * self._least_times, self._least_length)
            if needed > len(tail):
                break
            # A text has period `size` exactly where it equals itself shifted by `size`.
            if tail[-size:] == tail[-2 * size : -size] and tail[-needed:-size] == tail[-needed + size :]:
                return True
        return False
