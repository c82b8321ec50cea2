"""A Telegram Bot API server on loopback, driven by the official description.

Written from core.telegram.org/bots/api (versions 10.1 and, for the stop button, 10.3). What it refuses, it refuses in
Telegram's words, which are not all documented: those were taken from what the public server answers.
"""

from tests.support.fakes.telegram.service import FakeTelegram

__all__ = ["FakeTelegram"]
