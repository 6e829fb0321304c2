"""How good a model is here: question sets, decisions, scores."""
