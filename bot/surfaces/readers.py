"""In which locale and time zone somebody reads: as they chose, as their app has it, as their firm does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.locales import known_locale, known_zone
from bot.surfaces.localising import Reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.messages import Manner


def reader_of(manner: Manner, app: Mapping[str, str], usual: Reader) -> Reader:
    """How somebody reads whose app says `locale` and `time_zone`; `usual` is of whom nothing is known."""
    return Reader(
        manner.locale or known_locale(app.get("locale")) or manner.usual_locale or usual.locale,
        manner.time_zone or known_zone(app.get("time_zone")) or manner.usual_time_zone or usual.time_zone,
    )
