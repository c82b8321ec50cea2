"""Canned answers: what somebody writes often, by a word."""
