"""What people want to be told of: when it has happened, and what is then said."""
