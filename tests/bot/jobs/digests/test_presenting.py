"""A digest on the surfaces: Slack takes it, the terminal draws it, and its picture holds the words and the chart."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from bot.jobs.digests.picture import digest_png
from bot.surfaces.console import ConsoleSurface
from bot.surfaces.slack.blocks import messages, plain_messages
from bot.surfaces.slack.record import turn_record
from tests.bot.jobs.digests.cases import DAYS, KINDS, bundled_parts, digest
from tests.fakes.block_check import message_problems

if TYPE_CHECKING:
    from bot.jobs.digests.plan import Kind


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("day", ["crash", "holiday"])
async def test_slack_takes_it_in_one_message_with_table_and_chart(day: str, kind: Kind) -> None:
    reply = await digest(kind, DAYS[day], bundled_parts())
    record = turn_record(reply)
    for shown in (messages(record, locale="en", time_zone="UTC"), plain_messages(record, locale="en", time_zone="UTC")):
        assert [message_problems(message) for message in shown] == [[]] * len(shown)
        assert len(shown) == 1


async def test_a_reader_elsewhere_gets_every_cell_in_that_form() -> None:
    reply = await digest("my_portfolio", DAYS["crash"], bundled_parts())
    shown = str(messages(turn_record(reply), locale="de_DE", time_zone="UTC"))
    assert "-2,53 pp" in shown.replace("\u2212", "-")
    assert "-2.53" not in shown


async def test_the_terminal_draws_it(capsys: pytest.CaptureFixture[str]) -> None:
    ConsoleSurface(plain=True).show(await digest("market_close", DAYS["crash"], bundled_parts()))
    out = capsys.readouterr().out
    assert "The S&P 500 fell 11.98%" in out
    assert "█" in out


async def test_the_picture_grows_with_its_words_and_holds_the_chart() -> None:
    from PIL import Image

    whole = Image.open(io.BytesIO(digest_png(await digest("market_close", DAYS["crash"], bundled_parts()))))
    brief = Image.open(io.BytesIO(digest_png(await digest("market_close", DAYS["holiday"], bundled_parts()))))
    assert whole.width == brief.width == 1200
    assert whole.height > 640 > brief.height
    assert len(whole.convert("L").getcolors() or []) > 10
