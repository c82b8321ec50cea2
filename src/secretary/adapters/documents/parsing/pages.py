"""Web pages: what they say, without what surrounds it on every page of a site."""

import re
from typing import TYPE_CHECKING, Any

from secretary.adapters.documents.limits import ReadingLimits
from secretary.adapters.documents.parsing.shapes import Parsed, Unreadable

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

_SILENT = ("script", "style", "noscript", "template", "iframe", "svg", "canvas", "object", "head", "select", "button")
_AROUND = ("nav", "footer", "aside", "dialog")
_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "dialog", "alertdialog", "complementary"})
_NAMES = re.compile(
    r"(^|[\s_-])(cookies?|consent|gdpr|breadcrumbs?|sidebar|nav(bar|igation)?|menu|footer|popup|modal|share|social"
    r"|skip-link|pagination)([\s_-]|$)",
    re.IGNORECASE,
)
_KEPT = ("html", "body", "main", "article")
_BLANKS = re.compile(r"\n{3,}")
_DEEP = 400
_RECURSION = 20_000


def read_html(data: bytes | str, limits: ReadingLimits, charset: str = "") -> Parsed:
    """Markdown of a page. Links are their text. Raises Unreadable("damaged") for one that is no page."""
    import sys  # noqa: PLC0415 - beside its only use

    from bs4 import BeautifulSoup  # noqa: PLC0415 - only this kind needs it

    sys.setrecursionlimit(_RECURSION)
    try:
        soup = BeautifulSoup(data, "lxml", from_encoding=charset if charset and isinstance(data, bytes) else None)
        title = " ".join(soup.title.get_text().split()) if soup.title else ""
        links, canonical, is_listed = _links(soup, limits), _canonical(soup), _is_listed(soup)
        _flatten(soup)
        body = soup.body or soup
        everything = _markdown(body) if _strip(soup) else ""
        told = _markdown(_middle(soup, body)) or everything
    except (RecursionError, AssertionError, ValueError, TypeError) as error:
        raise Unreadable("damaged") from error
    return Parsed(told, _first_heading(told) or title, links, canonical, is_listed)


def _strip(soup: "BeautifulSoup") -> bool:
    """Remove what is never read aloud; True, so that what is left is kept before more is removed."""
    for tag in soup.find_all(_SILENT):
        tag.decompose()
    return True


def _middle(soup: "BeautifulSoup", body: Any) -> Any:
    """The part of the page that is its own."""
    for tag in soup.find_all(True):  # noqa: FBT003 - the library's word for every tag
        if not tag.decomposed and _is_around(tag):
            tag.decompose()
    mains = soup.select("main") or soup.select("[role=main]") or soup.select("article")
    return mains[0] if len(mains) == 1 else body


def _is_around(tag: Any) -> bool:
    if tag.name in _KEPT or tag.attrs is None:
        return False
    if tag.name == "header":
        return tag.find("h1") is None
    is_named = tag.name in _AROUND or str(tag.get("role", "")) in _ROLES or tag.get("aria-hidden") == "true"
    if is_named or tag.has_attr("hidden"):
        return True
    names = " ".join([*(tag.get_attribute_list("class")), str(tag.get("id", ""))] if tag.attrs else [])
    return bool(_NAMES.search(names)) and tag.find(["main", "article", "h1"]) is None


def _markdown(tag: Any) -> str:
    from markdownify import MarkdownConverter  # noqa: PLC0415 - only this kind needs it

    converter = MarkdownConverter(
        heading_style="atx", bullets="-", strip=["a", "img"], escape_asterisks=False, escape_underscores=False,
        escape_misc=False, table_infer_header=True,
    )  # fmt: skip
    text = converter.convert_soup(tag)
    return _BLANKS.sub("\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()


def _flatten(soup: "BeautifulSoup") -> None:
    """What stands in hundreds of tags becomes plain text: more of them would exhaust those who walk through them."""
    deep: list[tuple[Any, int]] = [(soup, 0)]
    while deep:
        tag, depth = deep.pop()
        if depth > _DEEP:
            tag.string = " ".join(tag.get_text(" ").split())
        else:
            deep += [(child, depth + 1) for child in tag.children if getattr(child, "name", None)]


def _links(soup: "BeautifulSoup", limits: ReadingLimits) -> list[str]:
    """Where the page leads, as it says it itself; `base` and what asks not to be followed are honoured."""
    from urllib.parse import urljoin  # noqa: PLC0415 - beside its only use

    base = soup.find("base", href=True)
    start = str(base["href"]) if base else ""
    found = [
        urljoin(start, str(link["href"]).strip())
        for link in soup.find_all("a", href=True, limit=limits.links)
        if "nofollow" not in link.get_attribute_list("rel")
    ]
    return [link for link in dict.fromkeys(found) if len(link) <= 2_000]  # noqa: PLR2004 - as long as we store


def _canonical(soup: "BeautifulSoup") -> str:
    found = soup.find("link", rel="canonical", href=True)
    return str(found["href"]).strip() if found else ""


def _is_listed(soup: "BeautifulSoup") -> bool:
    found = soup.find("meta", attrs={"name": re.compile("^robots$", re.IGNORECASE)})
    return "noindex" not in str(found.get("content", "")).lower() if found else True


def _first_heading(markdown: str) -> str:
    found = re.search(r"^#\s+(.+)$", markdown, re.MULTILINE)
    return found[1].strip() if found else ""
