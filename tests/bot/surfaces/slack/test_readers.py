"""Whose choice of locale and time zone counts: the person's, then Slack's, then the firm's, then the installation's."""

from __future__ import annotations

import pytest

from bot.messages import UNCHOSEN, Manner
from bot.surfaces.localising import Reader
from bot.surfaces.slack.directory import Person
from bot.surfaces.slack.readers import Readers

USUAL = Reader("en_US", "UTC")
FIRM = Manner("", "", "fr_FR", "Europe/Paris")


@pytest.mark.parametrize(
    ("manner", "person", "expected"),
    [
        (UNCHOSEN, None, USUAL),
        (FIRM, None, Reader("fr_FR", "Europe/Paris")),
        (FIRM, Person(), Reader("fr_FR", "Europe/Paris")),
        (FIRM, Person(locale="de-DE", time_zone="Europe/Berlin"), Reader("de_DE", "Europe/Berlin")),
        (
            Manner("it_IT", "Europe/Rome", "fr_FR", "Europe/Paris"),
            Person(locale="de-DE", time_zone="Europe/Berlin"),
            Reader("it_IT", "Europe/Rome"),
        ),
        (Manner("it_IT"), Person(time_zone="Asia/Tokyo"), Reader("it_IT", "Asia/Tokyo")),
        (UNCHOSEN, Person(locale="tlh-KL", time_zone="Mars/Olympus"), USUAL),
        (UNCHOSEN, Person(locale="../..", time_zone="../../etc/passwd"), USUAL),
    ],
)
def test_whose_choice_counts(manner: Manner, person: Person | None, expected: Reader) -> None:
    readers = Readers(USUAL)
    if person:
        readers.note("T1", "U1", person)
    assert readers.reader("T1", "U1", manner) == expected
    assert readers.reader("T2", "U1", UNCHOSEN) == USUAL
