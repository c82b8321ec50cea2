"""The product's own pipeline as retrievers under test: over a set's documents in a sandbox, and over what is there."""

from collections.abc import Sequence

from secretary.kernel.unit import UnitFactory
from secretary.knowledge import service as knowledge
from secretary.knowledge.documents import queries as documents_queries
from secretary.knowledge.documents import storing
from secretary.knowledge.documents.names import title_of
from secretary.knowledge.documents.passages import prepare
from secretary.knowledge.evaluation.runner import Tell
from secretary.knowledge.evaluation.shapes import Document, Passage, Retrieved, Turn
from secretary.knowledge.models import SourceType
from secretary.knowledge.regression.ports import Sandbox
from secretary.knowledge.search.ports import Search

EMBEDDED_AT_ONCE = 16


class Installed:
    """The search as it answers, over these collections; there is nothing to build."""

    def __init__(self, search: Search, collections: Sequence[str] | None) -> None:
        self.search, self.collections = search, collections
        self.engine = ""

    async def build(self, documents: Sequence[Document]) -> None:
        """What is searched is there already."""

    async def retrieve(self, question: str, history: Sequence[Turn], limit: int) -> Retrieved:
        """What a customer's question would find."""
        asked = [turn.content for turn in history if turn.role == "user"]
        found = await self.search.find(question, self.collections, limit, asked)
        self.engine = max(self.engine, found.engine, key=len)
        passages = [
            Passage(self.file_of(one.document_id, one.filename), _whole(one.heading, one.text), one.score)
            for one in found.passages
        ]
        return Retrieved(passages, is_refused=not found.is_answer)

    def file_of(self, document_id: str, filename: str) -> str:
        """How the questions name this document."""
        del document_id
        return filename


class InSandbox(Installed):
    """Stores the documents of a set as a collection of their own, and searches that."""

    def __init__(self, sandbox: Sandbox, tell: Tell | None = None) -> None:
        super().__init__(sandbox.search, ())
        self._sandbox, self._tell = sandbox, tell
        self._files: dict[str, str] = {}

    async def build(self, documents: Sequence[Document]) -> None:
        """Cut, store and index them, with vectors where there is a model. Raises Upstream: it does not answer."""
        async with self._sandbox.units.write() as unit:
            collection = await knowledge.create_collection(unit, "evaluation")
        for number, document in enumerate(documents):
            await self._store(self._sandbox.units, collection.id, document, number)
        self.collections = [collection.id]
        await self._embed()

    def file_of(self, document_id: str, filename: str) -> str:
        return self._files.get(document_id, filename)

    async def _store(self, units: UnitFactory, collection_id: str, document: Document, number: int) -> None:
        text = await prepare(document.title or title_of(document.file), document.content.decode())
        async with units.write() as unit:
            row = storing.new_document(unit, f"{collection_id}-{number}", SourceType.UPLOAD, None)
            await documents_queries.store(unit.db, row)
            await documents_queries.set_collections(unit.db, row.id, [collection_id])
            await storing.store_text(unit, row, text, None)
        self._files[row.id] = document.file

    async def _embed(self) -> None:
        total = lacking = await self._sandbox.search.embed_missing(EMBEDDED_AT_ONCE)
        while lacking:
            if self._tell is not None:
                await self._tell("embedding", total - lacking, total)
            lacking = await self._sandbox.search.embed_missing(EMBEDDED_AT_ONCE)


def _whole(heading: str, text: str) -> str:
    """A passage with its path of headings, as it is indexed, told to models and cited."""
    return f"{heading}\n{text}" if heading else text
