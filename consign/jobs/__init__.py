"""Work that takes several transactions, or that a worker does later."""
