"""Periods: what people type, its canonical form, and the days that form covers."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.parsing.finders import find_periods
from tools.parsing.periods import Period, parse_period

TYPED = {
    "1d": "1d|today|Today|today's|todays|so far today|yesterday|yesterday's|1 day|a day|one day|last day|past day"
    "|24 hours|last 24 hours|1D|on the day|last trading day",
    "2d": "2 days|two days|last 48 hours|past couple of days",
    "5d": "5d|5 days|five days|this week|This  Week|last week|past week|the past week|over the last week|a week|1 week"
    "|one week|1w|1wk|this week's|last week's|so far this week|over the week|last 5 trading days|in the last 5 days"
    "|since last week|last weeks",
    "14d": "last 10 trading days|2 weeks|two weeks|past 2 weeks|a fortnight|2wks|2 wk|last couple of weeks",
    "21d": "3 weeks|a few weeks|the last few weeks|recent weeks",
    "30d": "30 days|30d|30-day|the last 30 days|thirty days",
    "1mo": "1mo|1m|1 m|lately|recently|of late|these days|this month|last month|past month|the last month|a month"
    "|one month|1 month|1-month|over the past month|so far this month|last month's|the latest month",
    "2mo": "2 months|couple of months|a couple months|last couple of months",
    "3mo": "3mo|3m|3 months|three months|three month|3-month|this quarter|last quarter|past quarter|a quarter"
    "|the last three months|recent months|few months|the past few months",
    "6mo": "in the past half a year|6mo|6m|6 mo|6 month|6-month|6 months|six months|past six months|last 6 months|the last 6 months"
    "|over the last 6 months|for the past 6 months|in the last six months|half a year|half year|last half year"
    "|past half-year|last 2 quarters|Last 6 Months|last  6  months|last 6 mths|last 6 mnths|last 6 monts",
    "18mo": "the last 18 months|18 months|18mo|a year and a half|last year and a half|1.5 years|one and a half years",
    "30mo": "2.5 years|two and a half years|2 years and a half",
    "ytd": "ytd|YTD|year to date|year-to-date|this year|so far this year|this year so far|this year's|current year"
    "|since the start of the year|since the beginning of the year|since january 1",
    "1y": "this past year|1y|1 yr|1yr|12 months|twelve months|last 12 months|last twelve months|last year|the last year|past year|lats year|psat year|ths past year"
    "|over the past year|a year|one year|one-year|1-year|last year's|in a year|52 weeks|ttm|trailing 12 months"
    "|previous year|the whole of the last year|since last year|over the year|4 quarters",
    "2y": "2y|2 years|two years|24 months|past couple of years|a couple of years|2yrs",
    "3y": "3y|3 years|last 3 years|36 months|few years|the last few years|a few years|recent years",
    "5y": "5y|5 last years|in the five last years|5 years|five years|last 5 yrs|5-year|5yr|past five years|half a decade|over 5 years|the past 5 yeras",
    "10y": "10y|ten years|10 years|a decade|the last decade|past decade|one decade|120 months",
    "20y": "20 years|two decades|last 20 years",
    "max": "max|all time|all-time|of all time|ever|since inception|since its ipo|full history|from the beginning"
    "|since the beginning|Maximum",
    "2022": "2022|in 2022|during 2022|throughout 2022|over 2022|for 2022|the year 2022|calendar year 2022"
    "|in all of 2022|2022's|the whole of 2022|back in 2022|of 2022|full year 2022",
    "1990": "1990",
    "2100": "2100",
    "since 2020": "since 2020|ever since 2020|Since  2020|since the start of 2020|since the beginning of 2020"
    "|from 2020 to now|from 2020 to today|2020 to date|2020 onwards|from 2020 onwards|from 2020 until now",
    "since 2020-03": "since march 2020|since mar 2020|since mar. 2020|since 2020-03|since March of 2020"
    "|since the beginning of march 2020|from march 2020 to today",
    "since 2020-03-03": "since 3 march 2020|since march 3 2020|since march 3rd, 2020|since 2020-03-03"
    "|since the 3rd of march 2020|from 3 march 2020 until today",
    "since 2021-07": "since q3 2021",
    "since 2021-12-31": "since the end of 2021|since end of 2021|since 31 dec 2021|since 2021-12-31",
    "2015-01-01..2018-12-31": "from 2015 to 2018|2015-2018|2015\u20132018|2015 - 2018|2015 to 2018"
    "|between 2015 and 2018|2015 through 2018|2015-01-01..2018-12-31|from the start of 2015 to the end of 2018",
    "2021-02-01..2021-06-30": "between 1 feb 2021 and 30 jun 2021|from february to june 2021|feb-jun 2021"
    "|from feb 2021 to jun 2021|from 1 february 2021 until 30 june 2021",
    "2020-01-01..2021-03-31": "from jan 2020 to mar 2021|between january 2020 and march 2021|jan 2020 - mar 2021",
    "2021-07-01..2021-09-30": "q3 2021|Q3 2021|q3 of 2021|in q3 2021|2021 q3|2021q3|3q 2021|third quarter of 2021"
    "|the third quarter of 2021|in the 3rd quarter of 2021|third quarter 2021",
    "2021-10-01..2021-12-31": "last quarter of 2021|the fourth quarter of 2021|last three months of 2021",
    "2022-01-01..2022-06-30": "first half of 2022|h1 2022|the first half of 2022|in h1 2022|first 6 months of 2022"
    "|q1 to q2 2022",
    "2020-03-01..2020-03-31": "march 2020|in march 2020|March 2020|mar 2020|march of 2020|march, 2020|2020-03|03/2020",
    "2020-02-01..2020-02-29": "february 2020|feb 2020",
    "2022-05-01..2022-05-31": "may 2022|in may 2022",
    "2010-01-01..2019-12-31": "the 2010s|in the 2010s|2010s",
    "100d": "past 100 days|over the past 100 days",
    "1990-01-01..1999-12-31": "the nineties|in the nineties|the 1990s|the 90s|the '90s|during the nineteen nineties",
    "2000-01-01..2009-12-31": "the noughties",
    "2019": "twenty nineteen|in twenty nineteen|calendar year 2019",
    "2021": "'21|in '21|all of 2021|the whole of 2021|in twenty twenty one|twenty twenty-one",
    "2008": "two thousand eight|two thousand and eight|in two thousand eight|twenty oh eight|back in two thousand eight",
    "1999": "nineteen ninety nine|nineteen ninety-nine|'99|in '99",
    "2020": "twenty twenty|throughout twenty twenty|in the whole of 2020",
    "2000": "in two thousand",
    "since 2019": "since '19|since twenty nineteen|from 2019 until today|from twenty nineteen to now|since 2019 until now",
    "since 2015": "2015 onwards|twenty fifteen onwards",
    "since 2020-12-31": "end of 2020 to now|from the end of 2020 until now",
    "since 2000": "since two thousand",
    "2008-01-01..2012-12-31": "from two thousand eight to twenty twelve|between '08 and '12|from '08 to '12",
    "2021-03-01..2021-03-31": "march '21|in march twenty twenty one",
    "--06": "--06|in june|In June|during june|over June|in all of june|throughout june|in jun|this past june",
    "--05": "in may|back in may|over the month of may",
    "last --12": "last --12|last december|in last december|Last Dec",
    "since --01": "since --01|since january|ever since january|since jan|since the start of january|from january onwards"
    "|january to date|from january to now|january until today|since the end of december|since q1",
    "since --04-06": "since 6 april|since april 6th|since the 6th of april|from 6 april|since --04-06",
    "since --12-25": "since christmas|since xmas|since last christmas|since 25 december",
    "since --12-31": "since new year's eve",
    "since --03": "since march|since March|since mar.|since this march|starting in march onwards",
    "since last --12": "since last --12|since last december|from last december until now",
    "--01..--03": "from january to march|january to march|jan-mar|Jan - Mar|between january and march|first quarter"
    "|the first quarter|in the first quarter|q1|in q1|1st quarter|from the start of january to the end of march",
    "--03..--06": "between march and june",
    "--11..--02": "from november to february",
    "--10..--12": "the fourth quarter|Q4|over the 4th quarter",
    "2020-03-16..2020-03-16": "on 16 march 2020|16 march 2020|2020-03-16|on march 16th, 2020",
}
REFUSED = [
    "", " ", "the", "in", "over", "a", "of", "last", "past", "this", "since", "from", "to", "over the", "in the",
    "the last", "month", "months", "year", "years", "week", "day", "days", "quarter", "decade", "fortnight", "hour",
    "the year", "the month", "the day", "d", "m", "y", "mo", "6", "six", "12", "1989", "2101", "20222", "0", "-6",
    "may", "march", "mar", "since covid", "since 6", "since then", "since", "ever since",
    "next year", "next 6 months", "6 months ago", "a year ago", "two years ago", "6 mmo", "0 months", "-6 months",
    "0.3 months", "1e2 days", "101 years", "5 m 6", "1201 months", "five m", "6 apples", "6 - months",
    "6--months", "6- months", "-6 months", "last apple", "last last year",
    "last 6", "months 6", "last 6 months and", "and last year", "year on year", "yoy", "monthly",
    "annual", "yearly", "q5 2021", "h3 2022", "q0 2021", "fifth quarter of 2021", "third half of 2021",
    "13/2021", "2021-13", "31 feb 2020", "since 31 feb 2020", "since 2020-02-30", "2020-02-30..2020-03-01",
    "2018-2015", "from 2018 to 2015", "between 2018 and 2015", "between 2015", "between 2015 to 2018", "2015 and 2018",
    "from 2015 to", "2015-", "2015-18", "2015 2018", "from 2015 to 2018 to 2020", "apple", "apple in 2022",
    "2022 apple", "in in 2022", "\u0662\u0660\u0662\u0662", "\uff12022", "6 m\u00f6nths", "last 6 months?",
    "$2022", "2,022", "2022.0",
    "early 2021", "mid 2021", "the 3rd", "x" * 61, "last six months" + " " * 60, "per year",
    "100000 days",
    "over night", "overnight", "over the years", "so far", "to date", "since the summer", "the summer", "on march",
    "of march", "march june", "from march to march", "between march to june", "march and june",
    "--13", "--00", "since --02-30", "since 31 april", "since --13-01", "christmas", "since --3", "last --03..--05", "since --03..--05", "fifth quarter", "quarter one", "the quarter",
    "next march", "march 3", "twenty", "twenty one", "nineteen", "nineteen eighty nine", "nineteen sixty", "ninety",
    "two thousand", "twenty twenty apple", "twenty hundred", "twenty oh", "the seventies", "the eighties", "nineties",
    "90s", "'89", "'6", "'55", "1'21", "twenty sixty", "two thousand shares", "in two thousand shares",
]  # fmt: skip
TODAY = date(2022, 12, 28)


@pytest.mark.parametrize(
    ("text", "canonical"), [(text, canonical) for canonical, texts in TYPED.items() for text in texts.split("|")]
)
def test_reads_periods(text: str, canonical: str) -> None:
    assert parse_period(text) == Period(canonical)


@pytest.mark.parametrize("text", REFUSED)
def test_refuses_what_is_not_one_whole_period(text: str) -> None:
    assert parse_period(text) is None


BOUNDS = {
    "1d": (date(2022, 12, 27), TODAY),
    "5d": (date(2022, 12, 21), TODAY),
    "14d": (date(2022, 12, 14), TODAY),
    "1mo": (date(2022, 11, 28), TODAY),
    "10mo": (date(2022, 2, 28), TODAY),
    "18mo": (date(2021, 6, 28), TODAY),
    "1y": (date(2021, 12, 28), TODAY),
    "ytd": (date(2022, 1, 1), TODAY),
    "max": (None, TODAY),
    "2021": (date(2021, 1, 1), date(2021, 12, 31)),
    "2022": (date(2022, 1, 1), TODAY),
    "2024": (date(2024, 1, 1), date(2024, 12, 31)),
    "since 2020": (date(2020, 1, 1), TODAY),
    "since 2020-03": (date(2020, 3, 1), TODAY),
    "since 2020-03-03": (date(2020, 3, 3), TODAY),
    "2015-01-01..2018-12-31": (date(2015, 1, 1), date(2018, 12, 31)),
    "2022-10-01..2023-03-31": (date(2022, 10, 1), TODAY),
    "--06": (date(2022, 6, 1), date(2022, 6, 30)),
    "--12": (date(2022, 12, 1), TODAY),
    "last --12": (date(2021, 12, 1), date(2021, 12, 31)),
    "last --11": (date(2022, 11, 1), date(2022, 11, 30)),
    "since --03": (date(2022, 3, 1), TODAY),
    "since --04-06": (date(2022, 4, 6), TODAY),
    "since --12-30": (date(2021, 12, 30), TODAY),
    "since --02-29": (date(2020, 2, 29), TODAY),
    "since --12": (date(2022, 12, 1), TODAY),
    "since last --12": (date(2021, 12, 1), TODAY),
    "--01..--03": (date(2022, 1, 1), date(2022, 3, 31)),
    "--10..--12": (date(2022, 10, 1), TODAY),
    "--11..--02": (date(2021, 11, 1), date(2022, 2, 28)),
}


@pytest.mark.parametrize(("canonical", "bounds"), BOUNDS.items())
def test_bounds_include_both_ends_and_never_reach_past_today(canonical: str, bounds: tuple[date | None, date]) -> None:
    assert Period(canonical).bounds(TODAY) == bounds


def test_months_without_a_year_are_the_latest_that_have_begun() -> None:
    new_year = date(2024, 1, 1)
    assert Period("--01").bounds(new_year) == (new_year, new_year)
    assert Period("--02").bounds(new_year) == (date(2023, 2, 1), date(2023, 2, 28))
    assert Period("since --02").bounds(new_year) == (date(2023, 2, 1), new_year)
    # A quarter counts once its last month has begun.
    assert Period("--01..--03").bounds(date(2024, 2, 29)) == (date(2023, 1, 1), date(2023, 3, 31))
    assert Period("--01..--03").bounds(date(2024, 3, 1)) == (date(2024, 1, 1), date(2024, 3, 1))


def test_a_day_that_the_month_lacks_becomes_its_last() -> None:
    assert Period("1mo").bounds(date(2021, 3, 31))[0] == date(2021, 2, 28)
    assert Period("1y").bounds(date(2020, 2, 29))[0] == date(2019, 2, 28)


@pytest.mark.parametrize(
    ("canonical", "base"),
    [
        ("1y", date(2021, 12, 28)),
        ("ytd", date(2021, 12, 31)),
        ("2021", date(2020, 12, 31)),
        ("2021-07-01..2021-09-30", date(2021, 6, 30)),
        ("2020-03-16..2020-03-16", date(2020, 3, 15)),
        ("2020-03-03..2020-05-08", date(2020, 3, 3)),
        ("since 2020-03", date(2020, 2, 29)),
        ("since 2020-03-03", date(2020, 3, 3)),
        ("max", None),
        ("--06", date(2022, 5, 31)),
        ("since --03", date(2022, 2, 28)),
        ("--01..--03", date(2021, 12, 31)),
    ],
)
def test_calendar_periods_are_measured_from_the_close_before_them(canonical: str, base: date | None) -> None:
    assert Period(canonical).base(TODAY) == base


@pytest.mark.parametrize(
    ("canonical", "label"),
    [
        ("1d", "1 day to 28 Dec 2022"),
        ("5d", "1 week to 28 Dec 2022"),
        ("6mo", "6 months to 28 Dec 2022"),
        ("ytd", "2022 to 28 Dec 2022"),
        ("max", "all history to 28 Dec 2022"),
        ("2021", "2021"),
        ("2022", "1 Jan 2022 to 28 Dec 2022"),
        ("since 2020-03-03", "3 Mar 2020 to 28 Dec 2022"),
        ("2015-01-01..2018-12-31", "2015 to 2018"),
        ("2021-07-01..2021-09-30", "Q3 2021"),
        ("2021-01-01..2021-06-30", "H1 2021"),
        ("2020-02-01..2020-02-29", "February 2020"),
        ("2020-02-01..2020-06-30", "Feb 2020 to Jun 2020"),
        ("2020-02-03..2020-06-10", "3 Feb 2020 to 10 Jun 2020"),
        ("2020-03-16..2020-03-16", "16 Mar 2020"),
        ("--06", "June 2022"),
        ("last --12", "December 2021"),
        ("--12", "1 Dec 2022 to 28 Dec 2022"),
        ("since --03", "1 Mar 2022 to 28 Dec 2022"),
        ("--01..--03", "Q1 2022"),
        ("--11..--02", "Nov 2021 to Feb 2022"),
    ],
)
def test_labels_say_when_a_period_ends(canonical: str, label: str) -> None:
    assert Period(canonical).label(TODAY) == label


@pytest.mark.parametrize(
    "text", ["", "6", "6 months", "0d", "since", "2021-02-30..2021-03-01", "since 2021-13", "9999y", "--13", "last 12"]
)
def test_only_canonical_forms_make_a_period(text: str) -> None:
    with pytest.raises(ValueError, match="is not a period"):
        Period(text)


def test_a_period_can_not_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        Period("2021-03-01..2021-02-01")


WORDS = st.lists(
    st.sampled_from("in over the last past this a 6 six 12 2.5 few couple of month months years week day d since from "
                    "to between and 2015 2021 march q3 quarter half first 3 3rd 2020-03-03 .. - now end start "
                    "--03 --12 --03..--11 june dec '21 twenty nineteen thousand eight nineties tihs motnhs".split()),
    max_size=8,
).map(" ".join)  # fmt: skip


@given(
    st.text() | st.text(alphabet="0123456789-. dmoysinceq") | WORDS,
    st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31)),
)
def test_never_raises_and_whatever_is_read_survives_its_canonical_form(text: str, today: date) -> None:
    period = parse_period(text)
    if period is not None:
        assert parse_period(period.canonical) == period
        start, end = period.bounds(today)
        assert start is None or start <= end
        assert start is None or period.base(today) in (start, start - timedelta(days=1))
        assert period.label(today)


@pytest.mark.parametrize("piece", ["6 months ", "2015-", "since 2020 ", "last ", " ", "from 2015 to ", "\u00a0", "9"])
def test_long_text_is_refused_at_once(piece: str) -> None:
    started = time.thread_time()
    assert parse_period(piece * 10_000) is None
    assert time.thread_time() - started < 0.5  # what grows with the square of a text takes minutes


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2023/24 tax year", "2023-04-06..2024-04-05"),
        ("in the tax year 2022-23", "2022-04-06..2023-04-05"),
        ("2023/25 tax year", None),
        ("tax year", None),
    ],
)
def test_a_british_tax_year(text: str, canonical: str | None) -> None:
    period = parse_period(text)
    assert (period and period.canonical) == canonical


def test_an_amount_of_money_is_no_year() -> None:
    assert find_periods("how many francs for 2000 euros") == []
    assert [span.text for span in find_periods("price in 2000")] == ["in 2000"]
