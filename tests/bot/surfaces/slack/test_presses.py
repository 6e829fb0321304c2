"""What Slack's payloads of buttons, forms and shortcuts mean; whatever is malformed means nothing, and never fails."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.surfaces.slack.presses import read_press
from tests.fakes.slack_interactive import press, shortcut, submitted
from tests.fakes.slack_payloads import CHANNEL, TEAM, USER
from tests.fakes.slack_server import Shown

SHOWN = Shown(CHANNEL, "1790000000.000200", {"text": "x", "thread_ts": "1790000000.000100", "blocks": []})


def test_a_button() -> None:
    read = read_press(press(SHOWN, "show_how", "t1"))
    assert read is not None
    assert (read.kind, read.name, read.value) == ("action", "show_how", "t1")
    assert (read.tenant, read.user) == (TEAM, USER)
    assert (read.channel, read.ts, read.thread_ts) == (CHANNEL, SHOWN.ts, "1790000000.000100")
    assert read.shared == f"{CHANNEL}/1790000000.000100"
    assert not read.stranger


def test_a_list_stands_for_what_was_chosen() -> None:
    payload = press(SHOWN, "zone", "")
    payload["actions"] = [{"action_id": "zone", "type": "static_select", "selected_option": {"value": "UTC"}}]
    read = read_press(payload)
    assert read is not None
    assert read.value == "UTC"


def test_a_form() -> None:
    view = {"callback_id": "settings", "private_metadata": "{}", "app_installed_team_id": "T9"}
    read = read_press(submitted(view, {"b": {"a": {"value": "x"}}}))
    assert read is not None
    assert (read.kind, read.name, read.tenant) == ("submission", "settings", "T9")
    assert read.state == {"b": {"a": {"value": "x"}}}
    assert read.shared == ""


def test_a_shortcut() -> None:
    read = read_press(shortcut("explain", {"ts": "1.2", "text": "hi"}, channel="D1"))
    assert read is not None
    assert (read.kind, read.name, read.channel, read.ts) == ("shortcut", "explain", "D1", "1.2")
    assert read.shared == "", "in direct messages nobody else sees anything"


def test_each_press_has_a_name_of_its_own_and_keeps_it() -> None:
    first, second = press(SHOWN, "a", "x"), press(SHOWN, "a", "x")
    ids = [read.id for payload in (first, first, second) if (read := read_press(payload))]
    assert ids[0] == ids[1] != ids[2]
    assert max(map(len, ids)) <= 50


def test_without_trigger_ids_presses_are_told_apart_by_their_times() -> None:
    first, second = press(SHOWN, "a", "x", trigger_id=None), press(SHOWN, "a", "x", trigger_id=None)
    ids = [read.id for payload in (first, second) if (read := read_press(payload))]
    assert ids[0] != ids[1]


@pytest.mark.parametrize(
    ("user_team", "enterprise", "is_stranger"),
    [(TEAM, None, False), ("T0002", None, True), ("T0002", {"id": "E1"}, False), (None, None, False)],
)
def test_who_is_of_another_organisation(user_team: str | None, enterprise: Any, is_stranger: bool) -> None:
    payload = press(SHOWN, "a", "x", enterprise=enterprise)
    payload["user"]["team_id"] = user_team
    read = read_press(payload)
    assert read is not None
    assert read.stranger is is_stranger


def test_of_an_organisation_wide_app_the_team_is_the_persons() -> None:
    user = {"id": "U1", "team_id": "T3"}
    changed = press(SHOWN, "a", "x", enterprise={"id": "E1"}) | {"team": None, "user": user}
    read = read_press(changed)
    assert read is not None
    assert read.tenant == "T3"


@pytest.mark.parametrize(
    "change",
    [
        {"type": None},
        {"type": "dialog_submission"},
        {"type": ["block_actions"]},
        {"user": None},
        {"user": {"id": 5}},
        {"user": {"id": "U" * 300}},
        {"team": None, "user": {"id": "U1"}},
        {"actions": []},
        {"actions": None},
        {"actions": "show_how"},
        {"actions": [None]},
        {"actions": [{"action_id": ""}]},
        {"actions": [{"action_id": {"a": 1}}]},
    ],
)
def test_what_is_malformed_or_unknown_is_nothing(change: dict[str, Any]) -> None:
    assert read_press({**press(SHOWN, "show_how", "t1"), **change}) is None


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(sorted(press(SHOWN, "a", "x"))), ODD, max_size=6))
def test_no_payload_breaks_it(change: dict[str, Any]) -> None:
    read = read_press({**press(SHOWN, "a", "x"), **change})
    if read is not None:
        assert all(
            isinstance(each, str) for each in (read.name, read.tenant, read.user, read.channel, read.ts, read.id)
        )
        assert isinstance(read.message, dict)
        assert isinstance(read.view, dict)
        assert isinstance(read.state, dict)
