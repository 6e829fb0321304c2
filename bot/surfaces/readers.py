"""In which locale and time zone somebody reads: as they chose, as their app has it, as their firm does."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from bot.settings import read_locale, read_time_zone
from bot.surfaces.localising import Reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.messages import Manner


def reader_of(manner: Manner, app: Mapping[str, str], usual: Reader) -> Reader:
    """How somebody reads whose app says `locale` and `time_zone`; `usual` is of whom nothing is known."""
    return Reader(
        manner.locale or _locale(app.get("locale", "")) or manner.usual_locale or usual.locale,
        manner.time_zone or _zone(app.get("time_zone", "")) or manner.usual_time_zone or usual.time_zone,
    )


@lru_cache(maxsize=512)
def _locale(text: str) -> str:
    """A locale as platforms write it ("de-DE"), "" for one that is not known here."""
    try:
        return read_locale(text) if text else ""
    except ValueError:
        return ""


@lru_cache(maxsize=512)
def _zone(text: str) -> str:
    try:
        return read_time_zone(text) if text else ""
    except ValueError:
        return ""
