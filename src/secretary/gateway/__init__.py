"""The OpenAI-compatible `/v1`: other programs speak to assistants, and straight to models, as they speak to OpenAI."""
