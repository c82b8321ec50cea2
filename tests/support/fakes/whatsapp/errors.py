"""Meta's error objects: code, title and HTTP status as in its list of error codes (2026-05)."""

from typing import Any
from uuid import uuid4

_KNOWN: dict[int, tuple[int, str, str]] = {
    2: (500, "Service temporarily unavailable", "An unexpected error occurred. Please retry your request"),
    4: (429, "Application request limit reached", "The app has reached its API call rate limit"),
    10: (403, "Application does not have permission for this action", "Permission denied"),
    100: (400, "Invalid parameter", "The request included one or more unsupported or misspelled parameters"),
    190: (401, "Invalid OAuth access token", "Your access token has expired or is wrong"),
    130429: (429, "Rate limit hit", "Cloud API message throughput has been reached"),
    131026: (400, "Message undeliverable", "Unable to deliver message"),
    131030: (400, "Recipient phone number not in allowed list", "Add it to the allowed list"),
    131047: (400, "Re-engagement message", "More than 24 hours have passed since the recipient last replied"),
    131051: (400, "Unsupported message type", "Unsupported message type"),
    131052: (400, "Media download error", "Unable to download the media sent by the user"),
    131053: (400, "Media upload error", "Unable to upload the media used in the message"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit", "Too many messages to this recipient"),
    132000: (400, "Number of parameters does not match the expected number of params", "Template parameter count"),
    132001: (404, "Template name does not exist in the translation", "The template does not exist in the language"),
    132005: (400, "Translated text too long", "Translated text is too long"),
    132018: (400, "Template parameter issue", "Param text cannot have new-line/tab characters or more than 4 spaces"),
    133010: (400, "Phone number not registered", "Phone number is not registered on the WhatsApp Business Platform"),
}
_BY_STATUS = {400: 100, 401: 190, 403: 10, 404: 100, 429: 130429, 500: 2, 503: 2}


class Refused(Exception):
    """A request is answered with an error."""

    def __init__(self, code: int, details: str = "", status: int = 0) -> None:
        known = _KNOWN.get(code, (400, "Something went wrong", ""))
        super().__init__(known[1])
        self.code, self.title = code, known[1]
        self.status = status or known[0]
        self.details = details or known[2]

    @classmethod
    def by_status(cls, status: int) -> "Refused":
        return cls(_BY_STATUS.get(status, 2), status=status)

    def body(self) -> dict[str, Any]:
        about: dict[str, Any] = {
            "message": f"(#{self.code}) {self.title}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": f"A{uuid4().hex[:22]}",
        }
        return {"error": about | ({"is_transient": True} if self.code == 2 else {})}

    def in_status(self) -> dict[str, Any]:
        """The same error in a webhook."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details},
        }
