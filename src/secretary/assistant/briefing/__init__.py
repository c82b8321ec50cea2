"""What a person sees who takes a conversation over: what it is about, and what he might answer."""
