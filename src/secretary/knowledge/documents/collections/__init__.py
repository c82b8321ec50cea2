"""Collections: bodies of knowledge, each with documents and a FAQ, that assistants use."""
