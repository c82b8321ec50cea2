"""Accounts: users, their sign-ins and their rights. Not what they did (audit) nor what it cost (usage)."""
