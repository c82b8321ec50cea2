"""Questions with ready answers: how a message is compared with them, quickly and without surprises."""
