"""Joins the parts into an `App`. Building touches no network and no file but the installation's key."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from secretary.accounts.authenticator import SessionAuthenticator
from secretary.accounts.limits import LoginLimits
from secretary.accounts.sign_in import Accounts
from secretary.accounts.tokens import AccessTokens
from secretary.adapters.channels.widget.channel import WidgetChannel
from secretary.adapters.hub import HuggingFace
from secretary.adapters.llm.factory import Models
from secretary.app.documents import document_tools
from secretary.app.embedding import ChosenVectors, places
from secretary.app.installation import ThisInstallation
from secretary.app.local import Engine, OnDisk
from secretary.app.messengers import Messaging, lines_of, messaging
from secretary.app.models import TYPES, models_of
from secretary.app.rerank import ChosenReranker
from secretary.app.search import PassageVectors, packaged_vectors
from secretary.app.self_test import SelfTest, self_test
from secretary.app.upkeep import Upkeep, upkeep
from secretary.assistant.aside import Aside
from secretary.assistant.attention import All
from secretary.assistant.briefing.service import Briefing
from secretary.assistant.chat.service import Chat
from secretary.assistant.queries import assistant as assistant_of
from secretary.assistant.queries import default_assistant
from secretary.assistant.reranking.judging import Reranking
from secretary.assistant.responders.admit import Admit
from secretary.assistant.responders.extract import Quote
from secretary.assistant.responders.faq import AnswerFromFaq
from secretary.assistant.responders.hand_over import HandOver
from secretary.assistant.responders.knowledge import Consult
from secretary.assistant.responders.llm import AskModel
from secretary.assistant.responders.message import TakeMessage
from secretary.assistant.rewriting import Rewriting
from secretary.assistant.runner import Limits, TurnRunner
from secretary.assistant.turn import in_order
from secretary.audit.keyring import Keyring
from secretary.audit.log import AuditLog
from secretary.channels.desk import FrontDesk
from secretary.channels.files import Files
from secretary.channels.messenger import Messenger
from secretary.channels.outgoing.outlet import MessengerOutlet
from secretary.channels.owner.telling import Telling
from secretary.channels.ports import Channel
from secretary.channels.running.lines import Lines
from secretary.gateway.answering import Answering
from secretary.gateway.api import Gateway
from secretary.gateway.edge import Border
from secretary.gateway.embeddings import Embedding
from secretary.gateway.sessions import Sessions
from secretary.gateway.targets import Targets
from secretary.kernel.broadcast import Broadcast, LocalBroadcast
from secretary.kernel.broadcast.postgresql import PostgresqlBroadcast
from secretary.kernel.broadcast.redis import RedisBroadcast
from secretary.kernel.clock import Clock, NewId, utc_now, uuid7
from secretary.kernel.db import Database
from secretary.kernel.events import EventBus
from secretary.kernel.http import HttpClient
from secretary.kernel.jobs import Worker
from secretary.kernel.limits import WindowLimiter
from secretary.kernel.secrets import Signer, Vault, derive_key, load_vault
from secretary.kernel.unit import Unit, UnitFactory
from secretary.knowledge.documents.jobs import handlers as document_handlers
from secretary.knowledge.documents.tools import Tools
from secretary.knowledge.faq.lookup import FaqLookup
from secretary.knowledge.ports import BusinessCard
from secretary.knowledge.regression.asking import Examiner
from secretary.knowledge.search.lazy import LazySearch
from secretary.knowledge.search.ports import Search
from secretary.llm.ports import ChatModel
from secretary.llm.prices import PriceBook
from secretary.llm.registry.own import VllmServer
from secretary.llm.registry.trial import Trial
from secretary.llm.routing.accounting import Accounting
from secretary.llm.routing.backends import Backends
from secretary.llm.routing.embedding import Embeds
from secretary.llm.routing.router import Router
from secretary.llm.specs import specs
from secretary.operations.changes import ChangeFeed
from secretary.operations.local_models.service import LocalModels
from secretary.operations.local_models.shelf import Shelf
from secretary.operations.push.delivery import Postman
from secretary.operations.push.service import Devices
from secretary.operations.work import handlers
from secretary.settings import Settings
from secretary.usage.ledger import Ledger
from secretary.usage.rules import Limits as UsageLimits

UNLIMITED = 1_000_000_000
WORKER_GRACE_S = 1.0  # long work goes on from where it was, so there is little to wait for


@dataclass(frozen=True, slots=True)
class Ports:
    """What a test replaces; None and the defaults are the real thing."""

    models: Mapping[str, ChatModel] | None = None
    database: Database | None = None
    clock: Clock = utc_now
    new_id: NewId = uuid7
    limits: Limits = field(default_factory=Limits)
    search: Search | None = None
    messengers: Mapping[str, Messenger] | None = None


@dataclass(frozen=True, slots=True)
class App:
    """The joined program. Requests find it in their scope as `services`."""

    settings: Settings
    database: Database
    units: UnitFactory
    vault: Vault
    audit: AuditLog
    http: HttpClient
    accounts: Accounts
    authenticator: SessionAuthenticator
    faq: FaqLookup
    search: LazySearch
    embedding: ChosenVectors
    passage_vectors: PassageVectors
    documents: Tools
    self_test: SelfTest
    upkeep: Upkeep
    backends: Backends
    on_disk: OnDisk | None
    local_models: LocalModels
    ledger: Ledger
    prices: PriceBook
    router: Router
    reranking: Reranking
    briefing: Briefing
    trial: Trial
    gateway: Gateway
    turns: TurnRunner
    desk: FrontDesk
    chat: Chat
    channels: Mapping[str, Channel]
    messaging: Messaging
    broadcast: Broadcast
    changes: ChangeFeed
    devices: Devices
    worker: Worker
    installation: ThisInstallation

    @property
    def deployment_mode(self) -> str:
        return self.settings.deployment_mode

    @property
    def examiner(self) -> Examiner:
        """Who asks the owner's regression questions."""
        return self.self_test.examiner

    @property
    def lines(self) -> Lines:
        """The messengers' instances as this process uses them."""
        return self.messaging.lines

    @property
    def outlet(self) -> MessengerOutlet:
        """The way out to messengers."""
        return self.messaging.outlet

    @property
    def files(self) -> Files:
        """What customers sent along."""
        return self.messaging.files

    @property
    def public_url(self) -> str:
        """Where providers reach us; empty where nobody has said it."""
        return self.settings.public_url

    @property
    def vllm(self) -> VllmServer:
        """The server of language models that the environment names."""
        return VllmServer(self.settings.vllm_api_url, self.settings.vllm_model)

    @property
    def data_dir(self) -> Path:
        return self.settings.data_dir

    async def business_card(self) -> BusinessCard:
        """The business that the default assistant speaks for."""
        async with self.units.read() as unit:
            assistant = await default_assistant(unit.db)
        return BusinessCard(**assistant.card.model_dump()) if assistant else BusinessCard()

    async def collections_of(self, unit: Unit, assistant_id: str) -> Sequence[str] | None:
        """Which collections an assistant searches (the default one where it is gone); None is the default one."""
        found = await assistant_of(unit.db, assistant_id) or await default_assistant(unit.db)
        return found.collections if found else None

    async def close(self) -> None:
        """End everything that was begun, in the order in which it depends on each other. Repeatable."""
        await self.self_test.watch.close()
        await self.upkeep.close()
        await self.messaging.close()
        await self.turns.stop()
        await self.ledger.close()
        await self.prices.close()
        await self.authenticator.close()
        await self.broadcast.close()
        await self.passage_vectors.close()
        await self.search.close()
        await self.embedding.close()
        await self.backends.close()
        if self.on_disk is not None:
            await self.on_disk.close()
        await self.http.aclose()
        await self.database.close()


def build(settings: Settings, ports: Ports | None = None) -> App:
    """Make the program from its settings. Raises Internal for a bad installation key."""
    ports = ports or Ports()
    vault = load_vault(settings.secret_key.get_secret_value() or None, settings.data_dir)
    database = ports.database or Database(settings.url_of_database)
    audit = AuditLog(Keyring(vault))
    units = UnitFactory(database, EventBus(), ports.clock, ports.new_id, audit)
    http = HttpClient(frozenset(settings.allowed_private_hosts))
    tokens = AccessTokens(_jwt_key(settings, vault), f"secretary:{vault.derive('installation').hex()[:16]}")
    shelf = Shelf(settings.data_dir / "models")
    on_disk = OnDisk(settings, shelf, http) if ports.models is None else None
    fixed = models_of(settings, http, on_disk.model) if on_disk else ports.models or {}
    factory = Models(http)
    find_local = on_disk.current if on_disk else None
    backends = Backends(units, factory, specs(vault), fixed, settings.llm_backend, TYPES, find_local=find_local)
    hub = HuggingFace(http, settings.hub_url, settings.hub_token.get_secret_value())
    local_models = LocalModels(hub, shelf, Engine(backends))
    ledger = Ledger(units, UsageLimits(units, business_zone))
    prices = PriceBook(units)
    accounting = Accounting(ledger, prices)
    vectors = packaged_vectors() if ports.models is None else None
    files = Shelf(shelf.folder / "embedding")
    place_of = places(backends, Embeds(accounting), http, files, settings.local_model_threads)
    embedding = ChosenVectors(units, place_of, vectors)
    engine = "memory" if database.is_sqlite else settings.search_engine
    index = LazySearch(units, engine=engine, models_now=embedding.models)
    search = ports.search or index
    documents = document_tools(settings, http, search, index)
    router = Router(backends, accounting)
    reranking = Reranking(ChosenReranker(units, backends, accounting, http))
    broadcast = _broadcast(settings)
    faq = FaqLookup(units)
    care = upkeep(units, vectors)

    def consult(searched: Search) -> Consult:
        return Consult(units, searched, Rewriting(router), reranking)

    tests = self_test(units, documents, faq, router, consult, embedding.models)
    devices = Devices(vault, settings.push_hosts)
    postman = Postman(units, devices, http, settings.push_contact)
    lines = lines_of(settings, units, vault, http, ports.messengers)
    attached = Files(units, lines, settings.data_dir / "attachments")
    outlet = MessengerOutlet(lines.messengers.values())
    telling = Telling()
    attention = All((postman, telling))
    responders = in_order(
        [
            Admit(attached),
            HandOver(attention),
            AnswerFromFaq(faq),
            consult(search),
            AskModel(units, router, attached),
            Quote(units),
            TakeMessage(attention),
        ]
    )
    targets = Targets(units, backends)
    turns = TurnRunner(units, responders, ports.limits, broadcast, outlet, telling.customer_wrote)
    messengers = messaging(settings, units, lines, attached, outlet, turns, broadcast)
    channels: dict[str, Channel] = {"widget": WidgetChannel(Signer(vault.derive_all("visitor")), ports.clock)}
    desk = FrontDesk(
        units,
        turns,
        {kind: channel.settings for kind, channel in channels.items()},
        _fingerprint(vault),
        _flood(settings, settings.rate_limit_chat),
    )
    gateway = Gateway(
        Border(_flood(settings, settings.rate_limit_v1)),
        targets,
        Answering(targets, router, Aside(responders, ports.clock), Sessions(units, turns), http),
        Embedding(targets, backends, Embeds(accounting)),
        ports.clock,
    )
    limits = LoginLimits()
    limits = replace(limits, address=replace(limits.address, free=settings.rate_limit_auth))
    return App(
        settings=settings,
        database=database,
        units=units,
        vault=vault,
        audit=audit,
        http=http,
        accounts=Accounts(units, tokens, vault, limits=limits, is_open_house=not settings.auth_enabled),
        authenticator=SessionAuthenticator(units, tokens),
        faq=faq,
        search=index,
        embedding=embedding,
        passage_vectors=PassageVectors(units, index),
        documents=documents,
        self_test=tests,
        upkeep=care,
        backends=backends,
        on_disk=on_disk,
        local_models=local_models,
        ledger=ledger,
        prices=prices,
        router=router,
        reranking=reranking,
        briefing=Briefing(units, router, search, faq),
        trial=Trial(units, router, factory, vault),
        gateway=gateway,
        turns=turns,
        desk=desk,
        chat=Chat(units, turns, backends, _flood(settings, settings.rate_limit_chat)),
        channels=channels,
        messaging=messengers,
        broadcast=broadcast,
        changes=ChangeFeed(units.bus, broadcast),
        devices=devices,
        worker=Worker(
            units,
            {
                **handlers(units, ledger),
                **local_models.handlers(units),
                **document_handlers(units, documents),
                **tests.handlers(units),
                **postman.handlers(),
                **care.handlers,
                **messengers.handlers(units),
            },
            grace_s=WORKER_GRACE_S,
        ),
        installation=ThisInstallation(
            backends,
            (*channels, *lines.messengers),
            settings.roles,
            settings.llm_backend,
            started_at=ports.clock(),
            finds=index,
            reranking=reranking,
        ),
    )


async def business_zone(unit: Unit) -> ZoneInfo:
    """The clock of the business: its days and months are those of its limits."""
    assistant = await default_assistant(unit.db)
    return ZoneInfo(assistant.card.timezone if assistant else "UTC")


def _broadcast(settings: Settings) -> Broadcast:
    """An embedded database has one process; a shared one may have many."""
    if settings.is_embedded:
        return LocalBroadcast()
    if url := settings.redis_url.get_secret_value():
        return RedisBroadcast(url)
    return PostgresqlBroadcast(settings.url_of_database)


def _flood(settings: Settings, a_minute: int) -> WindowLimiter:
    return WindowLimiter(a_minute if settings.rate_limit_enabled else UNLIMITED, 60)


def _jwt_key(settings: Settings, vault: Vault) -> bytes:
    secret = settings.jwt_secret.get_secret_value()
    return derive_key(secret, "access-token") if secret else vault.derive("access-token")


def _fingerprint(vault: Vault) -> Callable[[str], str]:
    """Turns a network address into what may be stored: a keyed hash that only tells equal from different."""
    key = vault.derive("address")
    return lambda address: hmac.digest(key, address.encode(), "sha256").hex()
