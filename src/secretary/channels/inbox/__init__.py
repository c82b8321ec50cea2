"""The inbox, contacts and canned answers, as staff see and steer them. What they rest on is in `conversations`."""
