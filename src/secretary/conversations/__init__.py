"""Conversations: sessions and their tree of messages, whoever wrote them and wherever."""
