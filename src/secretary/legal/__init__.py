"""The law: consents to the processing of personal data, and the pages that tell of it."""
