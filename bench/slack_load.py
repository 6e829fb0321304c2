"""Many people ask on Slack at once: `python -m bench.slack_load [--people 200] [--seconds 10] [--model embedded|hung]`.

A real `tuppence serve`, a stand-in for Slack and one for a model that takes every question and never answers, each in a
process of its own, speak over HTTP on this machine; a fourth process asks. Each person asks once, in the direct
messages; half-way somebody types a command. The table tells how soon Slack's deliveries were acknowledged, what became
of each question and when, who was told to be patient, and whether it went in order.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx

from bot.jobs.waiting import said
from tests.fakes.ollama_server import FakeOllama, Hang
from tests.fakes.slack_deliveries import SECRET, signed
from tests.fakes.slack_payloads import command, message
from tests.fakes.slack_server import BOT_TOKEN, SlackServer
from tests.fakes.slack_streams import STATUS, STREAMING

if TYPE_CHECKING:
    from asyncio import StreamReader
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Sequence

    from aiohttp import web

MODELS = {"embedded": "tuppence", "hung": "qwen3:4b"}
QUESTION = "price of Coca-Cola"
BUSY = said(1).partition(":")[0]
SILENT, LATE = "could not answer", "dropped it"
_LONGEST_LINE = 2**26


# --- the stand-ins, in their process ---


class Watched(SlackServer):
    """Slack, noting when something was shown in which channel: (seconds, its text, whether it is the answer)."""

    def __init__(self) -> None:
        super().__init__()
        self.missing -= STREAMING | STATUS
        self.rates.is_on = False  # what this program can do is measured, not what Slack lets it do
        self.shown: dict[str, list[tuple[float, str, bool]]] = {}
        self.made: dict[str, int] = {}

    async def _api(self, request: web.Request) -> web.StreamResponse:
        answer = await super()._api(request)
        method, body = request.match_info["method"], {}
        self.made[method] = self.made.get(method, 0) + 1
        if method.startswith("chat."):
            body = await request.json()
            key = ((body.get("metadata") or {}).get("event_payload") or {}).get("key", "")
            text = f"{body.get('text', '')} {json.dumps(body.get('blocks') or '')}"
            self.shown.setdefault(body["channel"], []).append((time.time(), text[:4000], bool(key)))
        return answer


async def stand_in() -> None:
    """Serve both until stdin ends; each line of it is answered with what was shown so far."""
    slack = Watched()
    async with slack.serving(), FakeOllama(scripts=[[Hang()] for _ in range(100_000)]) as ollama:
        print(json.dumps([f"{slack.address}/api/", ollama.address]), flush=True)
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        while await lines.readline():
            print(json.dumps({"shown": slack.shown, "made": slack.made}), flush=True)


# --- the people, and what they saw ---


@dataclass
class Person:
    """One who asks; times are seconds of the wall clock, None for what did not happen."""

    channel: str
    asked: float = 0.0
    ack: float = 0.0
    shown: list[tuple[float, str, bool]] = field(default_factory=list)

    @property
    def first_sign(self) -> float | None:
        """When anything was to be seen."""
        return self.shown[0][0] - self.asked if self.shown else None

    @property
    def answered(self) -> float | None:
        """When what became of it was there."""
        return next((at for at, _, is_answer in self.shown if is_answer), None)

    @property
    def end(self) -> str:
        """What became of it."""
        text = next((text for _, text, is_answer in self.shown if is_answer), "")
        return "nothing" if not text else "apology" if SILENT in text else "expired" if LATE in text else "answer"

    @property
    def was_told(self) -> bool:
        """Whether they were told their number in line."""
        return any(text.startswith(BUSY) for _, text, _ in self.shown)


async def ask(client: httpx.AsyncClient, person: Person, number: int, wait: float) -> None:
    """One question, when it is time."""
    await asyncio.sleep(wait)
    person.asked = time.time()
    ts = f"{int(person.asked)}.{number:06}"
    payload = message(QUESTION, ts=ts, event_id=f"Ev{number}", channel=person.channel, user=f"U{person.channel[1:]}")
    person.ack = await delivered(client, json.dumps(payload).encode(), "application/json")


async def type_command(client: httpx.AsyncClient, person: Person, wait: float) -> None:
    """`/fin quote KO`, which needs no model."""
    await asyncio.sleep(wait)
    person.asked = time.time()
    form = urlencode(command("quote KO", user="UTYPIST", channel=person.channel)).encode()
    person.ack = await delivered(client, form, "application/x-www-form-urlencoded")


async def delivered(client: httpx.AsyncClient, body: bytes, kind: str) -> float:
    """Seconds until a delivery was acknowledged."""
    began = time.perf_counter()
    answer = await client.post("/slack/events", content=body, headers={"content-type": kind, **signed(body)})
    if answer.status_code != httpx.codes.OK:
        raise SystemExit(f"a delivery was answered with {answer.status_code}: {answer.text}")
    return time.perf_counter() - began


# --- the processes ---


@asynccontextmanager
async def running(*arguments: str, **environ: str) -> AsyncIterator[tuple[Process, StreamReader]]:
    """A process of this Python, ended afterwards."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **environ},
        limit=_LONGEST_LINE,
    )
    assert process.stdout
    try:
        yield process, process.stdout
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def told(process: Process, lines: StreamReader) -> dict[str, Any]:
    """What Slack has shown so far."""
    assert process.stdin
    process.stdin.write(b"\n")
    found: dict[str, Any] = json.loads(await lines.readline())
    return found


@asynccontextmanager
async def serving(home: str, port: int, model: str, slack: str, ollama: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that is ready."""
    environ = {
        "TUPPENCE_HOME": home,
        "TUPPENCE_MODEL_BACKEND": "embedded" if model == "embedded" else "ollama",
        "TUPPENCE_MODEL": MODELS[model],
        "OLLAMA_HOST": ollama,
        "TUPPENCE_MARKET_DATA": "snapshot",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": slack,
    }
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
    async with (
        running("bot", "serve", "--port", str(port), **environ) as (process, _),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, limits=limits, trust_env=False) as client,
    ):
        while True:
            if process.returncode is not None:
                raise SystemExit("the server ended")
            with suppress(httpx.TransportError):
                if (await client.get("/readyz")).status_code == httpx.codes.OK:
                    break
            await asyncio.sleep(0.1)
        yield client


async def measure(model: str, people: int, seconds: float, patience: float, port: int) -> None:
    """One run; a column of the table."""
    asking = [Person(f"D{number:05}") for number in range(people)]
    typist, early = Person("DTYPIST"), Person("DEARLY")
    with tempfile.TemporaryDirectory() as home:
        async with running("bench.slack_load", "--stand-in") as (process, lines):
            slack, ollama = json.loads(await lines.readline())
            async with serving(home, port, model, slack, ollama) as client:
                if model == "embedded":  # the first question of all loads the model, which is another measurement
                    await ask(client, early, people, 0)
                    await until_answered(process, lines, [early], patience)
                began = time.time()
                await asyncio.gather(
                    *(ask(client, each, number, seconds * number / people) for number, each in enumerate(asking)),
                    type_command(client, typist, seconds / 2),
                )
                made = await until_answered(process, lines, [*asking, typist], patience)
    show(model, asking, typist, began, made)


async def until_answered(
    process: Process, lines: StreamReader, people: Sequence[Person], patience: float
) -> dict[str, int]:
    """Wait until everybody has what became of their question, or `patience` seconds; returns the calls by method."""
    ends = time.monotonic() + patience
    while True:
        found = await told(process, lines)
        for person in people:
            person.shown = [(at, text, is_answer) for at, text, is_answer in found["shown"].get(person.channel, [])]
        if all(person.answered for person in people) or time.monotonic() > ends:
            made: dict[str, int] = found["made"]
            return made
        await asyncio.sleep(1)


def at_share(values: Sequence[float], share: float) -> float:
    """The value below which a share of all lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def overtaken(asking: Sequence[Person]) -> tuple[int, float]:
    """By how many later askers somebody was overtaken at most; Spearman's correlation of asking and being answered."""
    done = sorted((each for each in asking if each.answered), key=lambda each: each.asked)
    order = sorted(range(len(done)), key=lambda place: done[place].answered or 0.0)
    place = {who: rank for rank, who in enumerate(order)}
    most = max((sum(place[later] < place[who] for later in range(who + 1, len(done))) for who in place), default=0)
    count = len(done)
    apart = sum((who - rank) ** 2 for who, rank in place.items())
    return most, 1 - 6 * apart / (count * (count**2 - 1)) if count > 1 else 1.0


def show(model: str, asking: Sequence[Person], typist: Person, began: float, made: dict[str, int]) -> None:
    """The table."""
    acks = [each.ack for each in asking]
    signs = [each.first_sign for each in asking if each.first_sign is not None]
    ends = [each.answered - each.asked for each in asking if each.answered]
    most, spearman = overtaken(asking)
    kinds = {kind: sum(each.end == kind for each in asking) for kind in ("answer", "apology", "expired", "nothing")}
    last = max((each.answered or 0.0 for each in asking), default=0.0) - began
    quote = typist.answered - typist.asked if typist.answered else float("nan")
    rows = [
        (
            "acknowledged, p50 / p99 / max",
            f"{at_share(acks, 0.5):.3f} / {at_share(acks, 0.99):.3f} / {max(acks):.3f} s",
        ),
        ("became of it", ", ".join(f"{count} {kind}" for kind, count in kinds.items())),
        ("until answered, p50 / p95", f"{at_share(ends, 0.5):.1f} / {at_share(ends, 0.95):.1f} s"),
        ("the last one, from the first question", f"{last:.1f} s"),
        ("told their number in line", f"{sum(each.was_told for each in asking)} of {len(asking)}"),
        ("first sign, p50 / p95 / max", " / ".join(f"{at_share(signs, s):.2f}" for s in (0.5, 0.95, 1.0)) + " s"),
        ("overtaken by at most", f"{most} (Spearman {spearman:.3f})"),
        ("a typed command meanwhile", f"answered after {quote:.2f} s"),
        ("calls of Slack", ", ".join(f"{made[name]} {name}" for name in sorted(made, key=made.__getitem__)[:-6:-1])),
    ]
    print(f"\n| {model} model, {len(asking)} people | |\n|---|---|")
    for name, value in rows:
        print(f"| {name} | {value} |", flush=True)


async def main(arguments: argparse.Namespace) -> None:
    """One table for each model."""
    for place, model in enumerate(arguments.model or MODELS):
        await measure(model, arguments.people, arguments.seconds, arguments.patience, arguments.port + place)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10.0, help="in which all of them ask")
    parser.add_argument("--model", choices=sorted(MODELS), action="append", help="both, unless one is named")
    parser.add_argument("--patience", type=float, default=400.0, help="seconds until the rest counts as lost")
    parser.add_argument("--port", type=int, default=18765)
    parser.add_argument("--stand-in", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    asyncio.run(stand_in() if arguments.stand_in else main(arguments))
