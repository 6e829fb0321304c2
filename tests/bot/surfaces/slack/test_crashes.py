"""Killed -9 at every stage, the server leaves one message for each question (G1-G9): what was shown is used again.

Of each two questions that are in work at a death, one is shown as a stream, which no metadata tells until its end, and
the other as a line.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from bot.records.users import Actor
from bot.settings import load_settings
from tests.fakes.acquaintance import told_before_in
from tests.fakes.ollama_server import Call, FakeOllama, Say, Wait
from tests.fakes.replica import STAGES
from tests.fakes.slack_payloads import TEAM, USER, message
from tests.fakes.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer
from tests.fakes.slack_streams import STREAMING
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


def channels(number: int) -> tuple[str, str]:
    """The two places of a death: one with streams, and one without."""
    return f"D{number}", f"DX{number}"


async def deliver(slack: SlackServer, number: int) -> None:
    await asyncio.gather(*(deliver_until_acknowledged(slack, number, channel) for channel in channels(number)))


async def deliver_until_acknowledged(slack: SlackServer, number: int, channel: str) -> None:
    """As Slack does: again, by any connection, until one acknowledges it."""
    asked_at = f"{int(time.time()) - 1}.{number:06}"
    body = message("price of Apple", ts=asked_at, event_id=f"Ev{channel}", channel=channel)
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
    slack.missing -= STREAMING
    stages = ("streamed", *STAGES)
    slack.without_streams = {channels(number)[1] for number in range(len(stages))}
    for number, stage in enumerate(stages):
        await life.begin(f"{stage}:1")
        delivery = asyncio.create_task(deliver(slack, number))
        assert await life.died() == -signal.SIGKILL, stage
        delivery.cancel()  # it comes again at the end, as what was not acknowledged must
        await asyncio.gather(delivery, return_exceptions=True)
    await life.begin("")
    try:
        for number in range(len(stages)):
            await deliver(slack, number)
        await until(lambda: len([shown for shown in slack.messages if shown.key]) == 2 * len(stages), PATIENCE)
    finally:
        assert life.process
        life.process.terminate()
        assert await life.died() == 0
    expected = [channel for number in range(len(stages)) for channel in channels(number)]
    assert Counter(shown.channel for shown in slack.messages) == Counter(expected)
    assert not any(stream.is_open for stream in slack.streams.values())
    assert len(slack.streams) >= 2  # who has to wait, as after all these deaths, is shown a line instead
    texts = [shown.text for shown in slack.messages]
    # A question in whose work the server died four times is given up with an apology.
    assert [text for text in texts if "Apple closed" not in text and "I tried several times" not in text] == []
    assert sum("Apple closed" in text for text in texts) >= 10


async def test_a_server_that_dies_while_an_answer_is_read_leaves_it_once_and_whole(
    slack: SlackServer, sqlite_url: str, tmp_path: Path
) -> None:
    """Once right after its stream was closed for the whole answer, and once after a sentence was shown."""
    slack.missing -= STREAMING
    stages = ("closed:1", "read:1")
    async with FakeOllama() as ollama:
        life = Life(
            os.environ
            | {
                "TUPPENCE_HOME": str(tmp_path / "home"),
                "TUPPENCE_DATABASE_URL": sqlite_url,
                "TUPPENCE_MODEL_BACKEND": "ollama",
                "TUPPENCE_MODEL": "qwen3:4b",
                "OLLAMA_HOST": ollama.address,
                "TUPPENCE_MARKET_DATA": "snapshot",
                "SLACK_BOT_TOKEN": BOT_TOKEN,
                "SLACK_APP_TOKEN": APP_TOKEN,
                "SLACK_API_URL": f"{slack.address}/api/",
            },
            tmp_path / "log",
        )
        await told_before_in(load_settings(life.environment, None), Actor(USER, TEAM))
        for number, stage in enumerate(stages):
            read = asyncio.Event()
            ollama.then(Call("get_quote", {"symbols": ["AAPL"]}))
            ollama.then(Say("Apple closed at $125.67. That "), Wait(read), Say("is all. "), Say("Ask me for more."))
            await life.begin(stage)
            delivery = asyncio.create_task(deliver_until_acknowledged(slack, number, f"D{number}"))
            await until(lambda number=number: text_in(slack, f"D{number}"), PATIENCE)  # type: ignore[misc]
            read.set()
            assert await life.died() == -signal.SIGKILL, stage
            delivery.cancel()
            await asyncio.gather(delivery, return_exceptions=True)
        await life.begin("")
        try:
            await until(lambda: len([shown for shown in slack.messages if shown.key]) == len(stages), PATIENCE)
        finally:
            assert life.process
            life.process.terminate()
            assert await life.died() == 0
    assert Counter(shown.channel for shown in slack.messages) == Counter(f"D{n}" for n in range(len(stages)))
    assert not any(stream.is_open for stream in slack.streams.values())
    assert [shown.text.count("Apple closed at $125.67") for shown in slack.messages] == [1] * len(stages)


def text_in(slack: SlackServer, channel: str) -> str:
    """What can be read of an answer in the streams of a channel."""
    return "".join(stream.text for stream in slack.streams.values() if stream.shown.channel == channel)
