"""PowerPoint: a heading and its points a slide. Speaker's notes and hidden slides are not for customers."""

import io
from collections.abc import Iterator
from typing import Any

from secretary.adapters.documents.limits import ReadingLimits
from secretary.adapters.documents.parsing.archives import open_archive, refuse_entities
from secretary.adapters.documents.parsing.shapes import Parsed, Unreadable
from secretary.adapters.documents.parsing.tables import table

_DEPTH = 20


def read_pptx(data: bytes, limits: ReadingLimits) -> Parsed:
    """Raises Unreadable: damaged, too_many_pages."""
    from lxml.etree import LxmlError  # noqa: PLC0415 - only this kind needs it
    from pptx import Presentation  # noqa: PLC0415 - as above
    from pptx.exc import PythonPptxError  # noqa: PLC0415 - as above

    refuse_entities(open_archive(data, limits))
    try:
        slides = list(Presentation(io.BytesIO(data)).slides)
        if len(slides) > limits.pages:
            raise Unreadable("too_many_pages")
        told = [_slide(slide) for slide in slides if slide._element.get("show") != "0"]  # noqa: SLF001 - no other way
    except (PythonPptxError, LxmlError, KeyError, ValueError, AttributeError, OSError) as error:
        raise Unreadable("damaged") from error
    return Parsed("\n\n".join(part for part in told if part))


def _slide(slide: Any) -> str:
    title = slide.shapes.title
    heading = " ".join(title.text_frame.text.split()) if title is not None else ""
    parts = [f"## {heading}"] if heading else []
    for shape in slide.shapes:
        if title is None or shape.shape_id != title.shape_id:
            parts += _shape(shape)
    return "\n\n".join(parts)


def _shape(shape: Any, depth: int = 0) -> Iterator[str]:
    if hasattr(shape, "shapes") and depth < _DEPTH:
        for inner in shape.shapes:
            yield from _shape(inner, depth + 1)
    elif getattr(shape, "has_table", False):
        yield table([[cell.text for cell in row.cells] for row in shape.table.rows])
    elif getattr(shape, "has_text_frame", False):
        points = [(point.level, " ".join(point.text.split())) for point in shape.text_frame.paragraphs]
        told = [f"{'  ' * level}- {text}" for level, text in points if text]
        if told:
            yield "\n".join(told) if len(told) > 1 else told[0].strip().removeprefix("- ")
