"""Accounts and transfers: the only writer of money."""
