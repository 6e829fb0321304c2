"""The beginning of an answer's text, while its model still writes the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.surfaces.answer import Grid, Items, changed, parts_of
from bot.surfaces.slack.record import turn_record
from bot.surfaces.teams.markup import markdown
from bot.surfaces.teams.messages import localiser, typed_here

if TYPE_CHECKING:
    from bot.messages import Reply
    from bot.surfaces.localising import Reader


def draft_text(draft: Reply, reader: Reader) -> str:
    """A draft as the text of its answer will begin: what a stream of Teams has shown must stand in its end, too."""
    localise = localiser(turn_record(draft), reader)
    paragraphs: list[str] = []
    for part in parts_of(draft.answer):
        here = changed(part, lambda text: typed_here(localise(text)))
        if isinstance(here, Items):
            paragraphs.append("\n".join(f"- {markdown(item)}" for item in here.items))
        elif not isinstance(here, Grid):
            paragraphs.append(markdown(here.spans).replace("\n", "\n\n"))
    return "\n\n".join(paragraphs)
