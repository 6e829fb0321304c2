"""Only a date that names one day beyond doubt is read."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.parsing.dates import parse_date

THIRD_OF_MARCH = date(2021, 3, 3)
DATES = {
    **dict.fromkeys(
        (
            "2021-03-03", "2021/03/03", "2021.3.3", "2021-3-3", "3 March 2021", "3 march 2021", "3 mar 2021",
            "03 Mar 2021", "3rd March 2021", "3rd of March 2021", "the 3rd of March, 2021", "March 3, 2021",
            "March 3rd, 2021", "march 3 2021", "Mar. 3, 2021", "mar 3rd 2021", "on 3 march 2021", "On March 3rd, 2021",
            "3-Mar-2021", "3mar2021", "wednesday 3 march 2021", "Wed, 3 Mar 2021", "3/3/2021", "3  march  2021",
            "march the 3rd, 2021", "3 march, 2021", "the third of March 2021", "March third, 2021", "third march 2021",
        ),
        THIRD_OF_MARCH,
    ),
    "2019-05-02": date(2019, 5, 2), "1 jan 2020": date(2020, 1, 1), "13/4/2021": date(2021, 4, 13),
    "4/13/2021": date(2021, 4, 13), "25.12.2020": date(2020, 12, 25), "29 feb 2020": date(2020, 2, 29),
    "30 sept 1999": date(1999, 9, 30), "31 December 1987": date(1987, 12, 31), "1 may 2022": date(2022, 5, 1),
    "twenty-first of june 2021": date(2021, 6, 21), "may the thirty first 2021": date(2021, 5, 31),
}  # fmt: skip
NOT_DATES = [
    "", "3/4/2021", "04-03-2021", "christmas", "march 2021", "2021", "2021-03", "3 march", "march 3", "3/13/21",
    "29 feb 2021", "31 april 2021", "2021-13-01", "2021-00-10", "2021-03-32", "0 march 2021", "32 march 2021",
    "3 march 1899", "3 march 2101", "3 march 20210", "3 march 2021 to", "since 3 march 2021", "today", "yesterday",
    "3 marchy 2021", "may", "on", "on may 2021", "20210303", "2021-03/03", "13/13/2021", "\u0663 march 2021",
    "3 march 2021" + " " * 40, "on on 3 march 2021", "2021-03-03T00:00", "3 march 2021!",
    "thirty first of april 2021", "thirty second of may 2021", "the first of march", "second 2021",
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), DATES.items())
def test_reads_dates(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize("text", NOT_DATES)
def test_refuses_what_is_not_one_certain_day(text: str) -> None:
    assert parse_date(text) is None


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_every_date_is_read_back_from_its_common_forms(day: date) -> None:
    month = "jan feb mar apr may jun jul aug sep oct nov dec".split()[day.month - 1]
    for text in (day.isoformat(), f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}"):
        assert parse_date(text) == day


@given(st.text() | st.text(alphabet="0123456789-/. marchonf,"))
def test_never_raises(text: str) -> None:
    day = parse_date(text)
    assert day is None or parse_date(day.isoformat()) == day


@pytest.mark.parametrize("piece", ["3", "3 march 2021 ", "on ", " ", "-"])
def test_long_text_is_refused_at_once(piece: str) -> None:
    started = time.thread_time()
    assert parse_date(piece * 10_000) is None
    assert time.thread_time() - started < 0.5  # what grows with the square of a text takes minutes
