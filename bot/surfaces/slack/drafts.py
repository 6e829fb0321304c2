"""The beginning of an answer, while its model still writes the rest: text for a stream, which reads markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.surfaces.answer import Grid, Items, changed, parts_of, text_of
from bot.surfaces.slack.blocks import localiser, typed_here
from bot.surfaces.slack.markup import JOINER, entities
from bot.surfaces.slack.record import turn_record

if TYPE_CHECKING:
    from bot.messages import Reply
    from bot.surfaces.localising import Reader

_SITE = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")
"""The dot of what may be a site's name, of whatever country: unlike a block, a stream may make it a link."""


def draft_text(draft: Reply, reader: Reader) -> str:
    """The words of a draft as its reader writes figures, and as the answer will have them, without its emphasis.

    No mention, link or code in it is whole; what is left of markdown can only change how letters look, until the answer
    stands there in blocks.
    """
    localise = localiser(turn_record(draft), locale=reader.locale, time_zone=reader.time_zone)
    lines: list[str] = []
    for part in parts_of(draft.answer):
        here = changed(part, lambda text: typed_here(localise(text)))
        if isinstance(here, Items):
            lines += [f"• {text_of(item)}" for item in here.items]
        elif not isinstance(here, Grid):
            lines.append(text_of(here.spans))
    text = _SITE.sub(f".{JOINER}", entities("\n".join(lines)))
    return text.replace("](", f"]{JOINER}(")
