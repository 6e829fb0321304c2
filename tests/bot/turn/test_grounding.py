"""Honest and false sentences over real evidence, each with what it tries."""

from __future__ import annotations

import pytest

from bot.turn.grounding import Checked, Context, Grounding
from tests.fakes.turns import Turn, known_name, turns

COMPARED = "How did Apple do in 2022 compared with Microsoft?"
"""Apple -28.6 % (volatility 35.7 %, drawdown 30.3 %), Microsoft -29.6 % (volatility 35.3 %)."""

QUOTED = "prices of apple, walmart and merck"
"""Apple $125.67 (-3.07 %), Walmart $140.18 (-1.75 %), Merck $109.58 (-0.93 %)."""

HELD = "What do I own?"
"""ExxonMobil 15.1 % of $77,620.15, Apple 80 shares."""

RISK = "how risky is my portfolio"
TECHNICAL = "is exxon overbought"
LOAN = "loan of $200,000 at 5% over 30 years"
"""$1,073.64 a month, $186,511.57 of interest."""

FACTS = "What is Apple's P/E?"
"""P/E 36.42, forward 31.15, market cap $3.62T, revenue $391.04B, EPS $6.64, yield 0.42 %, margin 26.9 %."""

DATES = "When does Apple report?"
NEWS = "News on Apple"
"""A headline says "raises its dividend by 4%"."""

CURRENCY = "100 dollars in euros"

HONEST = [
    (COMPARED, "Apple did better than Microsoft, falling 28.6%.", "a participle after a comparison"),
    (COMPARED, "Apple fell less than Microsoft (29.6%).", "a number in brackets belongs to the name before it"),
    (COMPARED, "Both fell in 2022.", "a direction of both, without a number"),
    (COMPARED, "In 2022, Apple fell 28.6% and Microsoft fell 29.6%.", "two subjects in a sentence"),
    (COMPARED, "Apple fell 28.6% in 2022, compared with 29.6% for Microsoft.", "a name after its number"),
    (COMPARED, "Apple beat Microsoft by 1.0 percentage points.", "a difference of two figures"),
    (
        COMPARED,
        "**Apple** lost 28.6%, slightly less than **Microsoft**, which lost 29.6%.",
        "markdown and a relative clause",
    ),
    (COMPARED, "Microsoft was a bit steadier, with annualised volatility of 35.3%.", "a comparison of volatility"),
    (COMPARED, "Both companies had a rough year.", "nothing to check"),
    (COMPARED, "Neither stock gained in 2022.", "a denial that names nobody"),
    (COMPARED, "Of the two stocks, Apple did best.", "a small count and a superlative"),
    (COMPARED, "These figures are total returns as of 28 Dec 2022.", "a date that is in the evidence"),
    (COMPARED, "Past performance does not guarantee future results.", "a caveat"),
    (COMPARED, "The data comes from the bundled history and ends on 28 December 2022.", "a long date"),
    (COMPARED, "Their volatility was similar: 35.7% for Apple and 35.3% for Microsoft.", "numbers before names"),
    (COMPARED, "Apple's total return was -28.6% (volatility 35.7%).", "two attributes of one subject"),
    (COMPARED, "Apple fell by more than 28%.", "a bound that holds"),
    (
        COMPARED,
        "Apple Inc. (AAPL) returned -28.6%, while Microsoft Corporation (MSFT) returned -29.6%.",
        "legal forms, tickers",
    ),
    (COMPARED, "Between 31 Dec 2021 and 28 Dec 2022, Apple declined 28.6%.", "the days that were measured between"),
    (COMPARED, "Apple's drop was smaller than Microsoft's.", "a comparison without numbers"),
    (COMPARED, "Apple and Microsoft returned -28.6% and -29.6% respectively.", "two names, two numbers"),
    (COMPARED, "- Apple: -28.6%", "a list entry"),
    (COMPARED, "Apple lost twenty-nine percent.", "number words within their rounding"),
    (COMPARED, "Apple's shares lost 28.6% of their value.", "a part of the value"),
    (COMPARED, "Microsoft's loss of 29.6% was larger than Apple's 28.6% loss.", "two possessives"),
    (COMPARED, "Apple: total return -28.6%, volatility 35.7%, maximum drawdown -30.3%.", "a row of attributes"),
    (COMPARED, "Apple's annualized volatility (35.7%) was close to Microsoft's (35.3%).", "a noun left out"),
    (QUOTED, "Apple closed at $125.67, Walmart at $140.18 and Merck at $109.58.", "a verb said once for three"),
    (QUOTED, "Apple fell the most, losing 3.07% on the day.", "a superlative that holds"),
    (QUOTED, "All three fell on the day.", "a count of the subjects"),
    (QUOTED, "Walmart dropped 1.75% on the day to $140.18.", "a level after “to”"),
    (QUOTED, "Prices are from the bundled history.", "the source"),
    (HELD, "You hold ten stocks.", "a count of the holdings"),
    (HELD, "ExxonMobil is your largest holding at 15.1% of the total.", "a weight"),
    (HELD, "Your largest holding is ExxonMobil.", "a superlative before the name"),
    (HELD, "You own 80 shares of Apple.", "a quantity"),
    (HELD, "This is the sample portfolio, not your own.", "a denial without a number"),
    (TECHNICAL, "ExxonMobil is neither overbought nor oversold.", "a reading of the tool's own sentence"),
    (TECHNICAL, "ExxonMobil's 14-day RSI is 52.2.", "a number inside an attribute's name"),
    (LOAN, "A $200,000 loan at 5% over 30 years costs $1,073.64 a month.", "the person's sign on an unsaid currency"),
    (LOAN, "You would pay $186,511.57 in interest over 30 years.", "“would” suits a plan"),
    (LOAN, "Over 360 months you repay $386,511.57 in total.", "the same length in months"),
    (LOAN, "With a $200,000 loan at 5% for 30 years, your monthly payment is about $1,074.", "rounded to dollars"),
    (FACTS, "Apple's P/E is 36.42, and its forward P/E is 31.15.", "“its” is the subject before"),
    (FACTS, "Apple trades at about 36 times earnings.", "a multiple"),
    (FACTS, "Apple is worth $3.62 trillion.", "a scale in words"),
    (FACTS, "Apple's revenue was $391.0 billion and its margin 26.9%.", "less exact than the figure"),
    (DATES, "Apple is expected to report on 28 Jan 2027.", "a date to come"),
    (DATES, "Apple's last dividend was $0.26 a share, ex-dividend 9 Nov 2026.", "a value and its date"),
    (NEWS, "One headline says Apple raises its dividend by 4%.", "a number that is quoted"),
    (NEWS, "Another headline mentions Tim Cook staying until 2028.", "a name and a year that are quoted"),
]

FALSE = [
    (COMPARED, "Apple fell 27.6%.", "another value"),
    (COMPARED, "Apple fell 28.65%.", "more exact than the truth"),
    (COMPARED, "Apple fell 29.6%.", "Microsoft's return told as Apple's"),
    (COMPARED, "Apple and Microsoft both fell 28.6%.", "one number for two"),
    (COMPARED, "Apple did better than Microsoft, falling 29.6%.", "the other's number after a comparison"),
    (COMPARED, "Apple rose in 2022.", "a wrong direction without a number"),
    (COMPARED, "Apple rose 28.6%.", "a wrong direction"),
    (COMPARED, "Apple returned 28.6%.", "a loss without its sign"),
    (COMPARED, "Apple gained +28.6%.", "a wrong sign"),
    (COMPARED, "Microsoft did better than Apple.", "a false comparison"),
    (COMPARED, "Microsoft was the best performer.", "a false superlative"),
    (COMPARED, "Apple beat the Nasdaq.", "a comparison with what has no figures"),
    (COMPARED, "Apple beat Microsoft by 5 percentage points.", "a false difference"),
    (COMPARED, "Apple fell 28.6% in 2021.", "another year"),
    (COMPARED, "Apple fell 28.6% over five years.", "another length of time"),
    (COMPARED, "Apple fell 28.6% a year.", "a total told as yearly"),
    (COMPARED, "Apple fell 28.6% on the day.", "a year's return told as a day's"),
    (COMPARED, "Apple fell 28.6% on 28 Dec 2022.", "a year's return told as one date's"),
    (COMPARED, "Apple's return was -35.7%.", "volatility told as return"),
    (COMPARED, "Apple fell, and its volatility was 28.6%.", "return told as volatility"),
    (COMPARED, "Apple fell 35.7% with a volatility of 35.7%.", "an attribute named only for the second number"),
    (COMPARED, "Apple's free cash flow was 28.6%.", "an attribute that has no figure"),
    (COMPARED, "Apple lost 28.6% of its customers.", "what was lost is something else"),
    (COMPARED, "While the market fell 28.6%, Apple did fine.", "a subject that has no figures"),
    (COMPARED, "The former fell 28.6%.", "a subject that can't be made out"),
    (COMPARED, "Its rivals fell 28.6%.", "rivals have no figures"),
    (COMPARED, "Tesla fell 28.6%.", "a company out of nowhere"),
    (COMPARED, "tesla fell 28.6%.", "the same in small letters"),
    (COMPARED, "Apple (MSFT) fell 29.6%.", "a name with another's ticker"),
    (COMPARED, "Apple's CEO Tim Cook sold shares.", "a person out of nowhere"),
    (COMPARED, "Apple fell more than 28.9%.", "a bound that doesn't hold"),
    (COMPARED, "Apple fell between 20% and 40%.", "a range of nothing"),
    (COMPARED, "Apple nearly halved.", "a number in a verb"),
    (COMPARED, "Apple's volatility rose 35.7%.", "a level told as a change"),
    (COMPARED, "Unlike Apple, Microsoft fell 28.6%.", "the number of the one set apart"),
    (COMPARED, "Microsoft fell 28.6%, less than Apple.", "swapped, then compared"),
    (COMPARED, "Apple fell 28.6 percentage points.", "another unit"),
    (COMPARED, "Apple fell $28.6.", "percent told as money"),
    (COMPARED, "Apple: -28.6", "percent without its sign"),
    (COMPARED, "Apple is a buy at these levels, with 28.6% upside.", "a prediction"),
    (COMPARED, "Apple will fall 28.6%.", "a prediction of what was"),
    (COMPARED, "Apple did not fall 28.6%.", "a denial"),
    (COMPARED, "Volatility: Apple 28.6%, Microsoft 29.6%", "a heading that names the attribute"),
    (COMPARED, "A total return of -28.6% made Microsoft the winner.", "the number before the wrong name"),
    (COMPARED, "Apple fell ２８.６%.", "digits that are no ASCII"),
    (COMPARED, "Apple fell 2\u200b8.6%.", "digits joined by nothing"),
    (COMPARED, "Apple fell 2**8.6**%.", "digits joined by markdown"),
    (COMPARED, "Apple fell 28½%.", "a fraction sign"),
    (COMPARED, "Apple fell XXVIII percent.", "Roman numerals"),
    (COMPARED, "Аpple fell 28.6%.", "a Cyrillic letter"),
    (COMPARED, "| Apple | -35.7% |", "a table of its own"),
    (COMPARED, "Apple was 3rd.", "a rank that nothing says"),
    (COMPARED, "Apple fell 1e2%.", "a number in another notation"),
    (COMPARED, "Demand for Apple phones fell 28.6%.", "what fell is something else"),
    (COMPARED, "Inflation-adjusted, Apple fell 28.6%.", "a return on another basis"),
    (COMPARED, "Apple fell 28.6%; so did Microsoft.", "one number for two, in other words"),
    (COMPARED, "Apple beat both the market and Microsoft.", "half of it can't be known"),
    (COMPARED, "If you had invested $10,000 in Apple you would have $7,139.", "arithmetic of its own"),
    (COMPARED, "Apple had twice the volatility of Microsoft.", "a multiple in a word"),
    (QUOTED, "Apple is at $140.18.", "Walmart's price"),
    (QUOTED, "Apple closed at €125.67.", "another currency"),
    (QUOTED, "Apple closed at $125.67 million.", "another scale"),
    (QUOTED, "Apple opened at $125.67.", "an attribute that has no figure"),
    (QUOTED, "Apple closed at $125.67 on 27 Dec 2022.", "another day"),
    (QUOTED, "Apple's 52-week low is $125.67.", "a price told as a low"),
    (QUOTED, "Apple trades at 125.67 times earnings.", "a price told as a multiple"),
    (QUOTED, "Apple has been down 3.07% this year.", "a day's move told as a year's"),
    (QUOTED, "Apple is up $3.98 on the day.", "money with the wrong direction"),
    (QUOTED, "Apple is the cheapest.", "a superlative that can't be known"),
    (HELD, "Apple is your largest holding.", "a false superlative"),
    (HELD, "Microsoft makes up 15.1% of your portfolio.", "ExxonMobil's weight"),
    (HELD, "You own 50 shares of Apple.", "another quantity"),
    (HELD, "You hold twelve companies.", "another count"),
    (HELD, "You should sell $5,000 of Apple.", "an amount out of nowhere"),
    (RISK, "There is a 95% chance that you make money.", "a confidence level told as a chance"),
    (RISK, "Your portfolio could lose 40% in a crash.", "an invented loss"),
    (TECHNICAL, "ExxonMobil's 100-day moving average is $106.80.", "an average that has no figure"),
    (TECHNICAL, "ExxonMobil will reach $120.", "a price target"),
    (LOAN, "Your monthly payment would be $1,500.", "another payment"),
    (LOAN, "Your monthly payment would be €1,073.64.", "a currency that nobody said"),
    (LOAN, "Over 15 years you would pay $186,511.57 in interest.", "another length"),
    (LOAN, "At 6%, the payment is $1,073.64.", "another rate"),
    (FACTS, "Apple's P/E is 31.15.", "the forward ratio told as the trailing one"),
    (FACTS, "Apple's market cap is $3.62 billion.", "a thousandth"),
    (FACTS, "Apple's dividend is $0.42.", "a yield told as money"),
    (FACTS, "Apple is the most valuable company in the world.", "a superlative beyond the evidence"),
    (FACTS, "Apple has 164,000 employees.", "an attribute that has no figure"),
    (DATES, "Apple reports earnings on 9 Nov 2026.", "the ex-dividend date told as earnings"),
    (DATES, "Apple's next earnings are on 28 Feb 2027.", "another date"),
    (NEWS, "Apple raised its dividend by 5%.", "another number than the headline's"),
    (NEWS, "Microsoft raised its dividend by 4%.", "the headline's number of someone else"),
    (NEWS, "Apple shares rose 4%.", "the headline's number of something else"),
    (CURRENCY, "100 dollars is 100 euros.", "another amount"),
    (CURRENCY, "$100 is £89.51.", "another currency"),
]  # fmt: skip


def grounding(question: str) -> Grounding:
    return Grounding(turn(question).results, question, known_name)


def turn(question: str) -> Turn:
    return next(turn for turn in turns() if turn.question == question)


@pytest.mark.parametrize(("question", "sentence", "tries"), HONEST)
def test_an_honest_sentence_is_kept(question: str, sentence: str, tries: str) -> None:
    checked = grounding(question).check(sentence)

    assert checked.withheld == (), tries


@pytest.mark.parametrize(("question", "sentence", "tries"), FALSE)
def test_a_false_sentence_is_withheld(question: str, sentence: str, tries: str) -> None:
    checked = grounding(question).check(sentence)

    assert checked.kept == (), tries
    assert checked.figures == ()


def test_each_number_is_traced_to_its_figure_and_tool() -> None:
    checked = grounding(COMPARED).check("Apple fell 28.6%. Microsoft's volatility was 35.3%.")

    told = [(text, figure.subject, figure.attribute, tool) for text, figure, tool in checked.figures]
    assert told == [
        ("28.6%", "AAPL", "total return", "compare_performance"),
        ("35.3%", "MSFT", "annualised volatility", "compare_performance"),
    ]


def test_it_means_whom_the_sentence_before_spoke_of() -> None:
    one = grounding(COMPARED)

    assert one.check("Let us look at Microsoft. It fell 29.6%.").withheld == ()
    assert one.check("Let us look at Microsoft. It fell 28.6%.").withheld == ("It fell 28.6%.",)
    assert one.check("Apple and Microsoft fell. It fell 28.6%.").withheld == ("It fell 28.6%.",)


def test_a_heading_says_what_the_lines_below_are_about() -> None:
    one = grounding(COMPARED)

    assert one.check("Volatility:\n- Apple: 35.7%\n- Microsoft: 35.3%").withheld == ()
    assert one.check("Volatility:\n- Apple: -28.6%").withheld == ("- Apple: -28.6%",)


def test_a_withheld_sentence_leaves_the_others() -> None:
    checked = grounding(COMPARED).check("Apple fell 28.6%. Apple rose 10%. Microsoft fell 29.6%.")

    assert checked.kept == ("Apple fell 28.6%.", "Microsoft fell 29.6%.")
    assert checked.withheld == ("Apple rose 10%.",)


@pytest.mark.parametrize(
    "sentence",
    ["Apple fell 50%.", "Yes, it fell 50%.", "Yes, 50%.", "You are right, 50%.", "Apple fell fifty percent."],
)
def test_a_number_in_the_question_is_no_evidence_about_a_listing(sentence: str) -> None:
    one = Grounding(turn(COMPARED).results, "Did Apple fall 50% in 2022?", known_name)

    assert one.check(sentence).kept == ()


def test_without_evidence_only_words_and_the_persons_own_numbers_are_left() -> None:
    one = Grounding((), "I have $500 to invest, is tesla a buy?", known_name)

    assert one.check("How long do you want to invest the $500?").withheld == ()
    assert one.check("A share is a part of a company.").withheld == ()
    for lie in (
        "Tesla is at $250.",
        "Tesla rose.",
        "The S&P 500 returns 10% a year.",
        "Ask Warren Buffett.",
        "It is 50%.",
    ):
        assert one.check(lie).kept == (), lie


def test_two_periods_keep_their_own_figures() -> None:
    results = (*turn("How did Apple do in 2022?").results, *turn("exxon or chevron or home depot in 2021?").results)
    one = Grounding(results, "apple 2022, exxon 2021", known_name)

    assert one.check("Apple fell 28.6% in 2022.").withheld == ()
    assert one.check("ExxonMobil rose 57.6% in 2021.").withheld == ()
    assert one.check("Apple fell 28.6% in 2021.").kept == ()
    assert one.check("ExxonMobil rose 57.6% in 2022.").kept == ()


def test_a_streamed_text_is_checked_as_the_whole_is() -> None:
    one, context = grounding(COMPARED), Context()
    sentences = ("Let us look at Microsoft.", "It fell 29.6%.", "It fell 28.6%.")

    verdicts = [one.check_sentence(sentence, context) for sentence in sentences]

    assert [verdict.kept for verdict in verdicts] == [True, True, False]
    assert verdicts[2].reason == "“28.6%” has nothing to rest on"
    assert one.check(" ".join(sentences)) == Checked(sentences[:2], sentences[2:], verdicts[1].figures)
