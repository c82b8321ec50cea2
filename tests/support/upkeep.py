"""A worker that does at once what the knowledge has to do about itself."""

from secretary.kernel.jobs import NewJob, claim, enqueue


async def look_after(app):
    """Enqueue each job of the upkeep and run it, as a worker does after something happened."""
    for kind, run in app.upkeep.handlers.items():
        async with app.units.write() as unit:
            await enqueue(unit, NewJob(kind, key=kind))
            [job] = await claim(unit, [kind], unit.new_id(), 60)
        await run(job)
