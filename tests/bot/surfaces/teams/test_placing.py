"""Words and a card, which share no message, and what Microsoft's Agents Playground lacks: nothing is lost by it."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.inbox_tables import OutboxMessage
from bot.records.opening import open_records
from bot.surfaces.answer import Span
from bot.surfaces.teams.api import TeamsApi
from bot.surfaces.teams.cards import attached, card
from bot.surfaces.teams.cloud import LOCAL
from bot.surfaces.teams.events import key_of
from bot.surfaces.teams.markup import rich
from bot.surfaces.teams.placing import with_note
from tests.bot.surfaces.teams.served import allow, letters, serving, settled
from tests.fakes.teams_payloads import ACCOUNT, CHANNEL, GROUP, TENANT, USER, mention
from tests.fakes.teams_server import TeamsServer, is_two

if TYPE_CHECKING:
    from bot.settings import Settings


async def test_words_and_a_card_are_two_messages_each_known_by_its_id(
    on_each_database: Settings, teams: TeamsServer
) -> None:
    settings = on_each_database
    async with serving(settings, teams, every=5) as client:
        await allow(settings, CHANNEL)
        await client.deliver(mention("price of Apple", teams.service_url))
        assert await settled(settings) == ["done"]
        async with await open_records(settings) as database, database.read() as session:
            posted = set(await session.scalars(sa.select(OutboxMessage.message_id)))
    assert not any(is_two(body) for _, _, body in teams.calls)
    words, below = teams.messages
    assert posted == {key_of(shown.conversation, shown.id) for shown in teams.messages}
    assert words.text.startswith("Apple closed at $125.67")
    assert "attachments" not in words.body
    assert words.body["entities"][0]["citation"]
    assert words.conversation == below.conversation
    assert not below.text
    assert "Previous close" in letters(below.card)
    (label,) = below.body["entities"]
    assert label["additionalType"] == ["AIGeneratedContent"]
    assert "citation" not in label


async def test_an_answer_that_its_place_refuses_goes_to_the_asker_with_one_note_above_it(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams, every=5) as client:
        await client.ask("hello")
        await allow(settings, CHANNEL)
        teams.gone.add(CHANNEL)
        known = len(teams.messages)
        body = mention("price of Apple", teams.service_url)
        teams.gone.add(f"{CHANNEL};messageid={body['id']}")
        await client.deliver(body)
        await settled(settings)
    told = [f"{shown.text} {letters(shown.card)}" for shown in teams.messages[known:]]
    assert told[0].startswith("I could not answer you there")
    assert sum("I could not answer you there" in text for text in told) == 1


def test_a_note_stands_in_the_card_of_a_message_without_words() -> None:
    message = {"type": "message", "attachments": [attached(card(rich((Span("A table"),))))]}
    noted = with_note(message, "Not there.", {"record": {}})
    assert not is_two(noted)
    assert letters(noted["attachments"][0]["content"]["body"]).split() == ["Not", "there.", "A", "table"]
    assert with_note(message, "Not there.", {"record": None}) == message


async def test_in_local_play_nobody_types_in_a_thread(teams: TeamsServer) -> None:
    teams.is_open = True
    async with aclosing(TeamsApi(LOCAL, "tuppence")) as api:
        for conversation in (f"{CHANNEL};messageid=1700000000001", GROUP):
            await api.typing({"service_url": teams.service_url, "conversation": conversation})
    assert teams.typing == [GROUP]


async def test_whoever_is_known_is_named_in_teams_own_terms_in_places_that_do_not_say_them(
    on_each_database: Settings, teams: TeamsServer
) -> None:
    async with serving(on_each_database, teams) as client:
        target = {"tenant": TENANT, "conversation": CHANNEL, "user": USER, "service_url": teams.service_url}
        assert (await client.surface.references.where(target))["account"] == USER
        await client.ask("hello")
        assert (await client.surface.references.where(target))["account"] == ACCOUNT
