"""The admin pages: what runs, who may do what, and what was done, for people who signed in."""
