"""The eleven sectors of the stock market, and the everyday names of what is in them (Yahoo's classification)."""

from __future__ import annotations

import re

from tools.parsing.phrase import plain_ascii
from tools.parsing.typos import Spelling

SECTOR_NAMES: dict[str, str] = {
    "technology": "Technology",
    "healthcare": "Healthcare",
    "financial-services": "Financial Services",
    "consumer-cyclical": "Consumer Cyclical",
    "consumer-defensive": "Consumer Defensive",
    "energy": "Energy",
    "industrials": "Industrials",
    "basic-materials": "Basic Materials",
    "real-estate": "Real Estate",
    "utilities": "Utilities",
    "communication-services": "Communication Services",
}

_WORDS = {
    "technology": "technology|tech|technologies|big tech|high tech|information technology|info tech|infotech|it"
    "|software|saas|enterprise software|hardware|computer hardware|computers|computing|semis|semi|semiconductor"
    "|semiconductors|chip|chips|chipmaker|chipmakers|chip makers|cloud|cloud computing|cybersecurity"
    "|cyber security|ai|artificial intelligence|consumer electronics|electronics|it services|techs",
    "healthcare": "healthcare|health care|health|pharma|pharmas|pharmaceutical|pharmaceuticals|big pharma"
    "|drugmaker|drugmakers|drug makers|drug|drugs|biotech|biotechs|biotechnology|medical|medical device"
    "|medical devices|medtech|medicine|hospital|hospitals|health insurers|health insurance|life sciences"
    "|diagnostics",
    "financial-services": "financial services|financial-services|financial|financials|finance|bank|banks|banking"
    "|big banks|regional banks|insurance|insurer|insurers|asset managers|asset management|brokers|brokerages"
    "|broker|capital markets|lenders|credit cards|credit card|payments|fintech|fintechs|wealth managers"
    "|investment banks|investment banking",
    # "Consumer stocks" may be of either consumer sector: shops, cars and brands are read, staples are not.
    "consumer-cyclical": "consumer|consumer cyclical|consumer-cyclical|consumer cyclicals|cyclical consumer"
    "|consumer discretionary|discretionary|retail|retailer|retailers|retailing|e-commerce|ecommerce|online retail"
    "|online retailers|auto|autos|automotive|car|cars|automaker|automakers|auto makers|carmaker|carmakers"
    "|car makers|car companies|ev|evs|ev makers|electric vehicles|electric vehicle|restaurant|restaurants|travel"
    "|leisure|travel and leisure|hotel|hotels|lodging|casino|casinos|apparel|clothing|fashion|luxury|luxury goods"
    "|homebuilder|homebuilders|home builders|footwear|cruise lines|home improvement",
    "consumer-defensive": "consumer defensive|consumer-defensive|consumer defensives|defensive consumer"
    "|consumer staples|consumer staple|staples|staple|food|foods|food and beverage|food & beverage|beverage"
    "|beverages|drinks|tobacco|grocery|grocer|grocers|groceries|supermarket|supermarkets|household products"
    "|household goods|packaged foods|brewers|personal care|non-cyclical consumer|food producers|discount stores",
    "energy": "energy|oil|oil and gas|oil & gas|oil/gas|oil n gas|oil majors|big oil|oil companies|gas|natural gas"
    "|petroleum|drillers|oil drillers|refiners|refining|oil services|oilfield services|pipelines|coal|uranium"
    "|midstream|upstream|fossil fuels|energy producers",
    "industrials": "industrials|industrial|industry|industrial goods|aerospace|defense|defence"
    "|aerospace and defense|aerospace and defence|aerospace & defense|aerospace & defence|defense contractors"
    "|defence contractors|airline|airlines|railroad|railroads|railway|railways|rails|machinery|construction"
    "|engineering|logistics|shipping|transport|transports|transportation|trucking|truckers|freight"
    "|waste management|manufacturing|manufacturers|capital goods|conglomerates|airports|infrastructure",
    "basic-materials": "basic materials|basic-materials|materials|raw materials|material|mining|miner|miners"
    "|gold miners|gold mining|silver miners|copper miners|chemical|chemicals|specialty chemicals|steel|steelmakers"
    "|metals|metals and mining|metals & mining|lumber|timber|paper|forestry|fertilizer|fertilizers|fertiliser"
    "|fertilisers|aluminum|aluminium|copper|building materials|agricultural inputs|cement",
    "real-estate": "real estate|real-estate|realestate|rael estate|reel estate|reit|reits|property|properties"
    "|realty|landlords"
    "|property developers|real estate investment trusts|commercial real estate|housing",
    "utilities": "utilities|utility|electric utilities|water utilities|gas utilities|power"
    "|power companies|electricity|electric|water|power utilities|power producers|power generation"
    "|independent power producers|regulated utilities|renewable utilities",
    "communication-services": "communication services|communication-services|communications services|communication"
    "|communications|telecom|telecoms|telco|telcos|telecommunication|telecommunications|telecomms|comms"
    "|comm services|comms services|media"
    "|entertainment|media and entertainment|streaming|social media|social networks|broadcasters|broadcasting|cable"
    "|advertising|publishers|publishing|internet|video games|video gaming|gaming|wireless|wireless carriers",
}  # fmt: skip
_SECTORS = {word: key for key, words in _WORDS.items() for word in words.split("|")}
# Of these the name alone would be found in any question: only "IT sector" or "IT" in capitals is meant.
_ONLY_WITH_TAIL = frozenset({"it", "industry", "car", "drug", "semi", "paper", "water", "power", "material", "bank",
                             "broker", "properties", "gaming", "electric"})  # fmt: skip
_TAILS = ("sector|sectors|stock|stocks|shares|companies|company|industry|industries|space|names|firms|businesses"
          "|equities|plays|sector stocks|sector companies")  # fmt: skip
_TAIL = re.compile(rf" (?:{_TAILS})")
SECTOR_SPELLING = Spelling(
    (*_SECTORS, _TAILS, "the"),
    # A slip away from too many words.
    exact=({word for name in _SECTORS for word in name.split() if len(word) <= 4} - {"tech", "bank", "food"})
    | {"names", "plays", "firms", "space"},
)


def parse_sector(text: str) -> str | None:
    """The key of the sector that the whole of `text` names: "tech", "the energy sector", "bank stocks", "IT".

    "Consumer" alone is read as consumer-cyclical, so staples must be asked for by name. None for anything else.
    """
    phrase = (SECTOR_SPELLING.corrected(plain_ascii(text), text) or "").removeprefix("the ")
    if phrase in _SECTORS:
        return _SECTORS[phrase] if phrase not in _ONLY_WITH_TAIL or text.strip() == "IT" else None
    space = phrase.rfind(" ")
    if space == -1:
        return None
    for start in (space, phrase.rfind(" ", 0, space)):
        if start > 0 and _TAIL.fullmatch(phrase, start):
            return _SECTORS.get(phrase[:start])
    return None


def read_sector(text: str) -> str | None:
    """The key of the sector that `text`, said to be one, names: there "bank" needs no "stocks" after it."""
    return parse_sector(text) or parse_sector(f"{text} stocks")
