"""Locales, zones and currencies as people and platforms write them."""

from __future__ import annotations

import pytest

from bot.locales import known_locale, known_zone, read_currency, read_locale, read_time_zone


def test_what_is_read_strictly() -> None:
    assert (read_locale("de-DE"), read_locale("en_US.UTF-8")) == ("de_DE", "en_US")
    assert read_time_zone("Europe/Berlin") == "Europe/Berlin"
    assert read_currency("eur") == "EUR"


@pytest.mark.parametrize("text", ["klingon", "xx_YY", "", "../x"])
def test_what_is_no_locale_is_refused_and_not_known(text: str) -> None:
    with pytest.raises(ValueError, match="write one like en_US"):
        read_locale(text)
    assert known_locale(text) == ""


@pytest.mark.parametrize("text", ["Mars/Olympus", "../../etc/passwd", "\0"])
def test_what_is_no_zone_is_refused_and_not_known(text: str) -> None:
    with pytest.raises(ValueError, match="write one like Europe/Berlin"):
        read_time_zone(text)
    assert known_zone(text) == ""


def test_what_a_platform_does_not_say_is_not_known() -> None:
    assert (known_zone(None), known_locale(None), known_locale("de-DE")) == ("", "", "de_DE")
