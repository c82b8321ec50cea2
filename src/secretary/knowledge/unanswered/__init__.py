"""Questions that nobody answered, or answered badly: noticed, grouped by what they ask, answered once by the owner."""
