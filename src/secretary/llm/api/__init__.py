"""`/admin/llm`: providers, presets with their prompts, what models there are. What concerns the default assistant is
in `assistant.backend`.
"""

from secretary.llm.api.models import router as models
from secretary.llm.api.presets import router as presets
from secretary.llm.api.prompts import router as prompts
from secretary.llm.api.providers import router as providers

ROUTERS = (providers, presets, prompts, models)
