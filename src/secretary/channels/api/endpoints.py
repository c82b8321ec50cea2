"""The use cases behind the endpoints of one kind of messenger: instances with their secrets, and how they are doing."""

from typing import Any

from pydantic import BaseModel

from secretary.accounts.reach import ensure_may_touch, owner_filter
from secretary.accounts.rights import Module
from secretary.assistant import service as assistants
from secretary.channels import queries, schemas, secrets, service
from secretary.channels.api.deps import MessengerServices
from secretary.channels.api.shapes import MessengerFields, StatusOut
from secretary.channels.incoming import queries as threads
from secretary.channels.messenger import Messenger
from secretary.channels.models import ChannelInstance, ChannelRun
from secretary.channels.running import queries as runs
from secretary.channels.running.service import state_of
from secretary.kernel.unit import Actor, Unit


class MessengerEndpoints:
    """The handlers for one kind."""

    def __init__(self, messenger: Messenger, module: Module) -> None:
        self.messenger = messenger
        self.module = module

    async def listing(
        self, unit: Unit, offered: MessengerServices, actor: Actor, *, enabled_only: bool, limit: int, offset: int
    ) -> dict[str, Any]:
        owner = owner_filter(actor, self.module)
        rows, total = await queries.instances(
            unit.db, self.messenger.kind, owner_id=owner, enabled_only=enabled_only, limit=limit, offset=offset
        )
        at_work = await runs.runs(unit.db, [row.id for row in rows])
        shown = [await self.shown(unit, offered, row, at_work.get(row.id)) for row in rows]
        return {"instances": shown, "total": total}

    async def visible(self, unit: Unit, actor: Actor, instance_id: str) -> ChannelInstance:
        row = await service.get_instance(unit, self.messenger.kind, instance_id)
        if row.owner_id is not None:
            ensure_may_touch(actor, self.module, row.owner_id, "view")
        return row

    async def touched(self, unit: Unit, actor: Actor, instance_id: str) -> ChannelInstance:
        row = await self.visible(unit, actor, instance_id)
        ensure_may_touch(actor, self.module, row.owner_id)
        return row

    async def create(self, unit: Unit, offered: MessengerServices, actor: Actor, body: BaseModel) -> ChannelInstance:
        fields = schemas.OwnFields().model_dump(exclude={"assistant_id"}) | schemas.own_fields(body)
        await self._check_assistant(unit, actor, fields.get("assistant_id"))
        settings = self.messenger.settings.model_validate(schemas.settings_sent(self.messenger, body))
        row = await service.create_instance(
            unit, self.messenger.kind, fields, settings.model_dump(mode="json"), schemas.assistant_sent(body)
        )
        await self._keep_secrets(unit, offered, row, body)
        await self._switch(unit, offered, row, body)
        return row

    async def change(
        self, unit: Unit, offered: MessengerServices, actor: Actor, row: ChannelInstance, body: BaseModel
    ) -> None:
        fields = schemas.own_fields(body)
        await self._check_assistant(unit, actor, fields.get("assistant_id"))
        sent = schemas.settings_sent(self.messenger, body)
        await service.change_instance(unit, row, fields, sent, schemas.assistant_sent(body))
        await self._keep_secrets(unit, offered, row, body)
        await self._switch(unit, offered, row, body)

    async def _keep_secrets(
        self, unit: Unit, offered: MessengerServices, row: ChannelInstance, body: BaseModel
    ) -> None:
        """A secret as it was shown is none that was sent."""
        names = body.model_fields_set & set(self.messenger.secrets.model_fields)
        before = secrets.shown(secrets.opened(offered.vault, self.messenger, row))
        sent = {name: value for name in names if (value := getattr(body, name)) != before[name] or not value}
        secrets.keep(offered.vault, self.messenger, row, sent)
        mark = row.secret_mark
        if mark and await queries.taken_by_another(unit.db, row.kind, mark, row.id):
            raise secrets.taken_twice()
        await unit.db.flush()

    async def _switch(self, unit: Unit, offered: MessengerServices, row: ChannelInstance, body: BaseModel) -> None:
        """`auto_start` may be sent with the other fields, too."""
        if "auto_start" in body.model_fields_set:
            row.auto_start = getattr(body, "auto_start", False)
        if row.auto_start and row.enabled:
            self.messenger.ready(self.messenger.settings.model_validate(row.settings), self.secrets_of(offered, row))
        await unit.db.flush()

    def secrets_of(self, offered: MessengerServices, row: ChannelInstance) -> Any:
        return secrets.opened(offered.vault, self.messenger, row)

    async def shown(
        self, unit: Unit, offered: MessengerServices, row: ChannelInstance, run: ChannelRun | None
    ) -> dict[str, Any]:
        assistant = await assistants.get(unit, row.assistant_id)
        state = state_of(row, run, unit.now())
        values = self.secrets_of(offered, row)
        return (
            schemas.shown(self.messenger, row, assistant)
            | secrets.shown(values)
            | MessengerFields(auto_start=row.auto_start).model_dump()
            | {
                "running": state.is_running,
                "status": state.status,
                "error": state.error,
                "since": state.since,
                "pid": pid_of(run) if state.is_running else None,
                "has_token": row.secret_mark is not None,
                "bot_id": state.identity.get("id", ""),
                "bot_name": state.identity.get("name", ""),
                "bot_link": state.identity.get("link", ""),
                "webhook_url": f"{offered.public_url.rstrip('/')}/webhooks/{row.kind}/{row.webhook_key}"
                if row.webhook_key
                else "",
            }
        )

    async def one(self, unit: Unit, offered: MessengerServices, row: ChannelInstance) -> dict[str, Any]:
        return await self.shown(unit, offered, row, await runs.run(unit.db, row.id))

    async def status(self, unit: Unit, row: ChannelInstance) -> StatusOut:
        run = await runs.run(unit.db, row.id)
        state = state_of(row, run, unit.now())
        return StatusOut(
            id=row.id,
            name=row.name,
            enabled=row.enabled,
            running=state.is_running,
            status=state.status,
            error=state.error,
            since=state.since,
            pid=pid_of(run) if state.is_running else None,
            has_token=row.secret_mark is not None,
            active_sessions=await threads.count_threads(unit.db, row.id),
            allowed_users_count=len(row.settings.get("allowed_users", row.settings.get("allowed_phones", ()))),
            admin_users_count=len(row.settings.get("admin_users", ())),
        )

    async def _check_assistant(self, unit: Unit, actor: Actor, assistant_id: str | None) -> None:
        """An instance may point at an assistant that its owner sees, at no other."""
        if assistant_id is not None:
            assistant = await assistants.get(unit, assistant_id)
            if assistant.owner_id is not None:
                ensure_may_touch(actor, "assistants", assistant.owner_id, "view")


def pid_of(run: ChannelRun | None) -> int | None:
    """The process that holds an instance: its holder's name begins with it."""
    begins = (run.holder or "").partition("-")[0] if run is not None else ""
    return int(begins) if begins.isdigit() else None
