"""What the installation has set at run time: one typed JSON value a key. Each domain names its own keys and shapes."""

from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime
from secretary.kernel.unit import Unit

T = TypeVar("T", bound=BaseModel)


class SystemConfig(Base):
    """A setting that people change in the panel, as opposed to one of the environment."""

    __tablename__ = "system_config"

    key: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(JsonOf(dict[str, Any]))
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


async def read_config(unit: Unit, key: str, shape: type[T]) -> T:
    """What is set under `key`; its defaults where nothing is."""
    row = await unit.db.get(SystemConfig, key)
    return shape.model_validate(row.value) if row else shape()


async def write_config(unit: Unit, key: str, value: BaseModel) -> None:
    """Set `key` to `value`, whole."""
    row = SystemConfig(key=key, value=value.model_dump(mode="json"), updated=unit.now())
    await unit.db.merge(row)
    await unit.db.flush()
