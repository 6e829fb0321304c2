"""Finance with nothing of chat: typed values, market data, portfolios, calculators and the tools built on them."""
