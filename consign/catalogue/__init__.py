"""Products, prices, barcodes, and the codes tills use."""
