"""Whether an exchange is open, and when it opens and closes next."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from tools.arguments import Exchange
from tools.context import ToolContext
from tools.formatting import show
from tools.market.timetable import Holiday, read_timetable, unknown_hours
from tools.parsing.exchanges import EXCHANGE_NAMES
from tools.values import Figure, Findings, Source

DEFAULT_EXCHANGE = "XNYS"
SOURCE_NAME = "scheduled exchange calendar"
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Status:
    """What an exchange does at one moment. `holiday_today` is "" for a holiday without a name."""

    now: datetime
    is_open: bool
    is_break: bool
    is_half_day: bool
    holiday_today: str | None
    next_open: datetime
    next_close: datetime
    next_holiday: Holiday | None
    next_half_day: date | None


async def get_market_status(context: ToolContext, exchange: Exchange | None = None) -> Findings:
    """Whether a stock exchange is open now, when it opens and closes next, its next holiday and half day.

    Use this when the question is about opening hours, holidays or whether trading is on; for how prices moved use
    get_market_overview.

    Args:
        exchange: the exchange, city or country; leave out when not said (New York)

    Returns:
        The next open and close in the exchange's own time and in UTC, by the scheduled calendar: a sudden halt is
        not known to it.

    Raises:
        NoData: the calendar doesn't reach the present day.

    Source:
        the exchange_calendars package.
    """
    code = exchange or DEFAULT_EXCHANGE
    name = EXCHANGE_NAMES.get(code, code)
    # Loading calendars takes a second the first time: other people's questions go on meanwhile.
    status = await asyncio.to_thread(read_status, code, context.now())
    figures = _figures(code, status, Source(SOURCE_NAME, context.now()))
    return Findings(
        title=f"{name}: trading hours",
        figures=tuple(figures.values()),
        sentences=_sentences(name, status, figures),
        notes=("These are regular hours; trading before and after them, and sudden halts, are not in the calendar.",),
        names={code: name},
    )


def read_status(code: str, now: datetime) -> Status:
    """What the exchange with this ISO 10383 code does at `now`, in its own zone.

    Raises `NoData` when its calendar doesn't reach that time.
    """
    timetable = read_timetable(code, now.date())
    local = now.astimezone(ZoneInfo(timetable.zone)).replace(microsecond=0)
    today = local.date()
    spans = [span for session in timetable.sessions for span in session.spans()]
    opens = [span[0] for span in spans if span[0] > now]
    closes = [session.close for session in timetable.sessions if session.close > now]
    if not opens or not closes:
        raise unknown_hours(code)
    is_open = any(start <= now < end for start, end in spans)
    under_way = any(session.open <= now < session.close for session in timetable.sessions)
    return Status(
        now=local,
        is_open=is_open,
        is_break=under_way and not is_open,
        is_half_day=today in timetable.half_days,
        holiday_today=next((holiday.name for holiday in timetable.holidays if holiday.day == today), None),
        next_open=opens[0].astimezone(local.tzinfo),
        next_close=closes[0].astimezone(local.tzinfo),
        next_holiday=next((holiday for holiday in timetable.holidays if holiday.day > today), None),
        next_half_day=next((day for day in timetable.half_days if day > today), None),
    )


def _figures(code: str, status: Status, source: Source) -> dict[str, Figure]:
    days: dict[str, date | None] = {
        "local time": status.now,
        "next open": status.next_open,
        "next open in UTC": status.next_open.astimezone(UTC),
        "next close": status.next_close,
        "next close in UTC": status.next_close.astimezone(UTC),
        "next holiday": status.next_holiday.day if status.next_holiday else None,
        "next half day": status.next_half_day,
    }
    reason = status.next_holiday.name if status.next_holiday else ""
    return {
        attribute: Figure(code, attribute, day, "date", source, note=reason if attribute == "next holiday" else "")
        for attribute, day in days.items()
    }


def _sentences(name: str, status: Status, figures: dict[str, Figure]) -> tuple[str, ...]:
    shown = {attribute: show(figure) for attribute, figure in figures.items()}
    title = f"The {name}"
    opens = f"{shown['next open']} ({shown['next open in UTC']})"
    closes = f"{shown['next close']} ({shown['next close in UTC']})"
    if status.is_open:
        early = ", early, because today is a half day" if status.is_half_day else ""
        first = f"{title} is open and closes on {closes}{early}."
    elif status.is_break:
        first = f"{title} is on its midday break and opens again on {opens}."
    else:
        weekend = status.now.weekday() >= _SATURDAY and status.holiday_today is None
        why = " for the weekend" if weekend else " for a holiday" if status.holiday_today is not None else ""
        if status.holiday_today:
            why = f" today for {status.holiday_today}"
        first = f"{title} is closed{why} and opens next on {opens}."
    if status.next_holiday is None:
        return (first,)
    occasion = f" ({status.next_holiday.name})" if status.next_holiday.name else ""
    return (first, f"{title}'s next holiday is {shown['next holiday']}{occasion}.")
