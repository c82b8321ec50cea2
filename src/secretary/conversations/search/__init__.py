"""Finding what was said: words in normal form, an index that knows whose they are, excerpts."""
