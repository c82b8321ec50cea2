"""The search in PostgreSQL itself: its full text for the words, pgvector for the meanings. No index in this process."""
