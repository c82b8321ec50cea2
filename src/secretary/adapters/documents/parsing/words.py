"""Word documents: through HTML, which keeps headings, lists and tables."""

import io
import zipfile
from xml.parsers.expat import ExpatError

from secretary.adapters.documents.limits import ReadingLimits
from secretary.adapters.documents.parsing.archives import open_archive, refuse_entities
from secretary.adapters.documents.parsing.pages import read_html
from secretary.adapters.documents.parsing.shapes import Parsed, Unreadable

_STYLES = "\n".join(
    f"p[style-name='{name}'] => {tag}:fresh"
    for name, tag in {"Title": "h1", "Название": "h1", "Subtitle": "p", "Подзаголовок": "p"}.items()
)


def read_docx(data: bytes, limits: ReadingLimits) -> Parsed:
    """Raises Unreadable("damaged")."""
    import mammoth  # noqa: PLC0415 - only this kind needs it

    refuse_entities(open_archive(data, limits))
    without_pictures = mammoth.images.img_element(lambda _picture: {"src": ""})
    try:
        made = mammoth.convert_to_html(io.BytesIO(data), convert_image=without_pictures, style_map=_STYLES)
    except (KeyError, ValueError, AttributeError, IndexError, OSError, ExpatError, zipfile.BadZipFile) as error:
        raise Unreadable("damaged") from error
    return read_html(made.value, limits)
