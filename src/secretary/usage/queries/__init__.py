"""Every statement on usage: `rows` and `counters` for the ledger, `limits`, and `reading` for people."""
