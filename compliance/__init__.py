"""Kinds of document and number, and what can be said about them on a day; knows no application."""
