"""The whole installation in one file: the database as it stood at one instant, and every stored file."""
