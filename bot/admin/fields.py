"""Fields of our tables and forms: people by name, moments in the tenant's zone, closed sets with plain labels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from babel.dates import format_datetime
from starlette_admin.fields import BooleanField, EnumField, StringField
from starlette_admin.filters.date import DateBetweenFilter
from starlette_admin.tools import iterdecode, iterencode
from starlette_admin.types import RequestAction

from bot.admin.context import admin

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette_admin.filters.base import FilterApplyContext


@dataclass
class PersonField(StringField):
    """A user of the tenant: shown with the name to show, chosen from a list that is searched on the server."""

    key: str = "users"
    multiple: bool = False
    form_template: str = "fields/person_form.html"
    list_template: str = "fields/person.html"
    detail_template: str = "fields/person.html"
    nobody: str = "—"
    """What an empty id means, e.g. "everyone"."""

    async def parse_form_data(self, request: Request, form_data: FormData) -> str:
        """The user's id; the list hands over the whole key."""
        chosen = str(form_data.get(self.id) or "")
        return iterdecode(chosen)[-1] if chosen else ""

    async def serialize_value(self, request: Request, value: Any) -> Any:
        """The key for a form, the id and name for a table, the id for an export."""
        if request.state.action.is_form():
            return iterencode((admin(request).tenant, value)) if value else ""
        if request.state.action == RequestAction.EXPORT:
            return value
        names: dict[str, str] = getattr(request.state, "names", {})
        return {"id": value, "name": names.get(value, ""), "nobody": self.nobody}

    def additional_css_links(self, request: Request) -> list[str]:
        """The select box's, where there is a form."""
        return EnumField(self.name, choices=["-"], select2=True).additional_css_links(request)

    def additional_js_links(self, request: Request) -> list[str]:
        """The select box's, where there is a form."""
        return EnumField(self.name, choices=["-"], select2=True).additional_js_links(request)


class BetweenDays(DateBetweenFilter):
    """From the first moment of one day to the last of another, in the tenant's zone."""

    def apply(self, ctx: FilterApplyContext) -> Any:
        """The condition."""
        zone = ZoneInfo(getattr(getattr(ctx.request, "state", None), "zone", "UTC"))
        first, last = (datetime.combine(day, time.min, zone) for day in (ctx.value, ctx.value2))
        column = getattr(getattr(ctx.view, "model", None), ctx.field_name)
        return sa.and_(column >= first, column < last + timedelta(days=1))


@dataclass
class YesNoField(BooleanField):
    """Yes or no, where neither is wrong."""

    list_template: str = "fields/yes_no.html"
    detail_template: str = "fields/yes_no.html"


@dataclass
class MomentField(StringField):
    """A point in time, shown to the minute in the tenant's zone."""

    list_template: str = "fields/moment.html"
    detail_template: str = "fields/moment.html"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.filters is None:
            self.filters = [BetweenDays]

    async def serialize_value(self, request: Request, value: Any) -> Any:
        """ISO form in UTC for an export, else words and the exact time."""
        if not isinstance(value, datetime):
            return value
        if request.state.action == RequestAction.EXPORT:
            return value.astimezone(UTC).isoformat()
        return {"text": moment(request, value), "exact": value.astimezone(UTC).isoformat()}


@dataclass
class ChoiceField(EnumField):
    """One of a closed set; a value that is no longer in it is shown as it is."""

    list_template: str = "fields/choice.html"

    def _get_label(self, value: Any, request: Request) -> Any:
        return next((label for known, label in self._get_choices(request) if known == value), value)


def moment(request: Request, at: datetime) -> str:
    """A time as it is shown on the pages, e.g. "28 Nov 2026, 14:05"."""
    zone = getattr(request.state, "zone", "UTC")
    return format_datetime(at, "d MMM y, HH:mm", tzinfo=ZoneInfo(zone), locale="en_GB")


@dataclass
class DetailsField(StringField):
    """What an act changed, as "name: value" in words."""

    list_template: str = "fields/details.html"
    detail_template: str = "fields/details.html"

    async def serialize_value(self, request: Request, value: Any) -> Any:
        """Pairs of a name and a text."""
        return [(name, ", ".join(map(str, told)) if isinstance(told, list) else told) for name, told in value.items()]
