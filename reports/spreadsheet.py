"""Text that is safe in a spreadsheet cell."""

LEADS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet take text for a formula, full-width forms included."""


def safe_text(text: str) -> str:
    """Return *text* so that no spreadsheet runs it as a formula: such text gets an apostrophe before it."""
    return f"'{text}" if text.startswith(LEADS) or text.lstrip().startswith(LEADS) else text
