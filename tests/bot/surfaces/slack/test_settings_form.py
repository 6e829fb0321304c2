"""The form of settings and the pauses of the Home tab: faults beside their fields, changes once, and one's own alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.errors import DatabaseError
from bot.records import administration, alerts, digests, preferences, users
from bot.records.digest_terms import DigestTerms, vet
from bot.records.preferences import Choices
from bot.records.tables import AuditRecord
from bot.records.users import Actor
from bot.surfaces.slack.presses import read_press
from bot.surfaces.slack.settings_form import CANT_OPEN, FORM, NOT_KEPT, HomeControls, entered, settings_form
from bot.turn.daily_digest import Daily
from bot.turn.prompting import sections
from tests.fakes.block_check import live_parts, texts, view_problems
from tests.fakes.slack_interactive import press, submitted
from tests.fakes.slack_payloads import TEAM, USER
from tests.fakes.slack_served import Served, served_settings, serving
from tests.fakes.waiting import until
from tools.alerts.rules import Watch
from tools.alerts.telling import Level

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.surfaces.slack.presses import Press
    from tests.fakes.slack_server import SlackServer

ADA, BEN = Actor(USER, TEAM), Actor("UBEN", TEAM)
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
async def served(slack: SlackServer, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(served_settings(slack, sqlite_url, tmp_path / "home"), slack) as served:
        yield served


def filled(**values: Any) -> dict[str, Any]:
    """The state of a form: text by block, `risk` and `digest` as Slack has them."""
    given = {name: {"type": "plain_text_input", "value": values.get(name)} for name in ("currency", "zone", "language")}
    option = {"value": values.get("risk", "none"), "text": {"type": "plain_text", "text": "…"}}
    given["risk"] = {"type": "static_select", "selected_option": option}
    given["digest"] = {"type": "timepicker", "selected_time": values.get("digest")}
    return {block: {"value": value} for block, value in given.items()}


async def chosen(served: Served, actor: Actor = ADA) -> Choices:
    async with served.database.read() as session:
        return await preferences.choices_of(session, actor)


async def digest_rows(served: Served) -> list[Any]:
    async with served.database.read() as session:
        return list(await digests.digests_of(session, ADA))


def test_the_form_is_lawful_and_filled_with_what_is_chosen() -> None:
    choices = Choices("EUR", "Europe/Berlin", "de_DE", "balanced", date(2026, 1, 2))
    view = settings_form(choices, Daily("d", "08:00"), today=TODAY)
    assert view_problems(view) == []
    assert live_parts(view) == []
    elements = {block["block_id"]: block["element"] for block in view["blocks"]}
    assert [elements[name]["initial_value"] for name in ("currency", "zone", "language")] == [
        "EUR",
        "Europe/Berlin",
        "de_DE",
    ]
    assert elements["risk"]["initial_option"]["value"] == "balanced"
    assert elements["digest"]["initial_time"] == "08:00"
    assert any("Given on 2 Jan 2026" in block["hint"]["text"] for block in view["blocks"])


def test_an_empty_form_and_one_with_an_old_risk_profile() -> None:
    for choices in (Choices(), Choices(risk_profile="cautious", risk_profile_on=TODAY - timedelta(days=400))):
        view = settings_form(choices, Daily("d", "", "45 min after the close"), today=TODAY)
        assert view_problems(view) == []
        elements = {block["block_id"]: block["element"] for block in view["blocks"]}
        assert elements["risk"]["initial_option"]["value"] == "none"
        assert "initial_value" not in elements["currency"]
        assert "initial_time" not in elements["digest"]
        assert any("45 min after the close" in text["hint"]["text"] for text in view["blocks"])


@pytest.mark.parametrize(
    "state", [{}, {"currency": []}, {"currency": {"value": {"value": 5}}}, {"risk": {"value": {}}}]
)
def test_a_form_that_holds_nonsense_is_read_as_empty(state: Any) -> None:
    changes, time, errors = entered(state)
    assert set(changes.values()) == {None}
    assert (time, errors) == ("", {})


async def test_it_opens_and_what_is_sent_is_kept_and_seen(served: Served, slack: SlackServer) -> None:
    await served.press(press(None, "home_settings", "settings"))
    await until(lambda: slack.views)
    (view,) = slack.views
    assert view["callback_id"] == FORM
    values = filled(currency=" eur ", zone="Europe/Berlin", language="de-DE", risk="balanced", digest="08:05")
    answer = await served.press(submitted(view, values))
    assert answer.content == b""
    found = await chosen(served)
    assert found == Choices("EUR", "Europe/Berlin", "de_DE", "balanced", found.risk_profile_on)
    await until(lambda: slack.tabs and "08:05, Mon to Fri" in " ".join(texts(slack.tab(USER))))
    (row,) = await digest_rows(served)
    assert (row.kind, row.schedule, row.time_zone, row.surface) == (
        "my_portfolio",
        "5 8 * * mon-fri",
        "Europe/Berlin",
        "slack",
    )
    await served.press(submitted(view, filled(risk="balanced", digest="08:05")))
    assert (await chosen(served)).base_currency is None


async def test_a_digest_with_a_zone_of_its_own_is_left_alone_by_what_else_is_saved(
    served: Served, slack: SlackServer
) -> None:
    terms = await vet(DigestTerms("my_portfolio", "slack", schedule="0 8 * * mon-fri", time_zone="Asia/Tokyo"), NOW)
    async with served.database.write() as session:
        await users.ensure_user(session, ADA)
        await digests.add(session, ADA, USER, terms, at=NOW)
    view = settings_form(Choices(), Daily(), today=TODAY)
    await served.press(submitted(view, filled(currency="EUR", zone="Europe/Berlin", digest="08:00")))
    await until(lambda: slack.tabs and "Asia/Tokyo" in " ".join(texts(slack.tab(USER))))
    (row,) = await digest_rows(served)
    assert (row.schedule, row.time_zone) == ("0 8 * * mon-fri", "Asia/Tokyo")


async def test_faults_are_told_beside_their_fields_and_nothing_is_kept(served: Served) -> None:
    view = settings_form(Choices(), Daily(), today=TODAY)
    values = filled(currency="beans", zone="Berlin", language="de_DE", risk="cautious", digest="08:05")
    answer = (await served.press(submitted(view, values))).json()
    assert answer == {
        "response_action": "errors",
        "errors": {
            "currency": "“beans” is no currency code; write one like USD or EUR.",
            "zone": "“Berlin” is no time zone; write one like Europe/Berlin.",
        },
    }
    assert await chosen(served) == Choices()
    assert await digest_rows(served) == []


async def test_saving_something_else_does_not_give_the_risk_profile_anew(served: Served) -> None:
    given = datetime.now(UTC) - timedelta(days=100)
    async with served.database.write() as session:
        await users.ensure_user(session, ADA)
        await preferences.choose(session, ADA, {"risk_profile": "balanced"}, at=given)
    view = settings_form(Choices(), Daily(), today=TODAY)
    await served.press(submitted(view, filled(currency="EUR", risk="balanced")))
    assert (await chosen(served)).risk_profile_on == given.date()
    await served.press(submitted(view, filled(risk="cautious")))
    assert (await chosen(served)).risk_profile_on == datetime.now(UTC).date()


async def test_who_was_stopped_changes_nothing_and_reads_why(served: Served) -> None:
    async with served.database.write() as session:
        await users.ensure_user(session, ADA)
        by = Actor("root", TEAM)
        await administration.pull_switch(session, by, "user", USER, reason="a drill", at=datetime.now(UTC))
    view = settings_form(Choices(), Daily(), today=TODAY)
    answer = (await served.press(submitted(view, filled(currency="EUR")))).json()
    assert answer["errors"] == {"currency": sections("notices")["user_stopped"]}
    assert await chosen(served) == Choices()


async def test_a_slack_without_forms_says_how_else(served: Served, slack: SlackServer) -> None:
    slack.missing.add("views.open")
    await served.press(press(None, "home_settings", "settings"))
    await until(lambda: slack.messages)
    assert slack.messages[-1].text.replace("\u2060", "") == CANT_OPEN


async def alert(served: Served, owner: Actor) -> str:
    level = Level("above", "AAPL", Decimal(200), "USD")
    async with served.database.write() as session:
        await users.ensure_user(session, owner)
        at = datetime.now(UTC)
        kept = await alerts.add(session, owner, level, Watch("above"), surface="slack", target={}, at=at)
    assert kept is not None
    return kept.id


async def paused(served: Served, owner: Actor = ADA) -> bool:
    async with served.database.read() as session:
        (kept,) = await alerts.alerts_of(session, owner)
    return kept.paused


async def test_an_alert_is_paused_and_taken_up_again_by_a_press(served: Served, slack: SlackServer) -> None:
    name = await alert(served, ADA)
    for act, other in (("pause", "Resume"), ("resume", "Pause")):
        await served.press(press(None, f"home_pause_alert_{name}", f"{act}:alert:{name}"))
        assert await paused(served) == (act == "pause")
        await until(lambda other=other: slack.tabs and other in list(texts(slack.tab(USER))))
    async with served.database.read() as session:
        acts = await session.scalars(sa.select(AuditRecord.action).where(AuditRecord.subject == name))
        assert list(acts) == ["alert.add", "alert.pause", "alert.resume"]


async def test_a_digest_is_paused_and_taken_up_again_by_a_press(served: Served, slack: SlackServer) -> None:
    view = settings_form(Choices(), Daily(), today=TODAY)
    await served.press(submitted(view, filled(digest="08:05")))
    await until(lambda: slack.tabs)
    (row,) = await digest_rows(served)
    for act in ("pause", "pause", "resume"):
        await served.press(press(None, f"home_pause_digest_{row.id}", f"{act}:digest:{row.id}"))
        assert [each.paused for each in await digest_rows(served)] == [act == "pause"]


@pytest.mark.parametrize("value", ["pause:alert:{}", "pause:user:{}", "delete:alert:{}", "{}", "", "pause:alert:"])
async def test_nobody_pauses_what_is_anothers_or_no_such_thing(served: Served, value: str) -> None:
    name = await alert(served, BEN)
    await served.press(press(None, f"home_pause_alert_{name}", value.format(name)))
    assert not await paused(served, BEN)


async def test_a_digest_that_could_not_be_kept_is_told_though_the_form_is_closed_by_then() -> None:
    class Away:
        def read(self) -> Any:
            raise DatabaseError("db.example", "The database at db.example is away.")

    told: list[str] = []

    async def tell(_: Press, text: str) -> None:
        told.append(text)

    home = SimpleNamespace(refresh=lambda *_: None)
    desk: Any = SimpleNamespace(parts=SimpleNamespace(database=Away()), home=home, tell=tell)
    saved = read_press(submitted(settings_form(Choices(), Daily(), today=TODAY), filled(digest="08:05")))
    assert saved is not None
    with pytest.raises(DatabaseError):
        await HomeControls(desk)._schedule(saved, "08:05", "UTC")
    assert told == [NOT_KEPT]
