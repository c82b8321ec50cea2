"""Who embeds passages and questions: the packaged models, a provider's, or a file of this machine, as was chosen."""
