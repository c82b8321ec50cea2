"""What `/admin/status` gives."""

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class Row(BaseModel):
    """Made of a report."""

    model_config = ConfigDict(from_attributes=True)


class ProcessOut(BaseModel):
    """The process that answers."""

    status: str = "ok"
    version: str
    uptime_seconds: int
    roles: list[str]


class ModelOut(Row):
    """A language model: a stable state, and what it means for a person."""

    name: str
    model: str
    is_local: bool
    state: str
    text: str


class ChannelOut(Row):
    """How many instances a kind of channel has, and how many are switched on."""

    kind: str
    total: int
    enabled: int


class DatabaseOut(BaseModel):
    """The database, and which revision of the schema it has."""

    engine: str
    size_bytes: int
    revision: str | None


class SearchOut(Row):
    """The search in documents: which engine, and does it find what is there? `lacking` passages have no vector yet."""

    engine: str
    passages: int
    lacking: int
    is_healthy: bool


class LlmConfigOut(BaseModel):
    """What the settings say of models, under the old names."""

    backend: str
    models: list[str]


class StatusOut(ProcessOut):
    """How everything is doing. What the first system showed and this one has not got is empty."""

    deployment_mode: str
    orchestrator: ProcessOut
    database: DatabaseOut
    search: SearchOut
    jobs: dict[str, int]
    models: list[ModelOut]
    channels: list[ChannelOut]
    turns: dict[str, int]
    services: dict[str, str]
    llm_config: LlmConfigOut
    tts_config: dict[str, JsonValue] = Field(default_factory=dict)
    gpu: list[JsonValue] = Field(default_factory=list)
    streaming_tts_stats: dict[str, JsonValue] = Field(default_factory=dict)
