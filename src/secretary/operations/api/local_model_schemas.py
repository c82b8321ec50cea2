"""What the endpoints of local models take and give."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from secretary.kernel.errors import Language
from secretary.kernel.jobs import JobState
from secretary.operations.local_models.errors import model_error, text_of
from secretary.operations.local_models.machine import Fit
from secretary.operations.local_models.names import Wanted, wanted, wanted_file
from secretary.operations.local_models.pulls import Pull
from secretary.operations.local_models.service import LocalModel


class RunningOut(BaseModel):
    """How the model that is run is doing: a stable state, and what it means."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    state: str
    text: str


class InstalledOut(BaseModel):
    """A file on the disk; where it came from, unless a person put it there. `is_chosen`: the one to be run."""

    name: str
    size_bytes: int
    is_chosen: bool
    repository: str = ""
    file: str = ""
    commit: str = ""
    sha256: str = ""
    licence: str = ""
    pulled: datetime | None = None


class LocalModelOut(BaseModel):
    """A model that is recommended, installed, or both."""

    name: str
    title: str
    is_recommended: bool
    repository: str = ""
    file: str = ""
    licence: str = ""
    languages: list[Language] = Field(default_factory=list)
    context_tokens: int | None = None
    computer_gb: int | None = None
    size_bytes: int
    memory_bytes: int
    fit: Fit
    note: str = ""
    installed: InstalledOut | None
    running: RunningOut | None

    @classmethod
    def of(cls, one: LocalModel, language: Language) -> "LocalModelOut":
        known, installed = one.recommended, _installed(one)
        running = RunningOut.model_validate(one.running) if one.running else None
        common = {"name": one.name, "memory_bytes": one.memory_bytes, "fit": one.fit}
        if known is None:
            size = installed.size_bytes if installed else 0
            return cls(
                **common, title=one.name, is_recommended=False, size_bytes=size, installed=installed, running=running
            )
        return cls(
            **common,
            title=known.title,
            is_recommended=True,
            repository=known.repository,
            file=known.file,
            licence=known.licence,
            languages=list(known.languages),
            context_tokens=known.context_tokens,
            computer_gb=known.computer_gb,
            size_bytes=known.size_bytes,
            note=known.note(language),
            installed=installed,
            running=running,
        )


class PullOut(BaseModel):
    """A download that is not done; `text` says what went wrong last, if anything did."""

    job_id: str
    repository: str
    file: str
    state: JobState
    progress: dict[str, JsonValue] | None
    error: str | None
    text: str

    @classmethod
    def of(cls, pull: Pull, language: Language) -> "PullOut":
        job, asked = pull.job, pull.order.wanted
        return cls(
            job_id=job.id,
            repository=asked.repository,
            file=asked.file,
            state=job.state,
            progress=job.progress,
            error=job.last_error,
            text=text_of(job.last_error, language) if job.last_error else "",
        )


class LocalModelsOut(BaseModel):
    """A page of models, the memory of the computer, what is run, and what is being downloaded."""

    models: list[LocalModelOut]
    total: int
    memory_total_bytes: int
    memory_available_bytes: int
    running: RunningOut | None
    pulls: list[PullOut]


class PullIn(BaseModel):
    """Either `model` (a recommended name, or OWNER/REPOSITORY:FILE) or `repository` and `file`."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(default="", max_length=400)
    repository: str = Field(default="", max_length=200)
    file: str = Field(default="", max_length=300)
    update: bool = False
    use: bool = True

    def wanted(self) -> Wanted:
        """Raises Invalid("bad_model_name")."""
        if bool(self.model) == bool(self.repository):
            raise model_error("bad_model_name")
        return wanted(self.model) if self.model else wanted_file(self.repository, self.file)


class PullAskedOut(BaseModel):
    """The job that stands for the download."""

    status: str = "queued"
    job_id: str
    model: str


class ModelDoneOut(BaseModel):
    """It is done."""

    status: str = "ok"
    model: str = ""


def _installed(one: LocalModel) -> InstalledOut | None:
    here = one.installed
    if here is None:
        return None
    source = here.source.model_dump() if here.source else {}
    facts = {"name": here.name, "size_bytes": here.size_bytes, "is_chosen": here.is_chosen}
    return InstalledOut.model_validate(source | facts)
