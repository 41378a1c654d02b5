"""A year of a city: what happens, what it must come to, and what consign makes of it."""
