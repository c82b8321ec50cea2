"""The responders, one a stage."""
