"""The tool that explains a finance word, from the entries of the glossary."""

from __future__ import annotations

from tools.arguments import Term
from tools.context import ToolContext
from tools.knowledge.entries import LONGEST_SHOWN, find_entry
from tools.values import Findings, Passage, Source

SOURCE = Source("Tuppence glossary")


async def define_term(context: ToolContext, term: Term) -> Findings:  # noqa: ARG001 (every tool gets the context)
    """Explain a finance term or concept in plain words.

    Use this when someone asks what a finance word means or how a concept works; for what a company does use
    get_fundamentals, for who is behind a ticker find_symbol.

    Args:
        term: the word or phrase as typed, without "what is", such as dividend yield, short selling or ETF

    Returns:
        The definition as a passage, and related terms as a second one where there are any.

    Raises:
        ArgumentError: the glossary lacks the term; names up to three near ones.

    Source: the glossary in this package, written for it.
    """
    entry, exact = find_entry(term)
    passages = [Passage(entry.name, "definition", entry.definition, SOURCE)]
    if entry.see_also:
        passages.append(Passage(entry.name, "see also", ", ".join(entry.see_also), SOURCE))
    notes = () if exact else (f"I took “{term[:LONGEST_SHOWN]}” as “{entry.name}”.",)
    return Findings(title=entry.name, passages=tuple(passages), notes=notes)
