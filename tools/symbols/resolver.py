"""Turns what people type into one listing, or asks, or says it doesn't know; it never guesses.

In order: a ticker in capitals (with "$", share class or exchange, too), an everyday name, a company's very name, a
ticker in small letters, the first words of a name, a slip of the keyboard. English words that happen to be tickers
count as such only in capitals or after "$". A company listed in several places is meant by its listing on an
American exchange if it has one, else by the one at home.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from tools.errors import AmbiguousSymbol, UnknownSymbol
from tools.symbols.directory import PROMINENT, best_of, bundled_directory
from tools.symbols.names import ABOUT_THE_SHARE, MAX_QUERY_CHARACTERS, comparable, name_key, spoken_name
from tools.symbols.spelling import corrections, nearest
from tools.symbols.tickers import common_spelling, currency_pair, names_exchange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tools.context import Listing
    from tools.symbols.directory import Directory, Entry

MOST_CHOICES = 4
MOST_SUGGESTIONS = 3
_SHOWN_CHARACTERS = 40
_OBSCURE = 3500
"""A company this far down by market value is not meant by a word it shares with a well-known one."""

_SHORTEST_PART = 3
"""Shorter words are in too many names to suggest one."""

_CALENDAR = frozenset((*calendar.day_name, *calendar.month_name))
"""Written with a capital, and no company's."""

_AROUND = " \t\"'“”‘’«»„()[]{}<>.,;:!?*_~`|#"
_SPELT = re.compile(r"[A-Z](?: [A-Z]){2,4}|[a-z](?: [a-z]){2,4}")
"""A ticker said letter by letter: "E P D"."""
_POSSESSIVE = re.compile(r"['’`´]s?\b", re.IGNORECASE)
_CASHTAG = re.compile(r"\$\s?([A-Za-z][A-Za-z0-9.^-]{0,9})")
_BRACKETED = re.compile(r"[(\[]\s*\$?([A-Z][A-Z0-9.-]{0,9})$")
_PRICE_OF = re.compile(r"(?:the )?(?:(?:share |stock )?price|shares?|stocks?|value) of ")
_OF_THE_SHARE = re.compile(r"^(?:the )?(?:(?:(?:share |stock )?price|shares?|stocks?|value) of )?(?:the )?(?=.)")


_SHORTEST_BASE = 4
"""Letters of a ticker in small letters that lacks its exchange."""


class DirectoryResolver:
    """`SymbolResolver` over the bundled directory, or another one."""

    def __init__(self, directory: Directory | None = None) -> None:
        self._given = directory
        # Each tool with a name asks about the same pieces of a question.
        self._known = lru_cache(maxsize=8192)(self._knows)
        self._ordinary = lru_cache(maxsize=8192)(self._is_ordinary)
        self._one = lru_cache(maxsize=2048)(lambda text: len(self._meant(_cleaned(text))) == 1)

    @property
    def directory(self) -> Directory:
        """Read on first use, so that starting costs nothing."""
        return self._given or bundled_directory()

    def resolve(self, text: str) -> Listing:
        """The one listing meant by `text`. Raises `UnknownSymbol` or `AmbiguousSymbol`."""
        typed = _cleaned(text)
        if pair := currency_pair(typed):
            return pair
        found = self._meant(typed)
        if len(found) == 1:
            return found[0].listing()
        shown = _shortened(typed or text.strip())
        if found:
            raise AmbiguousSymbol(shown, _labels(found[:MOST_CHOICES]))
        raise UnknownSymbol(shown, _labels(self._suggestions(typed)[:MOST_SUGGESTIONS]))

    def search(self, text: str, limit: int = 5) -> tuple[Listing, ...]:
        """The nearest listings, best first: what is meant, its other main listings, then look-alikes."""
        typed = _cleaned(text)
        if pair := currency_pair(typed):
            return (pair,)
        meant = self._meant(typed)
        others = [entry for one in meant[:1] for entry in self._main_listings(one.company)]
        entries = dict.fromkeys((*meant, *others, *(self._suggestions(typed) if len(meant) != 1 else ())))
        return tuple(entry.listing() for entry in entries)[: max(limit, 0)]

    def knows(self, text: str) -> bool:
        """Whether `text` is, to the letter, an everyday name or a ticker in capitals: no slips, no parts of names."""
        return self._known(text)

    def _knows(self, text: str) -> bool:
        typed = _cleaned(text)
        if not typed or len(typed) > MAX_QUERY_CHARACTERS:
            return False
        if len(typed) > 1 and " " not in typed and self._in_capitals(typed):
            return True
        whole = comparable(typed)
        if self._capitalised(typed):
            return True
        if self.directory.asked_back.get(whole) == ():
            return False
        if _PRICE_OF.match(whole) or whole.rpartition(" ")[2] in ABOUT_THE_SHARE:  # "price of tesla", "tesla stock"
            return bool(self._named(whole))
        return any(self._named(variant) for variant in _variants(typed))

    def means_one(self, text: str) -> bool:
        """Whether `resolve(text)` would find one listing, slips and small letters allowed."""
        return self._one(text)

    def begins_one(self, text: str) -> bool:
        """Whether `text` is, to the letter, the first words of one company's name."""
        return len(self._beginning(comparable(_cleaned(text)))) == 1

    def is_ordinary(self, text: str) -> bool:
        """Whether `text` is nothing but everyday English words in small letters, or one such word, and no name."""
        return self._ordinary(text)

    def _is_ordinary(self, text: str) -> bool:
        words = comparable(text).split()
        plain = bool(words) and all(word in self.directory.common_words or word.isdigit() for word in words)
        return plain and (len(words) == 1 or text.islower()) and not self.knows(text)

    def name(self, symbol: str) -> str:
        """The name people use for `symbol`, or the symbol itself when the directory lacks it."""
        if entry := self.directory.by_symbol.get(symbol):
            return spoken_name(entry.name)
        pair = currency_pair(symbol)
        return pair.name if pair else symbol

    def _meant(self, typed: str) -> list[Entry]:
        """The one entry meant, or the several that fit equally well, or none."""
        if not typed or len(typed) > MAX_QUERY_CHARACTERS:
            return []
        spelt = self._spelt(typed)
        if spelt is not None:
            return spelt
        whole = comparable(typed)
        directory = self.directory
        if directory.asked_back.get(whole) == () or (
            whole in directory.common_words and whole not in directory.aliases
        ):
            return []
        if found := self._in_full(whole):
            return found
        variants = list(_variants(typed))
        for step in (self._named, self._in_small_letters, self._beginning):
            for variant in variants:
                if found := step(variant):
                    return found
        return self._misspelt(variants)

    def _spelt(self, typed: str) -> list[Entry] | None:
        """What a symbol stands for that can be nothing but a symbol; None when `typed` may be a name."""
        if cashtag := _CASHTAG.match(typed):
            return self._tickers(cashtag[1].upper())
        if names_exchange(typed):
            return self._tickers(typed.upper())
        bracketed = _BRACKETED.search(typed)
        found = (self._tickers(bracketed[1]) if bracketed else []) or self._in_capitals(typed)
        return found or self._capitalised(typed) or None

    def _tickers(self, capitals: str) -> list[Entry]:
        symbol = common_spelling(capitals, self.directory.by_symbol)
        return [self.directory.by_symbol[symbol]] if symbol else []

    def _in_capitals(self, typed: str) -> list[Entry]:
        """A ticker typed in capitals; asked back when the word is a well-known name of something else as well."""
        ticker = _POSSESSIVE.sub("", typed)
        if ticker.endswith("s") and ticker[:-1].isupper() and len(ticker) > 2:
            ticker = ticker[:-1]
        words = ticker.split()
        if len(words) > 1 and words[-1].lower() in ABOUT_THE_SHARE:
            ticker = " ".join(words[:-1])
        if ticker != ticker.upper() or not any(character.isalpha() for character in ticker):
            return []
        if chosen := self.directory.capitals.get(ticker):
            return [self.directory.by_symbol[chosen]]
        found = self._tickers(ticker)
        alias = self.directory.aliases.get(comparable(ticker))
        if found and alias and self.directory.by_symbol[alias].company != found[0].company:
            return [*found, self.directory.by_symbol[alias]]
        return found or ([] if alias else self._without_exchange(ticker))

    def _capitalised(self, typed: str) -> list[Entry]:
        """A well-known company whose whole name is one common word, written as a name: "Mosaic", "Dover"."""
        word = _POSSESSIVE.sub("", typed)
        if not word.istitle() or not word.isalpha() or word in _CALENDAR:
            return []
        key = word.lower()
        directory = self.directory
        if key not in directory.common_words or key in directory.aliases or key in directory.asked_back:
            return []
        found = _the_well_known_one(directory.by_key.get(key, ()))
        return found if len(found) == 1 and found[0].size < _OBSCURE else []

    def _in_full(self, name: str) -> list[Entry]:
        """A company's name with its legal form, which makes a name of any word: "ball corporation", "sage group"."""
        key = name_key(name)
        directory = self.directory
        spoken = any(form in directory.aliases or form in directory.asked_back for form in (name, key))
        if spoken or key in {name, name.removeprefix("the ")}:
            return []
        return _the_well_known_one(directory.by_key.get(key, ()))

    def _named(self, name: str) -> list[Entry]:
        """An everyday name, a word that must be asked back, or a company's very name."""
        if choices := self.directory.asked_back.get(name):
            return [self.directory.by_symbol[symbol] for symbol in choices]
        if symbol := self.directory.aliases.get(name):
            return [self.directory.by_symbol[symbol]]
        if name in self.directory.common_words:
            return []
        return _the_well_known_one(self.directory.by_key.get(name, ()))

    def _in_small_letters(self, name: str) -> list[Entry]:
        """A ticker in small letters ("aapl", "brk b", "vod ln"); one letter, or an English word, is not enough."""
        ticker = name.split(" ", 1)[0]
        if len(name) == 1 or name.isdigit() or ticker in self.directory.common_words:
            return []
        found = self._tickers(name.upper())
        return found if found or len(name) < _SHORTEST_BASE else self._without_exchange(name.upper())

    def _without_exchange(self, capitals: str) -> list[Entry]:
        """The listing of a ticker that lacks its exchange: "LLOY"."""
        entry = self.directory.by_base.get(capitals.replace(".", "-"))
        return [entry] if entry else []

    def _beginning(self, name: str) -> list[Entry]:
        """The first words of a company's name."""
        if name in self.directory.common_words or len(name.replace(" ", "")) < _SHORTEST_PART:
            return []
        longer = self.directory.by_first_word.get(name.split(" ", 1)[0], ())
        found = [entry for entry in longer if any(key.startswith(name + " ") for key in entry.keys)]
        if " " not in name and all(entry.size >= _OBSCURE for entry in found):
            return []
        return _the_well_known_one(found)

    def _misspelt(self, variants: list[str]) -> list[Entry]:
        """A well-known name with a slip; common English words are taken as they are."""
        for variant in variants:
            words = variant.split()
            if all(word in self.directory.common_words for word in words):
                continue
            if found := corrections(variant.replace(" ", ""), self.directory.well_known):
                entries = [self.directory.by_symbol[symbol] for symbol in found]
                companies = {entry.company: entry for entry in sorted(entries, key=lambda entry: -entry.size)}
                return sorted(companies.values(), key=lambda entry: entry.size)
        return []

    def _suggestions(self, typed: str) -> list[Entry]:
        """What may have been meant: the ticker itself, names beginning with or holding the word, look-alikes."""
        if not typed or len(typed) > MAX_QUERY_CHARACTERS:
            return []
        word = comparable(typed)
        if not word:
            return []
        directory = self.directory
        is_plain = word in directory.common_words
        found = self._tickers(typed.upper().lstrip("$")) if len(word) > 1 else []
        found += directory.by_key.get(word, ())
        found += directory.by_first_word.get(word, ())
        if is_plain:
            found = [entry for entry in found if entry.size < PROMINENT]
        elif " " not in word and len(word) >= _SHORTEST_PART:
            padded = f" {word} "
            well_known = (entry for entry in directory.entries if entry.size < PROMINENT)
            found += [entry for entry in well_known if padded in f" {entry.joined_keys.replace('|', ' ')} "]
        found = sorted(found, key=lambda entry: entry.size)
        if any(part not in directory.common_words for part in word.split()):
            alike = nearest(word.replace(" ", ""), directory.well_known, MOST_SUGGESTIONS)
            found += [directory.by_symbol[symbol] for symbol in alike]
        firsts: dict[str, Entry] = {}
        for entry in found:
            firsts.setdefault(entry.company, entry)
        return list(firsts.values())

    def _main_listings(self, company: str) -> list[Entry]:
        """A company's listings on an American or its home exchange, the preferred one first."""
        listings = [entry for entry in self.directory.entries if entry.company == company]
        return sorted((entry for entry in listings if entry.preference()[0] < 2), key=lambda entry: entry.preference())


def _the_well_known_one(entries: Iterable[Entry]) -> list[Entry]:
    """One company's best listing when only one fits, or one is well known and the rest obscure; else the largest."""
    sizes: dict[str, list[Entry]] = {}
    for entry in entries:
        sizes.setdefault(entry.company, []).append(entry)
    companies = sorted(sizes.values(), key=lambda listings: min(entry.size for entry in listings))
    best = [best_of(listings) for listings in companies]
    if len(best) > 1 and best[0].size < PROMINENT and best[1].size > _OBSCURE:
        return best[:1]
    return best


def _cleaned(text: str) -> str:
    """`text` without control and invisible characters, surrounding punctuation, and doubled blanks."""
    kept = []
    for character in text[: 4 * MAX_QUERY_CHARACTERS]:
        category = unicodedata.category(character)
        if category in {"Cc", "Zs", "Zl", "Zp"}:
            kept.append(" ")
        elif category[0] != "C":
            kept.append(character)
    cleaned = " ".join("".join(kept).split()).strip(_AROUND)
    return cleaned.replace(" ", "").upper() if _SPELT.fullmatch(cleaned) else cleaned


def _shortened(typed: str) -> str:
    return typed if len(typed) <= _SHOWN_CHARACTERS else typed[:_SHOWN_CHARACTERS] + "…"


def _labels(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(f"{entry.symbol} ({entry.name})" for entry in entries)


def _variants(typed: str) -> Iterator[str]:
    """Comparable forms of a name, from what was typed to what it may come down to: "the apples' stock" → "apple"."""
    whole = comparable(typed)
    plain = comparable(_POSSESSIVE.sub("", typed))
    seen = {""}
    for form in (whole, plain, *_shorter(whole), *_shorter(plain)):
        if form not in seen:
            seen.add(form)
            yield form


def _shorter(form: str) -> Iterator[str]:
    """Without "the", words about the share, legal forms, and a plural or possessive s."""
    words = form.split()
    bare = _OF_THE_SHARE.sub("", form).split()
    if bare and bare != words:
        words = bare
        yield " ".join(words)
    while len(words) > 1 and words[-1] in ABOUT_THE_SHARE:
        words = words[:-1]
        yield " ".join(words)
    key = name_key(" ".join(words))
    yield key
    if len(key) > 3 and key.endswith("s") and not key.endswith("ss"):
        yield key[:-1]
