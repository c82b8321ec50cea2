"""The one way out over HTTP: time limits, proxies, size limits, and the guard against addresses a user typed.

Importing this package does not import aiohttp: the first request does.
"""

from secretary.kernel.http.addresses import is_public
from secretary.kernel.http.client import HttpClient
from secretary.kernel.http.request import DestinationKind, HttpRequest, HttpTimeouts, Proxy
from secretary.kernel.http.response import HttpResponse

__all__ = ["DestinationKind", "HttpClient", "HttpRequest", "HttpResponse", "HttpTimeouts", "Proxy", "is_public"]
