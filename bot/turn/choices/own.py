"""What asks for one's own portfolio, and for which side of it: the first that is asked for is meant."""

from __future__ import annotations

from bot.turn.choices.cues import WORDS, Cue, compiled

WORDS |= {
    "own": r"(?:<thing>|<clause>)",
    "risky": r"(?:risks?|risky|riskier|riskiness|swings?|swingy|volatile|volatility|shaky|bumpy|wobbly|jumpy|choppy"
    r"|rocky"
    r"|unstable|diversif\w*|concentrat\w*|lopsided|top.heavy|one.sided|drawdowns?|peak.to.trough|value at risk|sharpe"
    r"|correlat\w+|eggs in one basket)",
    "aim": r"(?:targets?|plan|goal weights?|mix|split|weights?|weighting|allocation)",
    "paid": r"(?:got|gotten|get|received?|receiving|earn(?:ed|ing)?|collect(?:ed|ing)?|pocket(?:ed)?|banked"
    r"|been paid|paid"
    r"|gave|give|given|brought|bring|come in|came in|coming in|landed|raked|cashed)",
    "payouts": r"(?:dividends?|payouts?|distributions?|passive income)",
    "grown": r"(?:make|made|earn|earned|gain|gained|lose|lost|return|returned|grow|grown|beat|rise|risen|fall|fallen)",
}

OWN = (
    Cue(
        "get_portfolio_risk",
        "any",
        compiled(
            r"\b<risky>\b.*<own>",
            r"<own>.*\b<risky>\b",
            r"\bam i (?:\w+ )*?(?:diversified|concentrated|exposed|over.?exposed|spread (?:out|thin)|lopsided"
            r"|top.heavy)\b",
            r"\bhow (?:\w+ )?(?:concentrated|diversified|exposed|spread out) (?:am i|i am|is <own>|are <own>)",
            r"\brisks? (?:am i|do i|have i|i am|i) (?:\w+ )?(?:carry\w*|run\w*|take|taking|taken|bear\w*|have)\b",
            r"\bmy (?:(?:TIME|max|maximum|worst|biggest|deepest|overall|own) )*(?:var|value at risk|beta|sharpe"
            r"|drawdown|volatility)\b",
            r"\b(?:am|have) i (?:\w+ )*?(?:all|too much|too heavily|yolo'?d?|piled) (?:\w+ )?(?:in|into|on) (?:one"
            r"|a single)\b",
        ),
        compiled(r"\b(?:NAME's|of NAME|for NAME|NAME and|plan|targets?|rebalanc\w*)\b", r"\bi (?:own|hold) .*NAME"),
    ),
    Cue(
        "suggest_rebalance",
        "any",
        compiled(
            r"\b(?:re-?balanc\w*|rebalnc\w*)\b",
            r"\b(?:drift|stray|wander|deviat|slipp|mov)\w* <wait>(?:from|off|away)\b.*\b<aim>\b",
            r"\b(?:my|our|intended|assigned|chosen|planned) (?:\w+ )?target",
            r"\bback (?:to|on|onto|in line with|at) (?:my|the|our) (?:\w+ )?<aim>\b",
            r"\bfar (?:\w+ )?(?:off|of|from|away from) (?:\w+ )?(?:my|our) (?:\w+ )?<aim>\b",
            r"\b(?:above|below|over|under|against|versus|vs) (?:the |my |its |their )?(?:target|intended|planned"
            r"|weights? i)\b",
            r"\b<aim> (?:that )?i (?:have )?(?:assigned|set|chose|gave|planned|intended|aimed for)\b",
            r"\b(?:my|i set|supposed to be|meant to be|still at) (?:\w+ )?NUMBER ?/ ?NUMBER\b",
            r"\b(?:over|under)weight\b.*\b(?:am i|i am|my)\b|\b(?:am i|i am|my)\b.*\b(?:over|under)weight\b",
        ),
        compiled(
            r"\b(?:edit|change my|set my|set up|execute|place|orders?|do the|price target|do not want to)\b",
            r"\btargets? of NAME|NAME.*\btarget\b",
        ),
    ),
    Cue(
        "get_portfolio_income",
        "none",
        compiled(
            r"\b<payouts>\b.*\b(?:i|we|me|us)\b (?:\w+ ){0,2}?<paid>\b",
            r"\b(?:did|have) (?:i|we) (?:\w+ ){0,2}?<paid>\b.*\b<payouts>\b",
            r"\bi (?:have )?<paid>\b.*\b<payouts>\b",
            r"\b<payouts>\b.*\b<paid>\b (?:to )?(?:me|us)\b",
            r"\b(?:paid|give|gave|brought|bring) (?:to )?(?:me|us)\b.*\b<payouts>\b",
            r"\b(?:my|our) <payouts>\b",
            r"\b<own>.*\b(?:paid|pay|pays|paying|give|gave|bring|brought|throw|threw|yielded"
            r"|generated?)\b.*\b<payouts>\b",
            r"\b<payouts>\b.*\b(?:from|on|by|of) (?:all )?<own>",
            r"\bdividend (?:check|total|tally|haul|income)\b",
        ),
        compiled(
            r"RATE|\b(?:stocks|companies|shares) (?:that|which|with)\b|\b(?:yield|reinvest\w*|tax|taxes|withheld"
            r"|live on|living (?:from|off)|can i|could i|when)\b"
        ),
    ),
    Cue(
        "get_portfolio_performance",
        "none",
        compiled(
            r"\b(?:is|are|was|were|has|have) <thing> <wait><state>\b",
            r"\b(?:if|whether) i am <wait><state>(?! (?:off|on|for|with|to))",
            r"\bam i <wait><state>(?! (?:off|on|for|with|to))\b",
            r"\bhow (?:is|are|did|has|have|was|were|do|does) <own> (?:\w+ )*?(?:do|doing|done|perform\w*|far\w+|go"
            r"|going|gone"
            r"|mov\w+)\b",
            r"\b(?:did|have|has) (?:i|we|<thing>) (?:\w+ )*?<grown>\b.*\b(?:money|anything|cash|<own>)",
            r"\bhow much (?:money )?(?:did|have|has) <thing> (?:\w+ )?<grown>\b",
            r"<thing> (?:have |has )?(?:returned|gained|made|lost)\b",
            r"\b(?:performance|returns?|gains?|p ?& ?l|pnl|profit) (?:\w+ )?(?:of|on|for|from) <thing>",
        ),
        compiled(r"\b(?:dividends?|interest|income|tax|split|<risky>|cop?ugh\w*|each|worth|not the)\b"),
    ),
    Cue(
        "get_portfolio",
        "none",
        compiled(
            r"^(?:<wait>)what (?:all )?(?:do )?i (?:currently |actually |still )?(?:own|hold)[ ?]*$",
            r"\b(?:total )?(?:worth|value|total) (?:of )?<thing>",
            r"\b(?:is|are) <thing> (?:\w+ )?worth\b",
            r"\bhow much (?:is|are) <thing>(?! (?:up|down|ahead|behind|cost\w*|los\w+|mak\w+))",
            r"\bwhat (?:all )?(?:have i got|do i have|is|are there|have i) in <thing>",
            r"\bwhat (?:\w+ ){0,2}?am i (?:\w+ )?(?:holding|invested in)\b",
            r"\b(?:list|show|read|break|display|print) (?:me )?(?:out |down )?(?:all )?<thing>",
            r"\bwhich (?:stocks?|shares|companies|funds|etfs) do i (?:have|own|hold)\b",
            r"\b(?:divided|spread|split|allocated|distributed) (?:among|across|between|over)\b.*<own>",
            r"\bhow (?:fat|big|large) (?:is|are) <thing>",
            r"\bevery (?:ticker|stock|share|fund|position|name) i (?:have )?(?:got|own|hold|have)\b",
        ),
        compiled(
            r"\b(?:perform\w*|doing|done|did|gained|lost|<risky>|target\w*|chang\w+|develop\w*|grow\w*|gains?"
            r"|returns?|tracked|risk|'s portfolio)\b"
        ),
    ),
    Cue(
        "get_portfolio",
        "some",
        compiled(
            r"\b(?:am i|do i) (?:still |even |currently )?(?:own|holding|hold|in|invested in|have|got) (?:any "
            r"|some )?NAME\b(?!.*watch ?list)",
            r"\bdo i (?:still |even |currently )?(?:own|hold) (?:any|some)(?: of (?:it|them|those|that))?(?= ?[?.!]|$)",
            r"\bdid i (?:TIME |even )?(?:pick up|buy|get|sell|keep) (?:any |some )?NAME\b",
        ),
    ),
)
