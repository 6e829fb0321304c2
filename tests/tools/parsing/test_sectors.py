"""Sectors from everyday names."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.parsing.sectors import SECTOR_NAMES, parse_sector, read_sector

NAMED = {
    "technology": "technology|tech|Tech|big tech|tech stocks|the tech sector|information technology|IT|it stocks|semis"
    "|semiconductors|chipmakers|chip stocks|software|cloud",
    "healthcare": "healthcare|health care|health|pharma|biotech|drugmakers|hospitals|medical devices|pharma companies",
    "financial-services": "financial services|financials|banks|banking|bank stocks|insurers|finance|Financial Services",
    "consumer-cyclical": "consumer|consumer stocks|the consumer sector|consumer cyclical|consumer discretionary|retail|retailers|cars|carmakers|automakers"
    "|car stocks"
    "|luxury|restaurants|travel|hotels",
    "consumer-defensive": "consumer defensive|consumer staples|staples|food|beverages|food & beverage|tobacco"
    "|supermarkets",
    "energy": "energy|oil|oil and gas|oil & gas|oil  stocks|gas|oil majors|the energy sector|energy shares",
    "industrials": "industrials|industrial|aerospace|defense|defence|airlines|railroads|machinery|defence stocks",
    "basic-materials": "basic materials|materials|miners|mining|gold miners|chemicals|steel|metals and mining",
    "real-estate": "real estate|reits|REIT|property|property stocks|reit stocks|landlords",
    "utilities": "utilities|utility|electric utilities|utility stocks|power companies|the utilities sector",
    "communication-services": "communication services|communications|telecoms|telecom|telcos|media|entertainment"
    "|streaming|social media",
}
REFUSED = [
    "", " ", "the", "it", "It", "stocks", "sector", "the sector", "companies", "growth",
    "dividend", "dividend stocks", "apple", "tech and energy", "tech please", "in tech", "tech tech", "cheap tech",
    "industry", "car", "t\u0435\u0441h", "market", "s&p", "technology" + " " * 40, "tech stocks stocks stocks",
]  # fmt: skip


@pytest.mark.parametrize(("text", "key"), [(text, key) for key, texts in NAMED.items() for text in texts.split("|")])
def test_reads_sectors(text: str, key: str) -> None:
    assert parse_sector(text) == key


@pytest.mark.parametrize("text", REFUSED)
def test_refuses_what_is_not_one_sector(text: str) -> None:
    assert parse_sector(text) is None


def test_every_key_and_shown_name_is_read_back() -> None:
    assert set(NAMED) == set(SECTOR_NAMES)
    for key, name in SECTOR_NAMES.items():
        assert parse_sector(key) == key
        assert parse_sector(name) == key


@given(st.text() | st.lists(st.sampled_from("the tech oil and gas it sector stocks real estate".split())).map(" ".join))
def test_never_raises_and_only_known_keys_come_out(text: str) -> None:
    key = parse_sector(text)
    assert key is None or key in SECTOR_NAMES


@pytest.mark.parametrize("piece", ["tech ", "tech stocks ", " ", "the "])
def test_long_text_is_refused_at_once(piece: str) -> None:
    started = time.thread_time()
    assert parse_sector(piece * 10_000) is None
    assert time.thread_time() - started < 0.5  # what grows with the square of a text takes minutes


def test_what_is_said_to_be_a_sector_needs_no_more_words() -> None:
    assert (read_sector("bank"), read_sector("industry"), read_sector("tech")) == (
        "financial-services",
        "industrials",
        "technology",
    )
    assert parse_sector("bank") is None
    assert read_sector("apple") is None
