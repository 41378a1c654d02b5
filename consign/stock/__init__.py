"""Goods in stores: what is delivered, stands there, runs out and is lost."""
