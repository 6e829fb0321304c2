"""Real historical data shipped with the package; `SOURCES.toml` names its sources, licences, spans and hashes."""
