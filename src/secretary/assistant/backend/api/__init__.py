"""`/admin/llm` where it concerns the default assistant. These come before `llm.api`: `presets/current` and
`prompt/history` are no ids.
"""

from secretary.assistant.backend.api.choice import router as choice
from secretary.assistant.backend.api.prompt import router as prompt
from secretary.assistant.backend.api.speaking import router as speaking

ROUTERS = (choice, prompt, speaking)
