"""What producers and cooperatives are paid, and where to."""
