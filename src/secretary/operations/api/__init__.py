"""The endpoints of operations: overview, jobs and schedules, status, and the stream of what changes."""

from secretary.operations.api.events import router as events
from secretary.operations.api.jobs import router as jobs
from secretary.operations.api.local_models import router as local_models
from secretary.operations.api.overview import router as overview
from secretary.operations.api.status import router as status

routers = (overview, jobs, status, events, local_models)

__all__ = ["routers"]
