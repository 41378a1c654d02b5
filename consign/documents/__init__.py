"""Submitted papers: intake, review, expiry, waivers, and which products they make eligible."""
