"""What comes in from a conversation that was given up: it can be answered there, from the first moment on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.records import conversations
from bot.records.conversations import Known
from bot.surfaces.teams.events import NAME, read_activity
from bot.surfaces.teams.receiving import Receiver
from bot.surfaces.teams.references import References
from tests.fakes.recording_intake import RecordingIntake
from tests.fakes.teams_payloads import TENANT, invoke, message

if TYPE_CHECKING:
    from bot.records.database import Database
    from bot.records.inbox import Event

URL = "https://smba.trafficmanager.net/teams"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


async def failure_of(database: Database, conversation: str) -> str:
    async with database.read() as session:
        known = await conversations.find(session, TENANT, NAME, conversation)
    return known.failure if known else "nobody knows it"


async def given_up(database: Database, body: dict[str, Any]) -> str:
    """The conversation of an activity, to which nothing could be sent lately."""
    reading: Any = read_activity(body, NOW)
    reference = reading.reference
    async with database.write() as session:
        known = Known(TENANT, NAME, reference.conversation, "direct", reference.user, {"service_url": URL})
        await conversations.keep(session, known, at=NOW)
        await conversations.fail(session, TENANT, NAME, reference.conversation, "it was gone", at=NOW)
    return str(reference.conversation)


async def test_a_question_is_stored_once_its_answer_can_be_sent(database: Database) -> None:
    class Watching(RecordingIntake):
        async def __call__(self, event: Event) -> bool:
            seen.append(await failure_of(database, where))
            return await super().__call__(event)

    seen: list[str] = []
    body = message("price of Apple", URL)
    where = await given_up(database, body)
    await receiver(database, Watching()).take(body)
    assert seen == [""]


async def test_a_press_shows_that_its_conversation_is_there_again(database: Database) -> None:
    body = invoke("adaptiveCard/action", {"action": {}}, URL)
    where = await given_up(database, body)
    await receiver(database, RecordingIntake()).take(body)
    assert await failure_of(database, where) == ""


def receiver(database: Database, intake: Any) -> Receiver:
    async def nothing(*_: Any) -> None:
        return None

    api: Any = None
    references = References(database, api, URL, lambda: NOW)
    return Receiver(intake, references, nothing, nothing, lambda _: None, lambda: NOW)
