"""The owner's own questions, asked again before and after a change, so that an answer is never lost unnoticed."""
