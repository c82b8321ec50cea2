"""WhatsApp by Meta's Cloud API: one business number an instance, updates by webhook."""

from secretary.adapters.channels.whatsapp.messenger import WhatsAppMessenger

__all__ = ["WhatsAppMessenger"]
