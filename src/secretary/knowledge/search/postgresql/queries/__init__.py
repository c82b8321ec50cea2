"""Every statement of the search in PostgreSQL. Its tables come from revision 0010; they have no models, for SQLite."""
