"""A client of Microsoft's that does not know a chart's element shows its picture, read out with its figures."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.bot.surfaces.teams.playground import free_port, needed, playing, running, say

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [*needed]
# The Playground knows every chart, as Teams of today does: so this server's charts have a name that no client knows.
UNKNOWN = """
import sys
from bot.surfaces.teams import messages
from bot.__main__ import main

known = messages.chart_element
messages.chart_element = lambda *chart: (drawn := known(*chart)) and {**drawn, "type": "Chart.OfTomorrow"}
sys.argv[0] = "tuppence"
main()
"""


async def test_an_unknown_chart_is_seen_as_its_picture(tmp_path: Path) -> None:
    port = free_port()
    command = (sys.executable, "-c", UNKNOWN, "serve", "--port", str(port))
    address = f"http://127.0.0.1:{port}"
    async with running(command, tmp_path, f"{address}/healthz"), playing(tmp_path, address) as page:
        await say(page, "fin compare AAPL MSFT 2022")
        picture = page.get_by_role("img", name="Apple and Microsoft, Jan 1, 2022 to Dec 28, 2022")
        await picture.scroll_into_view_if_needed()
        assert "Microsoft from 100 (Dec 31, 2021) to 70.39" in str(await picture.get_attribute("alt"))
        assert await picture.evaluate("image => image.complete && image.naturalWidth") == 600
        await page.screenshot(path=tmp_path / "picture.png")
