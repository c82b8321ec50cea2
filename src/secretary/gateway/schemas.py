"""What a caller may send. Names and shapes are OpenAI's (API reference, "Create chat completion"); what is known to
them and not to us is refused with its name, what concerns only their service is ignored.
"""

from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from secretary.kernel.errors import Invalid

Name = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_.-]{1,64}$")]
MOST_CHARACTERS = 4_000_000
MOST_TOKENS = 1_000_000_000
MOST_STOPS = 16
Shape = TypeVar("Shape", bound=BaseModel)


def _sendable(schema: dict[str, Any]) -> dict[str, Any]:
    """Raises ValueError for what JSON allows and no provider's wire can say: endless nesting, endless numbers."""
    try:
        orjson.dumps(schema)
    except TypeError as error:
        raise ValueError(str(error)) from error
    return schema


JsonSchema = Annotated[dict[str, Any], AfterValidator(_sendable)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TextPart(BaseModel):
    type: Literal["text"]
    text: str = Field(max_length=MOST_CHARACTERS)


class ImageUrl(BaseModel):
    url: str = Field(min_length=1)
    detail: Literal["auto", "low", "high"] = "auto"


class ImagePart(BaseModel):
    type: Literal["image_url"]
    image_url: ImageUrl


class RefusalPart(BaseModel):
    type: Literal["refusal"]
    refusal: str


Part = Annotated[TextPart | ImagePart | RefusalPart, Field(discriminator="type")]


class CalledFunction(BaseModel):
    name: str
    arguments: str


class CalledTool(BaseModel):
    id: str
    type: Literal["function"] = "function"
    function: CalledFunction


class ChatMessage(BaseModel):
    """One message; `developer` is another word for `system`."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = None
    name: str | None = None
    refusal: str | None = None
    tool_calls: list[CalledTool] | None = None
    tool_call_id: str | None = None


class FunctionShape(BaseModel):
    name: Name
    description: str = ""
    parameters: JsonSchema = Field(default_factory=dict)
    strict: bool | None = None


class ToolShape(BaseModel):
    type: Literal["function"]
    function: FunctionShape


class NamedFunction(BaseModel):
    name: Name


class NamedTool(BaseModel):
    type: Literal["function"]
    function: NamedFunction


class JsonSchemaShape(BaseModel):
    name: Name = "answer"
    description: str | None = None
    schema_: JsonSchema | None = Field(default=None, alias="schema")
    strict: bool | None = None


class ResponseFormat(BaseModel):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchemaShape | None = None


class StreamOptions(BaseModel):
    include_usage: bool = False
    include_obfuscation: bool | None = None


class ChatRequest(_Shape):
    """Body of `POST /v1/chat/completions`. `models` are tried in order where `model` cannot answer."""

    model: str = Field(min_length=1, max_length=300)
    models: list[str] = Field(default_factory=list, max_length=5)
    messages: list[ChatMessage] = Field(min_length=1, max_length=2_000)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1, le=MOST_TOKENS)
    max_completion_tokens: int | None = Field(default=None, ge=1, le=MOST_TOKENS)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    repetition_penalty: float | None = Field(default=None, gt=0, le=2)
    seed: int | None = Field(default=None, ge=-(2**63), le=2**63 - 1)
    stop: str | Annotated[list[str], Field(max_length=MOST_STOPS)] | None = None
    n: Literal[1] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = Field(default=None, ge=0, le=20)
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high"] | None = None
    tools: list[ToolShape] | None = Field(default=None, max_length=128)
    tool_choice: Literal["none", "auto", "required"] | NamedTool | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    metadata: dict[str, str] | None = None
    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    store: bool | None = None
    service_tier: str | None = None
    verbosity: str | None = None

    @property
    def limit(self) -> int | None:
        """The most tokens of the answer."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def wants_usage(self) -> bool:
        """Is the stream to end with its tokens?"""
        return self.stream_options is not None and self.stream_options.include_usage

    @property
    def session_id(self) -> str | None:
        return (self.metadata or {}).get("session_id")


class EmbeddingRequest(_Shape):
    """Body of `POST /v1/embeddings`."""

    model: str = Field(min_length=1, max_length=300)
    input: (
        Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS)]
        | Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1, max_length=2_048)]
    )
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = Field(default=None, ge=1, le=100_000)
    user: str | None = None

    @property
    def texts(self) -> list[str]:
        return [self.input] if isinstance(self.input, str) else self.input


def parsed(shape: type[Shape], body: bytes) -> Shape:
    """The body as `shape`. Raises Invalid with the parameter's name."""
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        raise bad_parameter(error) from error


def bad_parameter(error: ValidationError) -> Invalid:
    """The first thing that is wrong, by its name."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return _bad(first["loc"], first["type"], first["msg"])


def _bad(place: tuple[int | str, ...], kind: str, reason: str) -> Invalid:
    name = ".".join(str(step) for step in place if not str(step).startswith(("list[", "function-", "lax-")))
    if kind == "json_invalid":
        return Invalid("bad_json", en="The body is no JSON.", ru="Тело запроса — не JSON.")
    if kind == "extra_forbidden":
        return Invalid(
            "unsupported_parameter",
            en=f"The parameter “{name}” is not supported.",
            ru=f"Параметр «{name}» не поддерживается.",
            fields={"param": name},
        )
    return Invalid(
        "invalid_parameter",
        en=f"The parameter “{name}” is wrong: {reason}.",
        ru=f"Неверный параметр «{name}»: {reason}.",
        fields={"param": name},
    )
