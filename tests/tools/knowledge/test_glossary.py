"""Finding a term the way people type it, and refusing to guess."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.market_data import tool_context
from tools.errors import ArgumentError
from tools.knowledge import entries as glossary_entries
from tools.knowledge.entries import entries, find_entry, mended_term
from tools.knowledge.glossary import define_term


def test_there_are_at_least_300_terms() -> None:
    assert len(entries()) >= 300


def test_no_name_or_alias_stands_for_two_terms() -> None:
    meanings: dict[str, set[str]] = defaultdict(set)
    for entry in entries():
        for name in (entry.name, *entry.aliases):
            meanings[glossary_entries._key(name)].add(entry.name)
    assert {key: names for key, names in meanings.items() if len(names) > 1 or not key} == {}


def test_every_related_term_is_defined() -> None:
    for entry in entries():
        for related in entry.see_also:
            assert find_entry(related)[1], f"{entry.name} refers to {related}"


def test_every_definition_reads_as_sentences() -> None:
    for entry in entries():
        assert len(entry.definition.split()) >= 5, entry.name
        assert entry.definition[0].isupper() or not entry.definition[0].isalpha(), entry.name
        assert entry.definition.endswith((".", ")", "”")), entry.name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("dividend yield", "dividend yield"),
        ("Dividend Yields", "dividend yield"),
        ("dividend-yield?", "dividend yield"),
        ("  a dividend   yield ", "dividend yield"),
        ("P/E ratio", "price-to-earnings ratio"),
        ("p/e", "price-to-earnings ratio"),
        ("pe ratio", "price-to-earnings ratio"),
        ("EBITDA", "EBITDA"),
        ("etfs", "exchange-traded fund"),
        ("the VIX", "VIX"),
        ("401k", "401(k)"),
        ("beta", "beta"),
        ("calls", "call option"),
    ],
)
def test_case_punctuation_plurals_and_aliases_don_t_matter(typed: str, name: str) -> None:
    entry, exact = find_entry(typed)
    assert (entry.name, exact) == (name, True)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("dividnd yeild", "dividend yield"),
        ("volitility", "volatility"),
        ("diversifcation", "diversification"),
        ("bull markt", "bull market"),
        ("liquidty", "liquidity"),
    ],
)
async def test_a_slip_of_the_keys_is_forgiven_and_said(typed: str, name: str) -> None:
    found = await define_term(tool_context(), typed)
    assert found.passages[0].subject == name
    assert found.notes == (f"I took “{typed}” as “{name}”.",)


@pytest.mark.parametrize("typed", ["flux capacitor", "cut option", "photosynthesis", "", "?!", "x" * 500, "ボラ"])
async def test_what_is_not_a_term_is_refused_in_one_sentence(typed: str) -> None:
    with pytest.raises(ArgumentError) as refusal:
        await define_term(tool_context(), typed)
    text = str(refusal.value)
    assert text.count("“") <= 4
    assert len(text) < 250


def test_near_terms_are_suggested() -> None:
    with pytest.raises(ArgumentError, match="did you mean “yield curve”"):
        find_entry("yield curv")


async def test_the_definition_is_a_passage_with_its_source() -> None:
    found = await define_term(tool_context(), "dividend yield")
    assert found.title == "dividend yield"
    assert found.passages[0].attribute == "definition"
    assert found.passages[0].source.name == "Tuppence glossary"
    assert found.passages[1].attribute == "see also"
    assert found.figures == ()


@given(st.text(max_size=60))
def test_any_text_is_found_or_refused(text: str) -> None:
    try:
        entry, _ = find_entry(text)
    except ArgumentError as refusal:
        assert str(refusal)  # noqa: PT017 (either outcome is right)
    else:
        assert entry.definition


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("amortizaton", "amortization"), ("Divdend yeild", "dividend yield"), ("poision pill", "poison pill")],
)
def test_slips_in_terms_are_mended(typed: str, meant: str) -> None:
    assert mended_term(typed) == meant


@pytest.mark.parametrize("typed", ["zorblax", "risotto", ""])
def test_what_is_near_no_term_is_not_mended(typed: str) -> None:
    assert not mended_term(typed)
