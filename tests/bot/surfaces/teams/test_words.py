"""What is left of a message where Teams refuses its cards (B8): all of its words, its label and its thumbs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.jobs.posting import PostRefused
from bot.messages import Reply
from bot.surfaces.localising import Reader
from bot.surfaces.slack.markup import visible
from bot.surfaces.teams.messages import messages
from bot.surfaces.teams.words import LONGEST_PIECE, UNPRESSABLE, in_pieces, in_words
from tests.bot.surfaces.teams.served import serving
from tests.bot.surfaces.teams.test_messages import record, unescaped
from tests.bot.surfaces.teams.test_proactive import unasked
from tests.fakes.teams_payloads import USER

if TYPE_CHECKING:
    from bot.settings import Settings
    from tests.fakes.teams_server import TeamsServer

COUNT = 400
ROWS = [f"Company {n} of the list: Return {n}.11%; Price ${n}.25; Volatility {n}.75%" for n in range(COUNT)]
TABLE = "| | return | price | volatility |\n|---|---:|---:|---:|\n" + "\n".join(
    f"| Company {n} of the list | {n}.11% | ${n}.25 | {n}.75% |" for n in range(COUNT)
)
ANSWER = f"Here is all of it.\n\n{TABLE}\n\n*As of 1 Jan 2024, a source*"


def plain(text: str) -> str:
    return visible(unescaped(text))


def label(message: dict[str, Any]) -> bool:
    return any("AIGeneratedContent" in each["additionalType"] for each in message.get("entities") or ())


def thumbs(message: dict[str, Any]) -> bool:
    return "feedbackLoop" in (message.get("channelData") or {})


def test_each_message_of_a_long_answer_is_said_with_the_words_of_its_own_card() -> None:
    drawn = messages(record(ANSWER), Reader("en_US", "UTC"))
    assert len(drawn) > 3
    said = [in_words(message) for message in drawn]
    assert all(message["text"] and "attachments" not in message for message in said)
    text = plain("\n".join(message["text"] for message in said))
    assert [row for row in ROWS if text.count(row) != 1] == []
    assert text.index(ROWS[0]) < text.index(ROWS[-1]) < text.index("a source")
    assert said[0]["text"].startswith("Here is all of it.")
    assert said[0]["entities"] == drawn[0]["entities"]
    assert [thumbs(message) for message in said] == [True, *[False] * (len(drawn) - 1)]


def test_the_shortest_form_is_split_and_never_cut_and_keeps_label_and_thumbs() -> None:
    for drawn in messages(record(ANSWER), Reader("en_US", "UTC")):
        pieces = in_pieces(drawn)
        assert "".join(piece["text"] for piece in pieces) == in_words(drawn)["text"]
        assert all(0 < len(piece["text"]) <= LONGEST_PIECE and label(piece) for piece in pieces)
        assert [thumbs(piece) for piece in pieces] == [*[False] * (len(pieces) - 1), thumbs(drawn)]
    assert in_pieces({"type": "message", "text": "Please wait."}) == [
        {"type": "message", "textFormat": "markdown", "text": "Please wait."}
    ]


def test_facts_lists_charts_and_buttons_have_words_and_none_of_them_is_read_as_a_mark() -> None:
    chart = {
        "kind": "bar", "title": "Held, *by* company", "labels": ["A_B", "C"], "unit": "USD", "source": "s",
        "series": [{"name": "Held", "values": [1.5, 2.0]}],
    }  # fmt: skip
    proposal = {"kind": "watchlist", "nonce": "n", "details": {"action": "add"}}
    answer = "Two facts.\n\n- Price: **$5**\n- Name: **a_b**\n\n| x | y |\n|---|---:|\n| * a | 1 |"
    drawn = messages(record(answer, charts=[chart], proposals=[proposal]), Reader("en_US", "UTC"))
    said = "\n\n".join(in_words(message)["text"] for message in drawn)
    for words in ("Price: $5", "Name: a_b", "* a: Y 1", "Held, *by* company. A_B 1.5, C 2 (USD)."):
        assert words in plain(said)
    assert UNPRESSABLE in said
    assert r"\* a" in said
    assert r"\*by\*" in said


@pytest.mark.parametrize("longest", [100_000, LONGEST_PIECE + 100])
async def test_b8_nothing_of_a_long_answer_is_lost_where_teams_takes_no_cards(
    settings: Settings, teams: TeamsServer, longest: int
) -> None:
    teams.refusal = lambda body: (
        "no cards" if body.get("attachments") else "too long" if len(body.get("text") or "") > longest else ""
    )
    reply = Reply("t1", "all of it?", ANSWER, "answered")
    async with serving(settings, teams) as client:
        for outgoing in client.surface.present(unasked({"user": USER}), ANSWER, reply, directly=True):
            await client.surface.post(outgoing, "k")
    text = plain("\n".join(shown.text for shown in teams.messages))
    assert [row for row in ROWS if " ".join(row.split()) not in " ".join(text.split())] == []
    assert all(label(shown.body) for shown in teams.messages)


async def test_b8_what_is_refused_in_every_form_is_not_tried_for_ever(settings: Settings, teams: TeamsServer) -> None:
    teams.refusal = lambda _: "nothing today"
    async with serving(settings, teams) as client:
        (outgoing,) = client.surface.present(unasked({"user": USER}), "Hello.", None, directly=True)
        with pytest.raises(PostRefused) as refused:
            await client.surface.post(outgoing, "k")
        assert not refused.value.is_place
