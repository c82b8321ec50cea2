"""INSERT … ON CONFLICT: each dialect has a class of its own for it, with one way to write it."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite


def insert(dialect: str, table: Any) -> Any:
    """An insert into a table that may say what a conflict does (`on_conflict_do_nothing`, `on_conflict_do_update`).

    `dialect` is the name of the session's, `db.get_bind().dialect.name`.
    """
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)
