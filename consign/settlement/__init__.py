"""Closing a partner's period: every sale into exactly one statement, every statement into the ledger."""
