"""robots.txt (RFC 9309), read by the library of Scrapy."""

from collections.abc import Sequence
from typing import Final

from protego import Protego

AGENT: Final = "AI-Secretary"


class SiteRobots:
    """What one site asks of us."""

    def __init__(self, text: str) -> None:
        self._rules = Protego.parse(text)
        self.sitemaps: Sequence[str] = list(self._rules.sitemaps)
        self.delay_s: float = float(self._rules.crawl_delay(AGENT) or 0.0)

    def allows(self, url: str) -> bool:
        allowed: bool = self._rules.can_fetch(url, AGENT)
        return allowed
