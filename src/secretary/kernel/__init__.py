"""The kernel: database, unit of work, jobs, events, errors, secrets, HTTP client. No product words."""
