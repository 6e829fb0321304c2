"""What fills a slot: the surface as people type it, and which part of it is the argument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slm.corpus.names import NameMaker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november"),
    *("december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
)
SMALL = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "fifteen", "twenty"),
    *("thirty", "forty", "fifty"),
)
CURRENCY_WORDS = (
    *("USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "TRY", "ZAR"),
    *("INR", "CNY", "HKD", "SGD", "KRW", "MXN", "BRL", "THB", "IDR", "MYR", "PHP", "ILS", "RON", "ISK"),
    *("usd", "eur", "gbp", "jpy", "chf", "cad", "aud", "inr", "cny", "sek", "nok", "pln", "mxn", "brl"),
    *("dollars", "euros", "pounds", "yen", "francs", "quid", "bucks", "sterling", "yuan", "rupees", "won", "pesos"),
    *("us dollars", "american dollars", "canadian dollars", "aussie dollars", "australian dollars", "kiwi dollars"),
    *("hong kong dollars", "singapore dollars", "british pounds", "pound sterling", "pounds sterling", "swiss francs"),
    *("japanese yen", "indian rupees", "chinese yuan", "renminbi", "rmb", "korean won", "mexican pesos", "zloty"),
    *("polish zloty", "swedish kronor", "norwegian kroner", "danish kroner", "czech koruna", "forint", "rand"),
    *("south african rand", "turkish lira", "lira", "shekels", "baht", "thai baht", "real", "brazilian real", "reais"),
    *("dollar", "euro", "pound", "swiss franc", "rupee", "peso", "greenbacks", "loonies", "dirhams", "ringgit"),
    *("a dollar", "€", "£", "$", "¥"),
    *("japan", "switzerland", "canada", "mexico", "india", "china", "sweden", "norway", "poland", "turkey", "thailand"),
    *("the uk", "britain", "the us", "australia", "denmark", "hungary", "brazil", "south africa", "singapore"),
)
SECTORS = (
    *("tech", "technology", "software", "semiconductors", "semis", "chip", "health care", "healthcare", "pharma"),
    *(
        "biotech",
        "financials",
        "financial",
        "banks",
        "banking",
        "insurance",
        "energy",
        "oil and gas",
        "oil",
        "utilities",
    ),
    *(
        "industrials",
        "industrial",
        "materials",
        "basic materials",
        "mining",
        "miners",
        "real estate",
        "reits",
        "telecom",
    ),
    *("telecoms", "communication services", "communications", "media", "consumer staples", "staples", "retail"),
    *(
        "retailers",
        "consumer discretionary",
        "consumer",
        "defence",
        "defense",
        "aerospace",
        "airlines",
        "autos",
        "food",
    ),
)
EXCHANGES = (
    *(
        "NYSE",
        "nyse",
        "the nyse",
        "new york",
        "wall street",
        "nasdaq",
        "the nasdaq",
        "london",
        "LSE",
        "the lse",
        "tokyo",
    ),
    *("the tokyo stock exchange", "hong kong", "frankfurt", "xetra", "paris", "euronext", "toronto", "tsx", "sydney"),
    *("the asx", "mumbai", "bse", "shanghai", "zurich", "six", "milan", "madrid", "singapore", "seoul", "amsterdam"),
    *("the london stock exchange", "the new york stock exchange", "the us market", "stockholm", "oslo", "copenhagen"),
)
PEOPLE = (
    *("Anna", "Ben", "Carla", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Keiko", "Luis", "Maria"),
    *("Nadia", "Omar", "Priya", "Quentin", "Rosa", "Sven", "Tara", "Uli", "Vera", "Wei", "Yara", "Zoe", "tom", "jess"),
)
PLACES = (
    *("Lisbon", "Vienna", "Osaka", "Denver", "Leeds", "Pune", "Lyon", "Porto", "Austin", "Bergen", "Cork", "Davos"),
    *("Gdansk", "Hanoi", "Izmir", "Jaipur", "Kyoto", "Lima", "Malmo", "Nairobi", "Oaxaca", "Perth", "Quito", "Riga"),
)


@dataclass(frozen=True, slots=True)
class Fill:
    """A filled slot. Each part is (slot meaning, start, end) inside `surface`."""

    surface: str
    parts: tuple[tuple[str, int, int], ...] = ()


def _whole(surface: str, meaning: str) -> Fill:
    return Fill(surface, ((meaning, 0, len(surface)),))


class SlotFiller:
    """Fills slots with a given source of randomness; `terms` are the glossary entries that may be used."""

    def __init__(self, rng: Random, names: NameMaker, terms: Sequence[str]) -> None:
        self.rng, self.names, self.terms = rng, names, terms

    def fill(self, slot: str) -> Fill:
        """A fresh fill. Raises `KeyError` on an unknown slot."""
        return getattr(self, f"_{slot}")() if hasattr(self, f"_{slot}") else _unknown(slot)

    def _pick(self, *options: str) -> str:
        return self.rng.choice(options)

    # -- names, words -------------------------------------------------------------------------------------------
    def _symbol(self) -> Fill:
        name = self.names.make()
        if name.isupper() and len(name) <= 5 and self.rng.random() < 0.1:
            return Fill(f"${name}", (("symbol", 1, len(name) + 1),))
        return _whole(name, "symbol")

    def _term(self) -> Fill:
        if self.rng.random() < 0.25:
            return _whole(self.names.make_term(), "term")
        return _whole(self.rng.choice(self.terms), "term")

    def _sector(self) -> Fill:
        return _whole(self.rng.choice(SECTORS), "sector")

    def _exchange(self) -> Fill:
        return _whole(self.rng.choice(EXCHANGES), "exchange")

    def _person(self) -> Fill:
        return Fill(self.rng.choice(PEOPLE))

    def _place(self) -> Fill:
        return Fill(self.rng.choice(PLACES))

    def _thing(self) -> Fill:
        return Fill(self.rng.choice(self.names.ordinary))

    def _n(self) -> Fill:
        return Fill(self._pick(str(self.rng.randint(2, 40)), self.rng.choice(SMALL)))

    # -- numbers ------------------------------------------------------------------------------------------------
    def number(self) -> str:
        """A bare amount in one of the ways people write them."""
        rng = self.rng
        scale = rng.choice((10, 100, 1000, 10_000, 100_000, 1_000_000))
        value = rng.randint(1, 99) * scale // 10
        return rng.choice(
            (
                *(str(value), str(value), f"{value:,}", str(rng.randint(1, 9999)), f"{rng.randint(1, 999)}"),
                *(f"{rng.randint(1, 900)}k", f"{rng.randint(1, 99)}.{rng.randint(1, 9)}k", f"{rng.randint(1, 30)}m"),
                *(f"{rng.randint(1, 9)}.{rng.randint(1, 9)} million", f"{rng.randint(1, 900)} thousand", "a hundred"),
                *(f"{rng.randint(1, 999)}.{rng.randint(10, 99)}", f"{rng.choice(SMALL)} hundred"),
                *(
                    self.spoken(),
                    f"{self.spoken()} thousand",
                    "a million",
                    "half a million",
                    f"{rng.randint(1, 99)} grand",
                ),
            )
        )

    def _amount(self) -> Fill:
        return _whole(self.number(), "amount")

    def _signed(self, meaning: str, number: str) -> Fill:
        """A number with or without a sign or a currency word around it; the argument is the number."""
        style = self.rng.random()
        if style < 0.45 and number[0].isdigit():
            sign = self._pick("$", "$", "€", "£")
            return Fill(sign + number, ((meaning, 1, len(number) + 1),))
        if style < 0.65:
            word = self._pick("dollars", "euros", "pounds", "bucks", "quid", "usd", "eur")
            return Fill(f"{number} {word}", ((meaning, 0, len(number)),))
        return _whole(number, meaning)

    def _money(self) -> Fill:
        return self._signed("money", self.number())

    def _monthly(self) -> Fill:
        return self._signed("monthly", self._pick(str(self.rng.randint(2, 200) * 10), "two hundred", "fifty", "1k"))

    def spoken(self) -> str:
        """A number in words: "seventy five", "two hundred", "three hundred and fifty"."""
        tens, unit = self._pick("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), SMALL[:8]
        small = self._pick(tens, f"{tens}{self._pick(' ', '-')}{self.rng.choice(unit)}", self.rng.choice(SMALL))
        hundreds = f"{self._pick('a', 'one', *unit)} hundred"
        return self._pick(small, small, hundreds, f"{hundreds} {self._pick('', 'and ')}{small}")

    def _price_text(self) -> str:
        low = self.rng.randint(1, 30)
        if self.rng.random() < 0.12:
            return self.spoken()
        return self._pick(
            str(self.rng.randint(2, 999)), str(low * 10), f"{self.rng.randint(2, 400)}.{low:02d}", "1,200"
        )

    def _price(self) -> Fill:
        return self._signed("price", self._price_text())

    def _max_price(self) -> Fill:
        return self._signed("max_price", self._price_text())

    def _min_price(self) -> Fill:
        return self._signed("min_price", self._price_text())

    def _max_pe(self) -> Fill:
        return _whole(
            self._pick(str(self.rng.randint(5, 60)), f"{self.rng.randint(5, 40)}.5", "fifteen", "twenty"), "max_pe"
        )

    def _percent(self, meaning: str, most: int) -> Fill:
        value = self._pick(str(self.rng.randint(1, most)), f"{self.rng.randint(1, most)}.{self.rng.randint(1, 9)}")
        style = self.rng.random()
        if style < 0.6:
            return _whole(f"{value}%", meaning)
        if style < 0.9:
            return _whole(f"{value} {self._pick('percent', 'percent', 'pct', '%')}", meaning)
        return _whole(f"{self.rng.choice(SMALL[:10])} percent", meaning)

    def _min_yield(self) -> Fill:
        return self._percent("min_yield", 9)

    def _rate(self) -> Fill:
        return self._percent("rate", 14)

    def _min_cap(self) -> Fill:
        size = self.rng.randint(1, 500)
        spoken = f"{self.spoken()} {self._pick('billion', 'million')}"
        return self._signed(
            "min_cap", self._pick(f"{size}bn", f"{size} billion", f"{size}b", f"{size}m", f"{size} million", spoken)
        )

    def _limit(self) -> Fill:
        return _whole(self._pick(str(self.rng.randint(3, 25)), self.rng.choice(SMALL[:10]), "5", "10"), "limit")

    # -- money --------------------------------------------------------------------------------------------------
    def _from(self) -> Fill:
        return _whole(self.rng.choice(CURRENCY_WORDS), "from")

    def _to(self) -> Fill:
        return _whole(self.rng.choice(CURRENCY_WORDS), "to")

    def _money_from(self) -> Fill:
        number = self._pick(
            str(self.rng.randint(1, 9999)), f"{self.rng.randint(1, 99)}k", f"{self.rng.randint(1, 9)},500"
        )
        sign = self._pick("$", "€", "£", "$", "€", "£", "¥")
        if self.rng.random() < 0.75:
            return Fill(sign + number, (("from", 0, 1), ("amount", 1, len(number) + 1)))
        return Fill(number + sign, (("amount", 0, len(number)), ("from", len(number), len(number) + 1)))

    def _pair(self) -> Fill:
        base, quote = self.rng.sample([word for word in CURRENCY_WORDS if len(word) == 3 and word.isupper()], 2)
        if self.rng.random() < 0.4:
            base, quote = base.lower(), quote.lower()
        glue = self._pick("", "/", "-", "/")
        return Fill(base + glue + quote, (("from", 0, 3), ("to", 3 + len(glue), 6 + len(glue))))

    # -- time ---------------------------------------------------------------------------------------------------
    def _month(self) -> str:
        month = self.rng.choice(MONTHS)
        return month.capitalize() if self.rng.random() < 0.5 else month

    def _year(self) -> int:
        return self.rng.choice((self.rng.randint(1995, 2026), self.rng.randint(2015, 2026)))

    def day(self) -> str:
        """An explicit date, without preposition."""
        day, month, year = self.rng.randint(1, 28), self._month(), self._year()
        ordinal = f"{day}{'th' if 4 <= day % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"
        iso = f"{year}-{self.rng.randint(1, 12):02d}-{day:02d}"
        return self._pick(f"{day} {month} {year}", f"{month} {day}, {year}", f"{month} {ordinal} {year}", iso, iso)

    def _date(self) -> Fill:
        lead = self._pick("on ", "on ", "back on ", "as of ", "")
        day = self.day()
        return Fill(lead + day, (("date", len(lead), len(lead) + len(day)),))

    def _length(self) -> str:
        """A stretch of time: "6 months", "six months", "6mo", "couple of years"."""
        count, unit = self.rng.randint(2, 12), self._pick("month", "year", "week", "day", "month", "year")
        return self._pick(
            *(f"{count} {unit}s", f"{count} {unit}s", f"{self.rng.choice(SMALL[:9])} {unit}s", f"{count}{unit[0]}"),
            *(
                unit,
                unit,
                f"couple of {unit}s",
                "few months",
                "few weeks",
                "quarter",
                "decade",
                "half year",
                "12 months",
            ),
            *(
                f"{count} yrs" if unit == "year" else f"{count} {unit}s",
                "6mo",
                "3mo",
                "5 years",
                "6 months",
                "3 months",
            ),
        )

    def _period(self) -> Fill:
        rng = self.rng
        year, later = self._year(), self._month()
        length = self._length()
        plural_ok = length if length[0].isdigit() or length.split()[0] in SMALL else f"the last {length}"
        text = rng.choice(
            (
                *(f"over the last {length}", f"over the past {length}", f"in the last {length}", f"the past {length}"),
                *(f"last {length}", f"past {length}", f"for the past {length}", f"during the last {length}"),
                *(f"over {plural_ok}", f"in the past {length}", f"these last {length}"),
                *(f"in {year}", f"in {year}", f"during {year}", f"for {year}", str(year), f"over {year}"),
                *(f"since {year}", f"since {later} {year}", f"since {self.day()}", f"since {year}"),
                *(f"from {year - rng.randint(1, 9)} to {year}", f"between {year - rng.randint(1, 9)} and {year}"),
                *(f"{year - rng.randint(1, 9)}-{year}", f"from {later} {year - 1} to {self._month()} {year}"),
                *(
                    f"in {later} {year}",
                    f"{later} {year}",
                    f"q{rng.randint(1, 4)} {year}",
                    f"in Q{rng.randint(1, 4)} {year}",
                ),
                *(
                    "this year",
                    "so far this year",
                    "ytd",
                    "YTD",
                    "year to date",
                    "this month",
                    "this week",
                    "last week",
                ),
                *("last month", "last year", "this quarter", "last quarter", "lately", "recently", "of late", "today"),
                *("all time", "since the start of the year", "the last year", "the past month", "over the past week"),
                *("5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "max", "since inception", "yesterday"),
                *(f"in the first half of {year}", f"h1 {year}", f"between {self.day()} and {self.day()}"),
            )
        )
        return _whole(text, "period")

    def _period_np(self) -> Fill:
        count = self.rng.randint(2, 12)
        word = self.rng.choice(SMALL[:9])
        unit = self._pick("month", "year", "week", "day")
        return _whole(
            self._pick(
                *(f"{count} {unit}", f"{count}-{unit}", f"{word} {unit}", f"{word}-{unit}", f"one {unit}", f"1 {unit}"),
                *(f"{count}{unit[0]}", "5y", "1y", "6mo", "ytd", "YTD", str(self._year()), "year to date", "10y"),
            ),
            "period",
        )

    def _years(self) -> Fill:
        count = self.rng.randint(2, 40)
        return _whole(
            self._pick(
                *(f"{count} years", f"{count} years", f"{count} yrs", f"{count}y", f"{self.rng.choice(SMALL)} years"),
                *(f"{self.rng.randint(1, 10) * 6} months", "a decade", "two decades", "a year", f"{count} year"),
            ),
            "years",
        )

    def _years_adj(self) -> Fill:
        count = self.rng.randint(2, 40)
        return _whole(
            self._pick(f"{count}-year", f"{count} year", f"{count}yr", f"{self.rng.choice(SMALL)}-year"), "years"
        )


def _unknown(slot: str) -> Fill:
    raise KeyError(slot)
