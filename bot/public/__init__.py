"""What anybody may read without signing in: how data is treated here, and on which terms the assistant is used."""
