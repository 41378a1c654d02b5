"""The sample city: an invented Kota Balikpapan with two months of sales, to look around in.

No one in it is real. It is loaded the way a real city is: people, partners and goods by the acts of their
users, sales by files that are handed in, one month closed. `load.load_city` begins.
"""
