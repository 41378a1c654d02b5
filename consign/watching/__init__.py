"""Sales files that appear in a folder: each is posted as if handed in, and moved beside where it lay.

A folder holds one folder for each partner's code, and in it, where wished, one for each store's. A file is taken once two
looks found it alike. It is copied before it is read, so that what is posted is what was looked at, and moved only after
everything about it is committed: a process that is killed leaves it where it was, and posting it again adds nothing. What
was written to it or put in its place meanwhile stays there, and is taken as a file of its own.
"""
