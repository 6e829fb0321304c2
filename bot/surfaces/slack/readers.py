"""In which locale and time zone somebody reads on Slack: as they chose, as Slack has it, as their firm does."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from bot.locales import known_zone
from bot.surfaces.readers import reader_of

if TYPE_CHECKING:
    from bot.messages import Manner
    from bot.surfaces.localising import Reader
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

    def time_zone(self, tenant: str, user: str) -> str:
        """The zone that Slack has of somebody, "" where it is not known."""
        person = self._people.get((tenant, user))
        return known_zone(person.time_zone) if person else ""

    def reader(self, tenant: str, user: str, manner: Manner) -> Reader:
        """How somebody reads."""
        person = self._people.get((tenant, user))
        said = {"locale": person.locale, "time_zone": person.time_zone} if person else {}
        return reader_of(manner, said, self._usual)
