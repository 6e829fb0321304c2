"""A digest as a picture: its title, what is said first, the headline, and the chart below."""

from __future__ import annotations

import io
import re
import textwrap
from typing import TYPE_CHECKING

from tools.chart_image import chart_png
from tools.chart_page import HEIGHT, LEFT, WIDTH

if TYPE_CHECKING:
    from bot.messages import Reply

_LINE = 30
_CHARACTERS = 94
_MOST_LINES = 12
_INK = "#1d1c1d"
_MARK = re.compile(r"\\([\\`*_\[\]<>|#~&])|\*\*?|`")


def digest_png(reply: Reply) -> bytes:
    """The picture; without a chart, the words alone."""
    from PIL import Image, ImageDraw, ImageFont

    title, lines = _words(reply)
    header = 84 + _LINE * len(lines) + 16
    chart = Image.open(io.BytesIO(chart_png(reply.charts[0]))) if reply.charts else None
    image = Image.new("RGB", (WIDTH, header + (HEIGHT if chart else 20)), "white")
    draw = ImageDraw.Draw(image)
    draw.text((LEFT, 28), title, font=ImageFont.load_default(34), fill=_INK)
    for place, line in enumerate(lines):
        draw.text((LEFT, 84 + _LINE * place), line, font=ImageFont.load_default(20), fill=_INK)
    if chart:
        draw.line((LEFT, header, WIDTH - 40, header), fill="#dddddd", width=2)
        image.paste(chart, (0, header + 2))
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def _words(reply: Reply) -> tuple[str, list[str]]:
    """The title, and what stands before the table, in lines that fit."""
    blocks = [block for block in reply.answer.split("\n\n") if not block.startswith(("|", ">", "*As of"))]
    words = [_plain(line) for block in blocks for line in block.split("\n")]
    first = words[0].removeprefix(reply.question).lstrip(". ")
    wrapped = [line for text in (first, *words[1:]) for line in textwrap.wrap(text, _CHARACTERS)]
    return reply.question, wrapped[:_MOST_LINES]


def _plain(markdown: str) -> str:
    return _MARK.sub(lambda mark: mark[1] or "", markdown).replace("\u2060", "")
