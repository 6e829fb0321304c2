"""In which locale and time zone somebody reads on Slack: as they chose, as Slack has it, as their firm does."""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.settings import read_locale, read_time_zone
from bot.surfaces.slack.localising import Reader

if TYPE_CHECKING:
    from bot.messages import Manner
    from bot.surfaces.slack.directory import Person

_MOST_KNOWN = 5000


class Readers:
    """Remembers what Slack said of people, so that a message can be drawn without asking it again.

    `usual` is how everybody reads of whom nothing is known.
    """

    def __init__(self, usual: Reader) -> None:
        self._usual = usual
        self._people: OrderedDict[tuple[str, str], Person] = OrderedDict()

    def note(self, tenant: str, user: str, person: Person) -> None:
        """Remember what Slack says of somebody."""
        self._people[tenant, user] = person
        self._people.move_to_end((tenant, user))
        while len(self._people) > _MOST_KNOWN:
            self._people.popitem(last=False)

    def reader(self, tenant: str, user: str, manner: Manner) -> Reader:
        """How somebody reads."""
        person = self._people.get((tenant, user))
        locale, zone = (_locale(person.locale), _zone(person.time_zone)) if person else ("", "")
        return Reader(
            manner.locale or locale or manner.usual_locale or self._usual.locale,
            manner.time_zone or zone or manner.usual_time_zone or self._usual.time_zone,
        )


@lru_cache(maxsize=512)
def _locale(text: str) -> str:
    """A locale as Slack writes it ("de-DE"), "" for one that is not known here."""
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
