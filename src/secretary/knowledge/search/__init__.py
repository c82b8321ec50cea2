"""Finding the passages that answer a question: words and meaning, fused, and whether they answer it at all."""
