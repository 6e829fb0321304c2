"""Currencies, by ISO 4217 code, from what people call them: codes, names, slang, signs, countries."""

from __future__ import annotations

import re

from tools.parsing.phrase import plain
from tools.parsing.typos import Spelling

# Code; adjectives of the country; nouns that need one; names that stand alone; places where it is the money.
# An indented line goes on with the one above.
# The first names are the ones the European Central Bank publishes rates for, past currencies included.
_TABLE = """
USD|us,u.s.,american,united states|dollar,dollars,buck,bucks|$,us$,usd$,dollar,dollars,buck,bucks,
    greenback,greenbacks,dolares,dólares|us,u.s.,usa,u.s.a.,america,united states,united states of america,the states
EUR||euro,euros|€,euro,euros,erous,eurs|eurozone,euro zone,euro area,
    eurozone countries,europe,eu,european union,germany,
    france,italy,spain,netherlands,holland,belgium,austria,ireland,portugal,greece,finland,luxembourg,slovenia,
    slovakia,cyprus,malta,estonia,latvia,lithuania,croatia,bulgaria
GBP|british,uk,u.k.,english,gb|pound,pounds,ponds,quid,sterling,pound sterling|£,gb£,pound,pounds,quid,quids,sterling,
    pound sterling,pounds sterling,libra,libras,
    libras esterlinas,libra esterlina|uk,u.k.,united kingdom,britain,great britain,england,scotland,wales
JPY|japanese|yen,yens|¥,jp¥,yen,yens,yenes|japan
CHF|swiss|franc,francs|swissie,swissies,swissy,sfr,franc,francs,francos suizos|switzerland,liechtenstein
AUD|australian,aussie,aus|dollar,dollars,buck,bucks|a$,au$,aud$,aussie,aussies|australia
CAD|canadian|dollar,dollars,buck,bucks|c$,ca$,cad$,cdn,loonie,loonies|canada
NZD|new zealand,kiwi,nz|dollar,dollars|nz$,nzd$,kiwi,kiwis|new zealand
CNY|chinese|yuan,yuans,renminbi,rmb|cn¥,yuan,yuans,renminbi,rmb,cnh,元|china
HKD|hong kong,hk|dollar,dollars|hk$,hkd$|hong kong
SGD|singapore,singaporean,sing|dollar,dollars|s$,sg$,sgd$|singapore
INR|indian|rupee,rupees|₹,rs,rs.,rupee,rupees|india
KRW|korean,south korean|won,wons|₩,won|korea,south korea
SEK|swedish|krona,kronor,kronas,kroner,krone,crown,crowns|krona,kronor|sweden
NOK|norwegian|krone,kroner,kronor,krona,crown,crowns||norway
DKK|danish|krone,kroner,kronor,krona,crown,crowns||denmark
ISK|icelandic|krona,kronur,kronor,króna,krónur,crown,crowns|kronur,krónur|iceland
PLN|polish|zloty,zlotys,zloties,zlotych,złoty|zł,zl,zloty,zlotys,zloties,zlotych,złoty|poland
CZK|czech|koruna,korunas,koruny,crown,crowns|kč,koruna,korunas|czech republic,czechia
HUF|hungarian|forint,forints|forint,forints|hungary
RON|romanian|leu,lei|leu,lei|romania
BGN|bulgarian|lev,leva,levs|lev,leva|
HRK|croatian|kuna,kunas|kuna,kunas|
TRY|turkish|lira,liras,lria,lire|₺,lira,liras|turkey,turkiye
RUB|russian|ruble,rubles,rouble,roubles|₽,ruble,rubles,rouble,roubles|russia
ILS|israeli|shekel,shekels,sheqel,sheqels,new shekel,new shekels|₪,nis,shekel,shekels,sheqel,sheqels|israel
ZAR|south african,sa|rand,rands|rand,rands|south africa
BRL|brazilian,brasilian|real,reais,reals|r$,br$,reais,reals|brazil,brasil
MXN|mexican|peso,pesos|mx$,mex$,peso,pesos,peso mexicano,pesos mexicanos,peso mexican,pesos mexican|mexico
IDR|indonesian|rupiah,rupiahs|rp,rupiah,rupiahs|indonesia
MYR|malaysian|ringgit,ringgits|rm,ringgit,ringgits|malaysia
PHP|philippine,filipino|peso,pesos|₱,peso filipino,pesos filipinos|philippines
THB|thai|baht,bahts|฿,baht,bahts|thailand
CYP|cypriot,cyprus|pound,pounds||
EEK|estonian|kroon,krooni|kroon|
LTL|lithuanian|litas,litai|litas|
LVL|latvian|lats|lats|
MTL|maltese|lira,liri||
SIT|slovenian|tolar,tolars|tolar,tolars|
SKK|slovak|koruna,korunas||
ROL||||
TRL||||
AED|uae,emirati,dubai|dirham,dirhams|dirham,dirhams,dhs|uae,united arab emirates,dubai,abu dhabi,emirates
SAR|saudi,saudi arabian|riyal,riyals,rial|riyal,riyals|saudi arabia,saudi
QAR|qatari|riyal,riyals||qatar
KWD|kuwaiti|dinar,dinars||kuwait
BHD|bahraini|dinar,dinars||bahrain
OMR|omani|rial,rials,riyal||oman
JOD|jordanian|dinar,dinars||
EGP|egyptian|pound,pounds||egypt
MAD|moroccan|dirham,dirhams||morocco
TND|tunisian|dinar,dinars||tunisia
NGN|nigerian|naira,nairas|₦,naira,nairas|nigeria
GHS|ghanaian,ghana|cedi,cedis|cedi,cedis|ghana
KES|kenyan,kenya|shilling,shillings|ksh|kenya
TWD|taiwan,taiwanese,new taiwan|dollar,dollars|nt$,ntd|taiwan
VND|vietnamese|dong|₫,dong|vietnam
PKR|pakistani|rupee,rupees||pakistan
LKR|sri lankan|rupee,rupees||sri lanka
BDT|bangladeshi|taka|taka|bangladesh
NPR|nepalese,nepali|rupee,rupees||nepal
UAH|ukrainian|hryvnia,hryvnias,hryvna|₴,hryvnia,hryvnias|ukraine
RSD|serbian|dinar,dinars||serbia
KZT|kazakh,kazakhstani|tenge|tenge|kazakhstan
GEL|georgian|lari|lari|
ARS|argentine,argentinian,argentina|peso,pesos|peso argentino,pesos argentinos|argentina
CLP|chilean|peso,pesos|peso chileno,pesos chilenos|chile
COP|colombian|peso,pesos|peso colombiano,pesos colombianos|colombia
PEN|peruvian|sol,soles||peru
UYU|uruguayan|peso,pesos||uruguay
ALL|albanian|lek||albania
FJD|fijian,fiji|dollar,dollars||fiji
JMD|jamaican,jamaica|dollar,dollars||jamaica
BBD|barbadian,bajan,barbados|dollar,dollars||barbados
TTD|trinidadian,trinidad,trinidad and tobago|dollar,dollars||
BSD|bahamian|dollar,dollars||
NAD|namibian|dollar,dollars||namibia
BND|brunei|dollar,dollars||
WST|samoan|tala|tala|samoa
PGK|papua new guinean|kina|kina|
TZS|tanzanian,tanzania|shilling,shillings||tanzania
UGX|ugandan,uganda|shilling,shillings||uganda
ZMW|zambian|kwacha|zambian kwacha|zambia
BWP|botswanan,botswana|pula|pula|botswana
MUR|mauritian|rupee,rupees||mauritius
ETB|ethiopian|birr|birr|ethiopia
XOF|west african,west african cfa|franc,francs||senegal,ivory coast
XAF|central african,central african cfa|franc,francs||cameroon
MMK|burmese,myanmar|kyat,kyats|kyat,kyats|
LAK|lao,laotian|kip||
MNT|mongolian|tugrik,tugriks,tögrög|tugrik,tugriks|mongolia
DOP|dominican|peso,pesos||dominican republic
CRC|costa rican|colon,colones||costa rica
GTQ|guatemalan|quetzal,quetzales|quetzal,quetzales|guatemala
HNL|honduran|lempira,lempiras|lempira,lempiras|honduras
PYG|paraguayan|guarani,guaranis|guaranis|paraguay
BOB|bolivian|boliviano,bolivianos|boliviano,bolivianos|bolivia
IQD|iraqi|dinar,dinars||iraq
LBP|lebanese|pound,pounds,lira||lebanon
DZD|algerian|dinar,dinars||algeria
LYD|libyan|dinar,dinars||libya
AZN|azerbaijani|manat,manats|manat|azerbaijan
UZS|uzbek|som,soum||uzbekistan
MVR|maldivian|rufiyaa|rufiyaa|maldives
"""

# Codes that are words too: only in capitals is the currency meant.
_WORDS_TOO = frozenset({"ALL", "BOB", "COP", "GEL", "MAD", "PEN", "SIT", "TRY"})
# Said before other money than their country's, or the first word of a well-known company.
_NEVER_AFTER = frozenset({"us", "american", "british", "english", "uk", "gb", "sa", "nz", "hk", "new zealand"})
# "us" is a word: the country only in capitals or with an article.
_COUNTRY_IN_CAPITALS = frozenset({"us"})


def _split(cell: str) -> list[str]:
    """The entries of one cell of the table."""
    return cell.split(",") if cell else []


_ROWS = [_line.split("|") for _line in _TABLE.strip().replace("\n    ", "").splitlines()]

CURRENCY_CODES: frozenset[str] = frozenset(_row[0] for _row in _ROWS)
"""Every ISO code that `parse_currency` can return."""

_NAMES: dict[str, str] = {}
_PLACES: dict[str, str] = {}
for _code, _adjectives, _nouns, _alone, _places in _ROWS:
    _NAMES.update({f"{_adjective} {_noun}": _code for _adjective in _split(_adjectives) for _noun in _split(_nouns)})
    # "pesos argentine", as in the languages of most who say so
    _after = [_adjective for _adjective in _split(_adjectives) if _adjective not in _NEVER_AFTER]
    _NAMES.update({f"{_noun} {_adjective}": _code for _adjective in _after for _noun in _split(_nouns)})
    _NAMES.update(dict.fromkeys(_split(_alone), _code))
    _PLACES.update(dict.fromkeys(_split(_places), _code))
    if _code not in _WORDS_TOO:
        _NAMES[_code.lower()] = _code

CURRENCY_SPELLING = Spelling(
    (*_NAMES, *_PLACES, "the"),
    # Short names are a slip away from too many words.
    exact={word for name in (*_NAMES, *_PLACES) for word in name.split() if len(word) <= 4}
    - {"euro", "yuan", "peso", "baht", "hong", "kong"}
    # Slips and words of other languages that are known: no slip of one is a slip of the word that it stands for.
    | {"dolares", "yenes", "erous", "ponds", "libra", "libras", "mexicano", "mexicanos", "filipino", "filipinos"},
)
CURRENCY_PLACES = frozenset(_PLACES)
"""The countries, in small letters, that stand for their currency."""
_PAIR = re.compile(r"(?P<first>[^/-]+?) ?[/-] ?(?P<second>[^/-]+)")


def parse_currency(text: str) -> str | None:
    """The ISO code of the currency that the whole of `text` names: "usd", "quid", "$", "Japanese yen", "the UK".

    A country stands for its currency. None for anything else, for names that several currencies share
    ("kroner", "crowns"), and for codes that are words ("try") unless in capitals.
    """
    phrase = plain(text)
    code = _named(phrase)
    if code or not phrase:
        return code
    place = phrase.lower()
    if place in _COUNTRY_IN_CAPITALS:
        return _PLACES[place] if phrase.isupper() else None
    corrected = CURRENCY_SPELLING.corrected(place, text) if place.isascii() else None
    if corrected is None:
        return None
    code = _PLACES.get(corrected) or _PLACES.get(corrected.removeprefix("the "))
    return code or (_named(corrected) if corrected != place else None)


def parse_pair(text: str) -> tuple[str, str] | None:
    """The base and quote currency that the whole of `text` names: "EURUSD", "usd/jpy", "eur-gbp", "euro/dollar".

    None for anything else, for countries, and for a currency against itself.
    """
    phrase = plain(text)
    if len(phrase) == 6 and phrase.isascii() and phrase.isalpha():
        first, second = phrase[:3].upper(), phrase[3:].upper()
        found = first in CURRENCY_CODES and second in CURRENCY_CODES and first != second
        return (first, second) if found else None
    match = _PAIR.fullmatch(phrase)
    if match is None:
        return None
    base, quote = (
        _named(name) or _named(CURRENCY_SPELLING.corrected(name.lower(), name) or "") for name in match.groups()
    )
    return (base, quote) if base and quote and base != quote else None


def _named(phrase: str) -> str | None:
    """The currency of a plain phrase that is a code, a name, or a sign."""
    if phrase in _WORDS_TOO:
        return phrase
    return _NAMES.get(phrase.lower().removeprefix("the "))
