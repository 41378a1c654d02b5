"""Producers, retail partners, stores and agreements."""
