"""The endpoints of operations: overview, jobs, schedules, status, what changes, local models, web push, first steps."""

from secretary.operations.api.events import router as events
from secretary.operations.api.jobs import router as jobs
from secretary.operations.api.local_models import router as local_models
from secretary.operations.api.overview import router as overview
from secretary.operations.api.push import router as push
from secretary.operations.api.setup import router as setup
from secretary.operations.api.status import router as status

routers = (overview, jobs, status, events, local_models, push, setup)

__all__ = ["routers"]
