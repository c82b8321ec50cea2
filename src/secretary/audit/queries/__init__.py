"""Every statement on the audit log: `links` of the chain, `pages` for readers."""
