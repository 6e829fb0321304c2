"""Microsoft Teams: one bot in the tenants that are allowed."""
