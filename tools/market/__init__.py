"""Tools about markets: each module answers one kind of question from a `MarketData` source."""
