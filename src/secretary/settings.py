"""All settings, a frozen tree. Nobody else reads the environment.

The names are those that installations already have; a file `.env` in the working folder is read, too.
"""

from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from secretary.kernel.errors import Language

Names = Annotated[tuple[str, ...], NoDecode]
Role = Literal["web", "worker", "bots"]


class Settings(BaseSettings):
    """The installation's settings."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, populate_by_name=True, env_ignore_empty=True
    )

    # where
    data_dir: Path = Field(default=Path("data"), alias="SECRETARY_DATA_DIR")
    wiki_dir: Path | None = Field(default=None, alias="SECRETARY_WIKI_DIR")
    database_url: str = Field(default="", alias="DATABASE_URL")
    search_engine: Literal["auto", "memory", "postgresql"] = Field(default="auto", alias="SEARCH_ENGINE")
    redis_url: SecretStr = Field(default=SecretStr(""), alias="REDIS_URL")
    host: str = Field(default="127.0.0.1", alias="SECRETARY_HOST")
    port: int = Field(default=8002, ge=0, le=65535, alias="ORCHESTRATOR_PORT")
    roles: Annotated[tuple[Role, ...], NoDecode] = Field(
        default=("web", "worker", "bots"), min_length=1, alias="SECRETARY_ROLES"
    )
    public_url: str = Field(default="", pattern=r"^(https?://[^\s?#@]+)?$", alias="SECRETARY_PUBLIC_URL")
    trusted_proxies: Names = Field(default=(), alias="TRUSTED_PROXIES")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", alias="LOG_LEVEL")
    log_json: bool = Field(default=False, alias="LOG_JSON")

    # who
    secret_key: SecretStr = Field(default=SecretStr(""), alias="SECRETARY_SECRET_KEY")
    jwt_secret: SecretStr = Field(default=SecretStr(""), alias="ADMIN_JWT_SECRET")
    auth_enabled: bool = Field(default=True, alias="ADMIN_AUTH_ENABLED")
    admin_username: str = Field(default="admin", alias="ADMIN_USERNAME")
    deployment_mode: Literal["full", "local", "cloud"] = Field(default="full", alias="DEPLOYMENT_MODE")
    allowed_private_hosts: Names = Field(default=(), alias="ALLOWED_PRIVATE_HOSTS")

    push_hosts: Names = Field(default=(), alias="SECRETARY_PUSH_HOSTS")
    push_contact: str = Field(
        default="mailto:owner@example.com",
        pattern=r"^(mailto:[^\s@]+@[^\s@]+|https://\S+)$",
        alias="SECRETARY_PUSH_CONTACT",
    )

    # who answers
    llm_backend: str = Field(default="auto", alias="LLM_BACKEND")
    persona: str = Field(default="anna", alias="SECRETARY_PERSONA")
    vllm_api_url: str = Field(default="", alias="VLLM_API_URL")
    vllm_model: str = Field(default="", alias="VLLM_MODEL")
    vllm_api_key: SecretStr = Field(default=SecretStr(""), alias="VLLM_API_KEY")
    gemini_api_key: SecretStr = Field(default=SecretStr(""), alias="GEMINI_API_KEY")
    gemini_model: str = Field(default="", alias="GEMINI_MODEL")
    local_model: Path | None = Field(default=None, alias="LOCAL_MODEL_PATH")
    local_model_languages: Annotated[tuple[Language, ...], NoDecode] = Field(default=(), alias="LOCAL_MODEL_LANGUAGES")
    local_model_threads: int = Field(default=0, ge=0, le=256, alias="LOCAL_MODEL_THREADS")
    hub_url: str = Field(
        default="https://huggingface.co", pattern=r"^https?://[^\s/@]+(/[^\s@?#]*)?$", alias="HF_ENDPOINT"
    )
    hub_token: SecretStr = Field(default=SecretStr(""), alias="HF_TOKEN")

    # limits
    rate_limit_enabled: bool = Field(default=True, alias="RATE_LIMIT_ENABLED")
    rate_limit_chat: int = Field(default=30, ge=1, alias="RATE_LIMIT_CHAT")
    rate_limit_v1: int = Field(default=600, ge=1, alias="RATE_LIMIT_V1")
    rate_limit_auth: int = Field(default=10, ge=1, alias="RATE_LIMIT_AUTH")
    max_body_bytes: int = Field(default=1_000_000, ge=1_000, alias="MAX_BODY_BYTES")
    max_upload_bytes: int = Field(default=50_000_000, ge=1_000, le=2_000_000_000, alias="MAX_UPLOAD_BYTES")
    max_v1_body_bytes: int = Field(default=32_000_000, ge=1_000, alias="MAX_V1_BODY_BYTES")

    @field_validator(
        "roles", "trusted_proxies", "allowed_private_hosts", "push_hosts", "local_model_languages", mode="before"
    )
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:", "postgresql:", "postgresql+asyncpg:", "postgres:")):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        return url

    @model_validator(mode="after")
    def _open_house_stays_at_home(self) -> "Settings":
        if not self.auth_enabled and not self.is_loopback:
            raise ValueError("ADMIN_AUTH_ENABLED=false is refused unless SECRETARY_HOST is a loopback address")
        return self

    @model_validator(mode="after")
    def _only_postgresql_searches(self) -> "Settings":
        if self.search_engine == "postgresql" and self.is_embedded:
            raise ValueError("SEARCH_ENGINE=postgresql needs DATABASE_URL=postgresql://…; with SQLite leave it out")
        return self

    @cached_property
    def is_loopback(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def url_of_database(self) -> str:
        """DATABASE_URL, else the SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'secretary.db').resolve()}"

    @property
    def is_embedded(self) -> bool:
        return self.url_of_database.startswith("sqlite")
