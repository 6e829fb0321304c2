"""The charts of an answer as files, with their figures in words."""

from __future__ import annotations

import json

from bot.surfaces.slack.pictures import pictures
from bot.surfaces.slack.record import turn_record
from tests.fakes.replies import replies


def test_a_chart_is_a_file_with_a_name_a_title_and_its_words() -> None:
    reply = next(reply for reply in replies() if reply.question == "How did Apple do in 2022?")
    (picture,) = pictures(json.loads(json.dumps(turn_record(reply))), locale="en_US", time_zone="UTC")
    assert picture.png.startswith(b"\x89PNG")
    assert picture.filename == "apple-jan-1-2022-to-dec-28-2022.png"
    assert picture.title == "Apple, Jan 1, 2022 to Dec 28, 2022"
    assert picture.alt_text.endswith("Apple from 176.03 (Dec 31, 2021) to 125.67 (Dec 28, 2022) (USD).")


def test_an_answer_without_a_chart_has_none() -> None:
    assert pictures({"charts": []}, locale="en_US", time_zone="UTC") == []
