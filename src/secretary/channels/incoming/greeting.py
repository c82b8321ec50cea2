"""The greeting: what a customer sees when he opens the chat for the first time, with the owner's buttons."""

from secretary.assistant import service as assistants
from secretary.channels.models import ChannelThread
from secretary.channels.outgoing.queueing import Way, queue
from secretary.channels.running.lines import Line
from secretary.conversations.handover import service as handover
from secretary.conversations.handover.service import held
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import QuickReply
from secretary.kernel.unit import Unit

TEXTS = {
    "ru": "Здравствуйте! Я секретарь{company}. Задайте вопрос, и я сразу отвечу.",
    "en": "Hello! I am the secretary{company}. Ask me anything and I will answer right away.",
}
OF = {"ru": " компании «{}»", "en": " of {}"}


async def greet(unit: Unit, line: Line, session: ChatSession, thread: ChannelThread) -> None:
    """Greet, unless a person has the conversation."""
    if await held(unit, [session.id]):
        return
    assistant = await assistants.get(unit, line.row.assistant_id)
    language = thread.language
    company = OF[language].format(assistant.card.company) if assistant.card.company else ""
    text = line.settings.welcome_message or TEXTS[language].format(company=company)
    buttons = [
        QuickReply(label=button.label, value=button.value or button.label)
        for button in getattr(line.settings, "action_buttons", ())
    ]
    message = await handover.say_notice(unit, session, text, buttons)
    await queue(unit, Way(line.kind, line.id, thread.id), session.id, message.id, is_automatic=True)
