"""The tools of document imports, from the settings."""

from secretary.adapters.documents.reader import ChildReader
from secretary.adapters.documents.robots import SiteRobots
from secretary.adapters.documents.web import HttpWeb
from secretary.kernel.http import HttpClient
from secretary.knowledge.documents.ports import Index
from secretary.knowledge.documents.tools import Tools
from secretary.knowledge.documents.uploads import UploadShelf
from secretary.knowledge.search.ports import Search
from secretary.settings import Settings


def document_tools(settings: Settings, http: HttpClient, search: Search, index: Index) -> Tools:
    """Everything that reads, fetches and watches; nothing is touched yet."""
    return Tools(
        reader=ChildReader(),
        web=HttpWeb(http),
        robots=SiteRobots,
        uploads=UploadShelf(settings.data_dir / "uploads", settings.max_upload_bytes),
        wiki=settings.wiki_dir or settings.data_dir / "wiki-pages",
        crawls=settings.data_dir / "crawls",
        index=index,
        search=search,
    )
