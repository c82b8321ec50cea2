"""Audit: who changed what and when, kept so that a changed or removed row shows. Not what a change was about."""
