"""Killed -9 at every stage, the server leaves one answer for each question (G1-G9), in the message that stood there first.

Teams finds no message by a key. Between Teams' answer to the first line of progress and the commit of its id lies the
only gap: a death there leaves a line that says "Reading your question…" beside the answer, and never a second answer.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from tests.fakes.teams_payloads import APP, SECRET, TENANT, message
from tests.fakes.teams_server import TeamsServer
from tests.fakes.waiting import until

ROOT = Path(__file__).parents[4]
PATIENCE = 120
STAGES = ("claimed", "placed", "kept", "finished", "posted")
"""Those at which Teams differs; `tests/test_durability.py` has all of them. "placed" is the gap."""


class Life:
    """One server process after the other, each but the last with a stage at which it dies."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment, self.log = environment, log
        self.process: asyncio.subprocess.Process | None = None

    async def begin(self, sentence: str) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-W", "ignore", "-m", "tests.fakes.teams_replica"),
                cwd=ROOT,
                env=self.environment | {"DIE_AT": sentence},
                stderr=log,
            )

    async def died(self) -> int:
        assert self.process
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()


async def deliver_until_taken(teams: TeamsServer, port: int, body: dict[str, Any]) -> None:
    """Again, until it is taken."""
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(trust_env=False) as client:
        while True:
            with suppress(httpx.HTTPError):
                headers = {"Authorization": teams.bearer()}
                address = f"http://127.0.0.1:{port}/api/messages"
                if (await client.post(address, json=body, headers=headers, timeout=5)).status_code == 200:
                    return
            await asyncio.sleep(0.1)


def question(teams: TeamsServer, number: int) -> dict[str, Any]:
    """Each in a conversation of its own."""
    body = message("price of Apple", teams.service_url)
    return body | {"conversation": {"id": f"a:{number}", "conversationType": "personal", "tenantId": TENANT}}


async def test_every_question_has_one_answer_whenever_the_server_dies(
    teams: TeamsServer, sqlite_url: str, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    life = Life(
        os.environ
        | {
            "TUPPENCE_HOME": str(tmp_path / "home"),
            "TUPPENCE_DATABASE_URL": sqlite_url,
            "TUPPENCE_MODEL_BACKEND": "embedded",
            "TUPPENCE_MARKET_DATA": "snapshot",
            "CLIENT_ID": APP,
            "CLIENT_SECRET": SECRET,
            "TENANT_ID": TENANT,
            "PORT": str(port),
            "STAND_IN": teams.address,
        },
        tmp_path / "log",
    )
    questions = [question(teams, number) for number in range(len(STAGES))]
    for stage, body in zip(STAGES, questions, strict=True):
        await life.begin(f"{stage}:1")
        delivery = asyncio.create_task(deliver_until_taken(teams, port, body))
        assert await life.died() == -signal.SIGKILL, stage
        delivery.cancel()  # it comes again at the end, as what was not taken must
        await asyncio.gather(delivery, return_exceptions=True)
    await life.begin("")
    try:
        for body in questions:
            await deliver_until_taken(teams, port, body)
        await until(lambda: len(answered(teams)) == len(STAGES), PATIENCE)
    finally:
        assert life.process
        life.process.terminate()
        assert await life.died() == 0
    assert Counter(answered(teams)) == Counter(f"a:{number}" for number in range(len(STAGES)))
    left = [shown for shown in teams.said if "Apple closed" not in shown.text]
    # Of the death at "placed", and of what other conversations had posted at that moment.
    assert {shown.text for shown in left} == {"Reading your question…"}
    assert len(left) <= len(STAGES)
    cards = [shown.conversation for shown in teams.messages if shown.card]
    assert Counter(cards) == Counter(answered(teams))


def answered(teams: TeamsServer) -> list[str]:
    """The conversations of all answers."""
    return [each.conversation for each in teams.messages if "Apple closed" in each.text]
