"""A caller's messages as a `Prompt`. Pictures are fetched here, through the guard, so that no provider is sent to an
address of the caller's choosing.
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Sequence
from http import HTTPStatus

from secretary.gateway.schemas import ChatMessage, ChatRequest, ImagePart, NamedTool, Part, TextPart
from secretary.kernel.errors import Invalid, SecretaryError
from secretary.kernel.http import DestinationKind, HttpClient, HttpRequest
from secretary.llm.ports import Image, JsonOutput, Message, Prompt, Sampling, Tool, ToolCall, ToolChoice

MOST_PICTURE_BYTES = 20_000_000
MOST_PICTURES = 20
PICTURE_TYPES = frozenset({"image/png", "image/jpeg", "image/jpg", "image/webp", "image/gif"})
_DATA = re.compile(r"data:(?P<type>[a-z]+/[a-z0-9.+-]+);base64,", re.IGNORECASE)
_MAGIC = ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))


async def prompt_of(request: ChatRequest, http: HttpClient) -> Prompt:
    """The whole prompt. Raises Invalid for a picture that is none."""
    messages = [await _message(message, http) for message in request.messages]
    if sum(len(message.images) for message in messages) > MOST_PICTURES:
        raise _bad_picture(f"more than {MOST_PICTURES}", f"больше {MOST_PICTURES}")
    return Prompt(messages, sampling_of(request), _tools(request), _choice(request), _json_output(request))


def sampling_of(request: ChatRequest) -> Sampling:
    """How the caller wants it generated. Raises Invalid where that contradicts itself."""
    if request.top_logprobs is not None and not request.logprobs:
        raise Invalid(
            "invalid_parameter",
            en="“top_logprobs” needs “logprobs”: true.",
            ru="Для «top_logprobs» нужен «logprobs»: true.",
            fields={"param": "top_logprobs"},
        )
    stop = (request.stop,) if isinstance(request.stop, str) else tuple(request.stop or ())
    return Sampling(
        temperature=request.temperature,
        max_tokens=request.limit,
        top_p=request.top_p,
        repetition_penalty=request.repetition_penalty,
        presence_penalty=request.presence_penalty,
        frequency_penalty=request.frequency_penalty,
        seed=request.seed,
        top_logprobs=(request.top_logprobs or 0) if request.logprobs else None,
        reasoning_effort=request.reasoning_effort,
        stop=stop,
    )


def _tools(request: ChatRequest) -> tuple[Tool, ...]:
    shapes = [tool.function for tool in request.tools or ()]
    return tuple(Tool(shape.name, shape.description, shape.parameters, bool(shape.strict)) for shape in shapes)


def _choice(request: ChatRequest) -> ToolChoice:
    is_parallel = request.parallel_tool_calls is not False
    match request.tool_choice:
        case NamedTool() as named:
            return ToolChoice("required", named.function.name, is_parallel)
        case None:
            return ToolChoice(is_parallel=is_parallel)
        case mode:
            return ToolChoice(mode, is_parallel=is_parallel)


def _json_output(request: ChatRequest) -> JsonOutput | None:
    asked = request.response_format
    if asked is None or asked.type == "text":
        return None
    if asked.json_schema is None:
        return JsonOutput()
    return JsonOutput(asked.json_schema.schema_, asked.json_schema.name, bool(asked.json_schema.strict))


async def _message(message: ChatMessage, http: HttpClient) -> Message:
    calls = [ToolCall(call.id, call.function.name, call.function.arguments) for call in message.tool_calls or ()]
    role = "system" if message.role == "developer" else message.role
    content: str | tuple[str | Image, ...] = message.content if isinstance(message.content, str) else ""
    if isinstance(message.content, list):
        content = await _parts(message.content, http)
    return Message(role, content, tuple(calls), message.tool_call_id or "")


async def _parts(parts: Sequence[Part], http: HttpClient) -> str | tuple[str | Image, ...]:
    found: list[str | Image] = []
    for part in parts:
        match part:
            case TextPart():
                found.append(part.text)
            case ImagePart():
                found.append(await _picture(part.image_url.url, http))
            case _:
                found.append(part.refusal)
    if all(isinstance(part, str) for part in found):
        return "\n".join(str(part) for part in found)
    return tuple(found)


async def _picture(url: str, http: HttpClient) -> Image:
    if match := _DATA.match(url):
        try:
            data = b64decode(url[match.end() :], validate=True)
        except Base64Error as error:
            raise _bad_picture("its base64 is broken", "повреждён base64") from error
        return _checked(data, match["type"].lower())
    request = HttpRequest("GET", url, kind=DestinationKind.TYPED, max_redirects=3)
    try:
        async with http.request(request) as response:
            if response.status != HTTPStatus.OK:
                raise _bad_picture("its address does not answer with a picture", "по адресу нет картинки")
            declared = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return _checked(await response.read(MOST_PICTURE_BYTES), declared)
    except SecretaryError as error:
        if error.code == "bad_picture":
            raise
        raise _bad_picture("its address cannot be reached", "по адресу ничего не открывается") from error


def _checked(data: bytes, declared: str) -> Image:
    """By its first bytes: what a server declares is only believed where they say nothing."""
    found = next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)
    if found is None and data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        found = "image/webp"
    if found is None or len(data) > MOST_PICTURE_BYTES or declared not in {*PICTURE_TYPES, "application/octet-stream"}:
        raise _bad_picture("it is no PNG, JPEG, WebP or GIF of up to 20 MB", "это не PNG, JPEG, WebP или GIF до 20 МБ")
    return Image(found, data)


def _bad_picture(en: str, ru: str) -> Invalid:
    return Invalid(
        "bad_picture",
        en=f"A picture cannot be used: {en}.",
        ru=f"Картинку нельзя использовать: {ru}.",
        fields={"param": "messages"},
    )
