"""Is it Meta? The signature of every update, and the answer to Meta's question whether the webhook is ours."""

import hashlib
import hmac
import re
from typing import Final

from secretary.adapters.channels.whatsapp.settings import WhatsAppSecrets
from secretary.channels.messenger import WebhookRequest

_HEADER: Final = "x-hub-signature-256"
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_.-]{1,200}")


def is_signed(request: WebhookRequest, app_secret: str) -> bool:
    """HMAC-SHA256 of the raw body with the app's secret, in constant time; false without a secret or a header."""
    given = request.headers.get(_HEADER, "")
    if not app_secret or not given:
        return False
    right = f"sha256={hmac.new(app_secret.encode(), request.body, hashlib.sha256).hexdigest()}"
    return hmac.compare_digest(right.encode(), given.encode("utf-8", "replace"))


def challenge_of(request: WebhookRequest, secrets: WhatsAppSecrets) -> str | None:
    """What Meta wants to be told back when a webhook is entered there; None where its token is not ours.

    Only what looks like Meta's challenge is repeated, so that nobody can have a page of his own shown from here.
    """
    query, token = request.query, secrets.verify_token
    if query.get("hub.mode") != "subscribe" or not token:
        return None
    if not hmac.compare_digest(token.encode(), query.get("hub.verify_token", "").encode("utf-8", "replace")):
        return None
    challenge = query.get("hub.challenge", "")
    return challenge if _CHALLENGE.fullmatch(challenge) else None
