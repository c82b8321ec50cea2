"""What models cost, and how many tokens a prompt can have at most: known before a call is made."""

from secretary.llm.prices.book import PriceBook
from secretary.llm.prices.price import Price, cost
from secretary.llm.prices.tokens import tokens_at_most

__all__ = ["Price", "PriceBook", "cost", "tokens_at_most"]
