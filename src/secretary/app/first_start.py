"""The first start: a fresh installation gets an admin, personas, an assistant, demo knowledge and a widget."""

from secretary.accounts.first_start import FirstAdmin, create_first_admin
from secretary.accounts.service import open_house
from secretary.app.build import App
from secretary.app.demo import DEMO_CARD, DEMO_WIDGET
from secretary.assistant import queries as assistant_queries
from secretary.assistant import service as assistants
from secretary.assistant.service import AssistantFields
from secretary.channels import service as channels
from secretary.knowledge.seed import seed_demo
from secretary.llm.service import seed_personas


async def prepare(app: App) -> FirstAdmin | None:
    """Store what a fresh installation needs; an old one stays as it is. Returns the admin if one was created.

    The admin comes last: nothing can fail any more between his birth and the moment when his password is shown.
    """
    await _seed(app)
    admin = await create_first_admin(app.units, app.accounts.passwords, app.settings.admin_username)
    if not app.settings.auth_enabled:
        async with app.units.read() as unit:
            app.authenticator.anonymous = await open_house(unit)
    return admin


async def _seed(app: App) -> None:
    async with app.units.write() as unit:
        await seed_personas(unit)
        if await assistant_queries.default_assistant(unit.db) is None:
            await seed_demo(unit)
            fields = AssistantFields(name="Секретарь", persona_id=app.settings.persona, card=DEMO_CARD)
            await assistants.create(unit, fields, is_default=True)
            await channels.create_instance(unit, "widget", {"name": "Demo"}, DEMO_WIDGET, AssistantFields())
