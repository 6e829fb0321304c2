"""Plain word lists of the checks: what may begin a sentence, which capitals are no company, what adds no meaning."""
# ruff: noqa: E501 (patterns are tables: a line for each meaning)

from __future__ import annotations

OPENERS = frozenset(
    """
    a about above according across actually added additionally after all alongside also although altogether amid among
    an and another any anyway are as assuming at based be because been before below besides between beyond both briefly
    but by can combined compared comparing considering consequently could currently depending despite did do does due
    during each either especially even every everything except excluding finally first firstly following for from
    further furthermore generally given had has have having he hello here hi historically how however i if in including
    indeed initially instead is it its just keep last lastly later latest let like likewise long looking many may
    meanwhile measured might more moreover most much my near nearly neither nevertheless next no none nonetheless nor
    not note notably nothing now of off okay ok on once one only or other otherwise our out over overall own past per
    perhaps please plus previously put quite rather recently regarding relative remember said second secondly see
    separately several she should similarly simply since so some sorry specifically still such sure taken taking
    thank thanks that the their them then there therefore these they third this those though through throughout thus to
    together too toward trading turning two under unfortunately unless unlike until up upon using usually versus very
    via was we well were what whatever when whenever where whereas whether which while who why will with within without
    worth would yes yet you your today yesterday tomorrow holding owning buying selling investing starting ending
    standing sitting data figures figure numbers number values value prices price shares share stock stocks company
    companies index fund funds portfolio holdings position positions results result returns return performance
    volatility risk income dividends dividend summary answer question sources source note notes caveat caveats warning
    disclaimer important key main highlights comparison winner loser leader laggard annualised annualized adjusted
    closing calculated computed counting excluding expressed converted broken ranked sorted listed shown bundled
    historical past latest current recent total average highest lowest best worst largest biggest smallest top bottom
    most least half quarter year month week day time date period three four five six seven eight nine ten let's here's
    that's it's there's you're you've i'm i've i'll don't doesn't money cash rate rates payment payments interest loan
    plan growth gains gain loss losses change changes earnings revenue weight weights beta drawdown
    """.split()
)
"""Words that may begin a sentence without being anyone's name."""

ALLOWED_CAPITALS = frozenset(
    """
    i i'm i've i'll january february march april may june july august september october november december jan feb mar
    apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri
    sat sun usd eur gbp jpy chf aud cad nzd cny hkd sgd inr krw sek nok dkk zar brl mxn etf etfs reit reits adr adrs ceo
    cfo gdp cpi ppi ecb fed fomc sec irs ipo ipos us u.s u.s. usa uk u.k u.k. eu q1 q2 q3 q4 h1 h2 fy ytd yoy qoq mom
    ttm rsi macd sma smas ema wma eps pe p/e peg roe roa roi roic var cvar cagr xirr irr twr mwr apr apy apys isa ira roth nav
    aum ebitda ebit fx otc ai it utc gmt est edt et am pm csv pdf vs faq ok okay american european british japanese
    chinese swiss canadian german french asian federal reserve central bank european yahoo finance wall street tuppence
    gips herfindahl-hirschman herfindahl hhi wilder wilder's sharpe sortino gaap non-gaap ifrs tl;dr nb ps p.s euro
    """.split()
)
"""Capitalised words and acronyms that name no company, fund or person."""

NEUTRAL = frozenset(
    """
    a an the its it is was are were be been has had have having at of to in on by for from with and or but as so that
    this which who whose their they them there then than now currently today yesterday presently just only about around
    roughly approximately nearly almost over under some exactly precisely overall also still both each respectively
    while whereas when after before during since until through across between up compared versus vs against stood
    stands stand sits sat came come comes reached reaching reading reads shows showed shown showing registered recorded
    posted posting printed totalled figure number value total about further more most less least compares followed
    following did does do well better worse best worst again another same over-all all only around per your you our my
    itself respectively namely i.e ie e.g eg respectively meanwhile however overall during course time period year
    points suggests implies means indicates meaning suggesting indicating signals
    month week day date stock stocks share shares company company's fund index portfolio holding holdings its'
    """.split()
)
"""Words that say nothing of what is counted: a number after only these may be any attribute of its subject."""

FOREIGN_SUBJECTS = (
    r"(?:(?:the|its|their|our|most|other|broader|wider|overall|whole|entire|general|stock|equity) )+"
    r"(?:market|markets|benchmark|sector|industry|economy|group|average stock)"
    r"|(?:its |their |the |most |other )*(?:peers?|rivals?|competitors?|competition)"
    r"|the (?:others?|former|latter|rest|second|second one|first one|first)|another (?:one|company|stock|fund)"
    r"|(?:tech|technology|growth|value|energy|bank|oil|us|u\.s\.|american|global|world|european|asian|chinese"
    r"|emerging[- ]market|small[- ]cap|large[- ]cap|blue[- ]chip) (?:stocks|shares|equities|markets|sector|index)"
    r"|gold|silver|crude(?: oil)?|oil(?: prices)?|bitcoin|ethereum|crypto(?:currenc(?:y|ies))?|bonds|treasur(?:y|ies)"
    r"|inflation"
)
"""Subjects that a sentence may speak of without naming a listing: what is said of them is not about ours."""
