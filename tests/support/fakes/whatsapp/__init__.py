"""A WhatsApp Cloud API server (Meta's Graph API) on loopback, driven by the official description.

Written from Meta's OpenAPI description v23.0, and, for what came after it, from
developers.facebook.com/documentation/business-messaging/whatsapp: error codes (2026-05), throughput and pair limits
(2026-05), media, typing indicators, business-scoped user ids (2026-08), webhook messages edit and revoke (2026-07).
"""

from tests.support.fakes.whatsapp.service import FakeWhatsApp

__all__ = ["FakeWhatsApp"]
