"""What the product consumes and what that costs: rows, totals, limits. Knows nothing of who answers."""
