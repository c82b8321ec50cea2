"""Telegram: a thin client of the Bot API over the house's HTTP, what its updates say, and how messages look there.

Protocol: core.telegram.org/bots/api, versions 10.1 and (for the stop button of a draft) 10.3; read 2026-11.
"""
