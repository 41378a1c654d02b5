"""Any table in a file: what kind of file it is, where its header stands, how it writes numbers and dates.

Knows nothing about sales or banks. Every cell is text until the one decision per file about its style was
made.
"""
