"""Killed -9 at every stage, the server leaves one message for each question (G1-G9): the line of progress is used again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from tests.fakes.replica import STAGES
from tests.fakes.slack_payloads import message
from tests.fakes.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer
from tests.fakes.waiting import until

ROOT = Path(__file__).parents[4]
PATIENCE = 120


class Life:
    """One server process after the other, each but the last with a stage at which it dies."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment, self.log = environment, log
        self.process: asyncio.subprocess.Process | None = None

    async def begin(self, sentence: str) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.fakes.slack_replica"),
                cwd=ROOT,
                env=self.environment | {"DIE_AT": sentence},
                stderr=log,
            )

    async def died(self) -> int:
        assert self.process
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()


async def deliver_until_acknowledged(slack: SlackServer, number: int) -> None:
    """As Slack does: again, by any connection, until one acknowledges it."""
    body = message("price of Apple", ts=f"{int(time.time())}.{number:06}", event_id=f"Ev{number}", channel=f"D{number}")
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(ConnectionError, IndexError):
                if await slack.is_acknowledged(await slack.envelope(body), 1):
                    return
            await asyncio.sleep(0.1)


async def test_every_question_has_one_message_whenever_the_server_dies(
    slack: SlackServer, sqlite_url: str, tmp_path: Path
) -> None:
    life = Life(
        os.environ
        | {
            "TUPPENCE_HOME": str(tmp_path / "home"),
            "TUPPENCE_DATABASE_URL": sqlite_url,
            "TUPPENCE_MODEL_BACKEND": "embedded",
            "TUPPENCE_MARKET_DATA": "snapshot",
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": f"{slack.address}/api/",
        },
        tmp_path / "log",
    )
    for number, stage in enumerate(STAGES):
        await life.begin(f"{stage}:1")
        delivery = asyncio.create_task(deliver_until_acknowledged(slack, number))
        assert await life.died() == -signal.SIGKILL, stage
        delivery.cancel()  # it comes again at the end, as what was not acknowledged must
        await asyncio.gather(delivery, return_exceptions=True)
    await life.begin("")
    try:
        for number in range(len(STAGES)):
            await deliver_until_acknowledged(slack, number)
        await until(lambda: len([shown for shown in slack.messages if shown.key]) == len(STAGES), PATIENCE)
    finally:
        assert life.process
        life.process.terminate()
        assert await life.died() == 0
    assert Counter(shown.channel for shown in slack.messages) == Counter(f"D{n}" for n in range(len(STAGES)))
    texts = [shown.text for shown in slack.messages]
    # A question in whose work the server died four times is given up with an apology.
    assert [text for text in texts if "Apple closed" not in text and "I tried several times" not in text] == []
    assert sum("Apple closed" in text for text in texts) >= 5
