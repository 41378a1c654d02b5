"""Consignment (titip jual) between small producers, stores and the city office, settled to the rupiah."""
