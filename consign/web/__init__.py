"""HTML pages: read the form, do one act, render or redirect."""
