"""What tests of imports share: a worker that does what waits, and files as a browser sends them."""

import secrets
from dataclasses import replace

from secretary.kernel.errors import SecretaryError
from secretary.kernel.jobs import claim, complete, fail
from secretary.kernel.jobs.retry import failure_of
from secretary.knowledge.documents.jobs import handlers


async def work(units, tools, most=50):
    """Do what waits, each job once, as a worker does; the kinds that were done."""
    run, done = handlers(units, tools), []
    while len(done) < most:
        async with units.write() as unit:
            jobs = await claim(unit, list(run), unit.new_id(), 60)
        if not jobs:
            return done
        job = jobs[0]
        done.append(job.kind)
        try:
            await run[job.kind](job)
        except SecretaryError as error:
            async with units.write() as unit:
                await fail(unit, job, failure_of(error), 3600)
        else:
            async with units.write() as unit:
                await complete(unit, job)
    return done


def multipart(filename, content, media_type="application/octet-stream", **fields):
    """A form with a file, as bytes and the header that says so."""
    mark = secrets.token_hex(8)
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
    parts.append(f"{head}Content-Type: {media_type}\r\n\r\n".encode() + content + b"\r\n")
    body = b"".join(parts) + f"--{mark}--\r\n".encode()
    return {"content": body, "headers": {"content-type": f"multipart/form-data; boundary={mark}"}}


def unhurried(tools, **changes):
    """The tools of an app, without pauses between pages."""

    async def at_once(_seconds):
        return None

    return replace(tools, sleep=at_once, **changes)
