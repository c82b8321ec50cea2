"""A site on loopback, in threads of its own: pages, redirects, faults, a trap of endless links, a page that is held."""

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

PATIENCE_S = 30


@dataclass(slots=True)
class Page:
    """What an address answers. `cut` bytes of the body are sent before the connection breaks off."""

    body: bytes
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


@dataclass
class Site:
    """`unchanged` were asked for by somebody who has them. `held` is set once somebody asks for an address in `holding`, which then waits for `release`."""

    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    holding: set[str] = field(default_factory=set)
    held: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def page(self, path: str, title: str, text: str, *links: str, head: str = "") -> None:
        """A page as sites have them: the same around each, its own text in the middle."""
        anchors = "".join(f'<a href="{link}">{link}</a> ' for link in links)
        self.pages[path] = Page(
            f"<html><head><title>{title}</title>{head}</head><body><nav>{anchors}Главная Контакты Корзина</nav>"
            f"<div class='cookie-consent'>Мы используем cookie</div><main><h1>{title}</h1><p>{text}</p></main>"
            f"<footer>© Магазин</footer></body></html>".encode()
        )

    def text(self, path: str, body: str, kind: str = "text/plain") -> None:
        self.pages[path] = Page(body.encode(), kind)

    def redirect(self, path: str, location: str) -> None:
        self.pages[path] = Page(b"", status=302, headers={"Location": location})

    def sitemap(self, *paths: str, path: str = "/sitemap.xml") -> None:
        places = "".join(f"<url><loc>{self.url}{one}</loc></url>" for one in paths)
        self.text(path, f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>', "text/xml")

    def answer(self, path: str) -> Page:
        """What this address says; below /trap every page leads to two more."""
        if path in self.pages:
            return self.pages[path]
        if path.startswith("/trap"):
            number = int(path.partition("?n=")[2] or 0)
            text = f"<html><body><main><h1>{number}</h1><p>Страница {number}</p></main>"
            links = "".join(f'<a href="/trap?n={number * 2 + more}">ещё</a>' for more in (1, 2))
            return Page(f"{text}{links}".encode())
        return Page(b"<html><body>404</body></html>", status=404)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, site: Site) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.site = site

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that left is no news."""


class _Answers(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site = self.server.site
        site.asked.append(self.path)
        if self.path in site.holding:
            site.held.set()
            site.release.wait(PATIENCE_S)
        page = site.answer(self.path)
        if "ETag" in page.headers and self.headers["If-None-Match"] == page.headers["ETag"]:
            site.unchanged.append(self.path)
            page = Page(b"", status=304)
        with suppress(OSError):
            self.send_response(page.status)
            for name, value in {
                "Content-Type": page.kind,
                "Content-Length": str(len(page.body)),
                **page.headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page.body if page.cut is None else page.body[: page.cut])
        self.close_connection = page.cut is not None

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""
