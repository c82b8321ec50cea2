"""Passages judged anew by a model that reads each beside the question: which one, and what it decides."""
