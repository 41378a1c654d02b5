"""What partners paid: notices, proofs, answers, and matching with the bank's statements."""
