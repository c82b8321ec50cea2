"""Documents and collections over HTTP: `/admin/wiki-rag` and `/admin/knowledge/collections`."""

from secretary.knowledge.documents.api.chunks import router as chunks
from secretary.knowledge.documents.api.collections import router as collections
from secretary.knowledge.documents.api.documents import router as documents
from secretary.knowledge.documents.api.imports import router as imports
from secretary.knowledge.documents.api.index import router as index
from secretary.knowledge.documents.api.versions import router as versions

ROUTERS = (index, imports, documents, chunks, versions, collections)
