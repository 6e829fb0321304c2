"""Charts as pictures for clients that know none: in the card, small enough, opaque, and never worth an answer."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from microsoft_teams.cards import AdaptiveCard
from PIL import Image

from bot.messages import Reply
from bot.surfaces.localising import Reader
from bot.surfaces.teams.cards import LARGEST, size
from bot.surfaces.teams.messages import localiser, messages
from bot.surfaces.teams.pictures import drawings, pictured
from bot.surfaces.teams.progress import line
from bot.surfaces.teams.sdk import MessageActivityInput
from tests.bot.surfaces.teams.served import serving
from tests.bot.surfaces.teams.test_messages import record
from tests.bot.surfaces.teams.test_proactive import unasked
from tests.fakes.hostile_text import hostile
from tests.fakes.teams_payloads import USER
from tests.fakes.teams_server import Fault, TeamsServer, wrong
from tools.charts import Chart, Series

if TYPE_CHECKING:
    from bot.settings import Settings

HERE = Reader("en_US", "UTC")
KINDS = ["line", "area", "bar", "pie"]


def chart(kind: str = "line", title: str = "Apple, 2022", points: int = 500, series: int = 1) -> dict[str, Any]:
    return {
        "kind": kind, "title": title, "unit": "USD", "source": "bundled history, as of 28 Dec 2022",
        "labels": [f"2022-{1 + number // 28 % 12:02}-{1 + number % 28:02}" for number in range(points)],
        "series": [
            {"name": f"Company {each}", "values": [float(1 + number * (7 + each) % 97) for number in range(points)]}
            for each in range(series)
        ],
    }  # fmt: skip


def told(*charts: dict[str, Any], answer: str = "It fell.") -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(the messages of an answer with charts, what is to be drawn for each), as they come out of the outbox."""
    whole = record(answer, charts=list(charts))
    drawn = messages(whole, HERE)
    label = localiser(whole, HERE).label
    return json.loads(json.dumps([drawn, [drawings(each, charts, label) for each in drawn]]))


def fallbacks(message: dict[str, Any]) -> list[dict[str, Any]]:
    bodies = [each["content"]["body"] for each in message.get("attachments") or ()]
    return [element["fallback"] for body in bodies for element in body if "fallback" in element]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("series", [1, 6])
async def test_each_kind_falls_back_to_a_picture_that_says_what_it_shows(kind: str, series: int) -> None:
    (_, message), (_, wanted) = told(chart(kind, series=series))
    full = await pictured(message, wanted)
    (image,) = fallbacks(full)
    assert "Apple, 2022" in image["altText"]
    assert re.search(r"\(USD\)\.|In USD\.", image["altText"])
    assert image["altText"].endswith("Source: bundled history, as of Dec 28, 2022.")
    head, _, data = image["url"].partition(",")
    assert head == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(data, validate=True))) as png:
        assert (png.format, png.width) == ("PNG", 600)
        assert "transparency" not in png.info  # it would be unreadable on a dark card
        assert png.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    for attachment in full["attachments"]:
        AdaptiveCard.model_validate(attachment["content"])
        assert size(full.get("text", "")) + size(attachment["content"]) <= LARGEST
    MessageActivityInput.model_validate(full)
    assert "Container" in str(fallbacks(message))  # what it was made from is as it was


@pytest.mark.parametrize("kind", ["bar", "pie"])
async def test_bars_below_zero_are_a_picture_for_everybody(kind: str) -> None:
    drawn = chart(kind, "Sectors", points=3)
    drawn["series"] = [{"name": "Day", "values": [-1.5, -0.5, 0.25]}]
    (_, message), (_, wanted) = told(drawn)
    assert wanted["chart-0"]["kind"] == "bar"
    full = await pictured(message, wanted)
    (image,) = [each for each in full["attachments"][0]["content"]["body"] if each["type"] == "Image"]
    assert "-1.5" in image["altText"]
    assert image["id"] == "chart-0"
    assert image["url"].startswith("data:image/png;base64,")
    AdaptiveCard.model_validate(full["attachments"][0]["content"])


@given(st.sampled_from(KINDS), st.integers(1, 6), hostile, hostile)
@settings(max_examples=25, deadline=None)
async def test_whatever_a_chart_is_called_its_card_is_small_enough(
    kind: str, series: int, name: str, other: str
) -> None:
    drawn = chart(kind, name * 30, 40, series) | {"unit": other, "source": other * 50, "labels": [name * 9] * 40}
    drawn["series"] = [{**each, "name": other * 20} for each in drawn["series"]]
    shown, wanted = told(drawn, drawn, drawn)
    for message, here in zip(shown, wanted, strict=True):
        full = await pictured(message, here)
        assert wrong(full) == ""
        for image in fallbacks(full):
            assert image["type"] in ("Image", "Container")
            assert len(image.get("altText", "")) <= 1_400  # the joiners that break links and mentions come on top


async def test_as_many_pictures_as_there_is_room_for_and_words_for_the_others() -> None:
    (_, message), (_, wanted) = told(*(chart(series=2, title=f"Number {number}") for number in range(4)))
    full = await pictured(message, wanted)
    assert [each["type"] for each in fallbacks(full)] == ["Image", "Container", "Container", "Container"]
    assert size(full["attachments"][0]["content"]) <= LARGEST


async def test_in_every_message_it_is_its_own_chart_that_is_drawn() -> None:
    shown, wanted = told(*(chart(series=6, title=f"Number {number}") for number in range(7)))
    assert len(shown) > 1
    (image,) = fallbacks(await pictured(shown[-1], wanted[-1]))  # the cards before are full
    assert image["altText"].startswith("Number 6. Company 0 from")
    assert sorted(name for here in wanted for name in here) == [f"chart-{number}" for number in range(7)]


async def test_what_can_not_be_drawn_stays_words() -> None:
    (_, message), (_, wanted) = told(chart())
    assert await pictured(message, wanted, seconds=0) is message
    broken = {name: {**each, "kind": None, "series": None} for name, each in wanted.items()}
    assert await pictured(message, broken) is message
    assert await pictured(message, {}) is message


def test_letters_that_the_font_lacks_are_told_in_words() -> None:
    assert told(chart(title="東京電力"))[1] == [{}, {}]
    assert told(chart(title="Nestlé – 2022"))[1][1] != {}


async def test_nothing_is_drawn_for_a_message_that_shows_no_chart() -> None:
    _, (words, wanted) = told(chart())
    assert words == {}
    notice = line("Guests get nothing personal.")
    assert await pictured(notice, wanted) is notice


def test_nothing_that_draws_is_loaded_before_there_is_a_chart() -> None:
    script = "import sys, bot.surfaces.teams.surface; sys.exit('PIL' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


# --- as it is posted ---

DAYS = ("2022-01-03", "2022-06-30", "2022-12-28")
SHOWN = Chart("line", "Apple, 2022", DAYS, (Series("Apple", (176.03, 140.0, 125.67)),), "USD", "bundled history")


async def test_a_chart_is_posted_with_its_picture_and_without_it_where_that_is_refused(
    settings: Settings, teams: TeamsServer
) -> None:
    reply = Reply("t1", "how did Apple do?", "It fell.", "answered", charts=(SHOWN,))
    async with serving(settings, teams) as client:
        (outgoing,) = client.surface.present(unasked({"user": USER}), "It fell.", reply, directly=True)
        stored = type(outgoing)(outgoing.surface, outgoing.target, json.loads(json.dumps(outgoing.body)))
        assert "data:image" not in str(stored.body)  # the outbox keeps what is drawn, not the picture
        await client.surface.post(stored, "k")
        too_much = Fault(413, {"error": {"code": "MessageSizeTooBig"}})
        teams.faults["create"].append(too_much)
        await client.surface.post(stored, "k")
        teams.faults["create"] += [too_much, too_much]
        await client.surface.post(stored, "k")
    full, smaller, words = (shown.body for shown in teams.messages)
    (image,) = fallbacks(full)
    assert image["altText"].startswith("Apple, 2022. Apple from 176.03 (Jan 3, 2022) to 125.67 (Dec 28, 2022) (USD).")
    assert fallbacks(smaller)[0]["type"] == "Container"
    assert not words.get("attachments")
    assert "It fell." in words["text"]


async def test_a_changed_message_keeps_its_picture_unless_that_is_refused(
    settings: Settings, teams: TeamsServer
) -> None:
    reply = Reply("t1", "how did Apple do?", "It fell.", "answered", charts=(SHOWN,))
    async with serving(settings, teams) as client:
        (outgoing,) = client.surface.present(unasked({"user": USER}), "It fell.", reply, directly=True)
        posted = await client.surface.post(outgoing, "k")
        placing, body = client.surface._placing, outgoing.body
        conversation, _, name = posted.rpartition("/")
        where = {"service_url": teams.service_url, "conversation": conversation}
        await placing.redraw(where, name, body["message"], body)
        assert fallbacks(teams.messages[0].body)[0]["type"] == "Image"
        teams.faults["update"].append(Fault(400, {"error": {"code": "BadSyntax"}}))
        await placing.redraw(where, name, body["message"], body)
        assert fallbacks(teams.messages[0].body)[0]["type"] == "Container"
