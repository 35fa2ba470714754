"""A small backend with the routes of `tallylight.py`: jobs in SQLite, and a pipeline that only measures the file.

Replace `Jobs` by your tables, and `process` by your pipeline.
"""

import asyncio
import json
import os
import sqlite3
import uuid
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, UploadFile

from tallylight import Backend, Settings, now

FOLDER = Path(os.environ.get("DATA_DIR", "data"))
STAGES = ("PROBE", "TRANSCRIPTION")


class Jobs:
    """The jobs of all users, each with its JSON, in a file that all workers share."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        # Several workers write to it: each waits for the others.
        self.database = sqlite3.connect(folder / "jobs.db", isolation_level=None, timeout=30)
        self.database.execute(
            "CREATE TABLE IF NOT EXISTS job"
            " (id TEXT PRIMARY KEY, video_id TEXT UNIQUE, user_id TEXT, status TEXT, created_at TEXT, body TEXT)"
        )

    async def jobs(self, user_id: str, statuses: list[str], limit: int, offset: int) -> list[dict]:
        where = f"AND status IN ({', '.join('?' * len(statuses))})" if statuses else ""
        rows = self.database.execute(
            f"SELECT body FROM job WHERE user_id = ? {where} ORDER BY created_at DESC, id LIMIT ? OFFSET ?",
            (user_id, *statuses, limit, offset),
        )
        return [json.loads(body) for (body,) in rows]

    async def job(self, user_id: str, job_id: str) -> dict | None:
        row = self.database.execute("SELECT body FROM job WHERE user_id = ? AND id = ?", (user_id, job_id)).fetchone()
        return json.loads(row[0]) if row else None

    async def edit(self, user_id: str, video_id: str, changes: dict) -> dict | None:
        query = "SELECT id FROM job WHERE user_id = ? AND video_id = ?"
        row = self.database.execute(query, (user_id, video_id)).fetchone()
        return self.change(row[0], lambda job: job["video_metadata"].update(changes)) if row else None

    async def upload(self, user_id: str, file: UploadFile) -> dict:
        job_id, video_id = str(uuid.uuid4()), str(uuid.uuid4())
        path = self.folder / video_id
        size = 0
        with path.open("wb") as copy:
            while chunk := await file.read(1 << 20):
                size += len(chunk)
                await asyncio.to_thread(copy.write, chunk)
        created = now()
        job = {
            "id": job_id,
            "video_id": video_id,
            "status": "PENDING",
            "progress_percent": 0,
            "processing_stages": {},
            "created_at": created,
            "updated_at": created,
            "video": {
                "id": video_id,
                "original_filename": file.filename,
                "content_type": file.content_type,
                "size_bytes": size,
            },
            "video_metadata": {"title": Path(file.filename or "video").stem, "tags": [], "chapters": []},
        }
        self.database.execute(
            "INSERT INTO job VALUES (?, ?, ?, ?, ?, ?)",
            (job_id, video_id, user_id, job["status"], created, json.dumps(job)),
        )
        running = asyncio.create_task(process(user_id, job))
        tasks.add(running)
        running.add_done_callback(tasks.discard)
        return job

    def change(self, job_id: str, apply) -> dict:
        """Changes a job, and moves its `updated_at`."""
        self.database.execute("BEGIN IMMEDIATE")
        try:
            (body,) = self.database.execute("SELECT body FROM job WHERE id = ?", (job_id,)).fetchone()
            job = json.loads(body)
            apply(job)
            job["updated_at"] = now()
            self.database.execute(
                "UPDATE job SET status = ?, body = ? WHERE id = ?", (job["status"], json.dumps(job), job_id)
            )
        finally:
            self.database.execute("COMMIT")
        return job


async def process(user_id: str, job: dict) -> None:
    """Stands for a pipeline: it tells of each stage, and of a text that it found."""
    job_id = job["id"]
    await tell(user_id, job_id, "PROCESSING", 0)
    for done, stage in enumerate(STAGES, start=1):
        await backend.publish_stage_update(user_id, job_id, stage, "PROCESSING", 0)
        await asyncio.sleep(0.5)
        jobs.change(job_id, lambda job, stage=stage: job["processing_stages"].update({stage: True}))
        await backend.publish_stage_update(user_id, job_id, stage, "COMPLETED", 100)
        await tell(user_id, job_id, "PROCESSING", 100 * done / (len(STAGES) + 1))
    description = f"{job['video']['size_bytes']} bytes of video"
    jobs.change(job_id, lambda job: job["video_metadata"].update(description=description))
    await backend.publish_metadata_update(user_id, job_id, "DESCRIPTION", description)
    await tell(user_id, job_id, "COMPLETED", 100)


async def tell(user_id: str, job_id: str, status: str, percent: float) -> None:
    jobs.change(job_id, lambda job: job.update(status=status, progress_percent=percent))
    await backend.publish_job_update(user_id, job_id, status, percent)


settings = Settings(
    name=os.environ.get("NAME", "Acme Studio"),
    auth_url=os.environ["SUPABASE_URL"],
    auth_key=os.environ["SUPABASE_ANON_KEY"],
    jwt_secret=os.environ.get("SUPABASE_JWT_SECRET"),
    service_key=os.environ.get("SUPABASE_SERVICE_KEY"),
    transport=os.environ.get("TRANSPORT", "socket"),
    redis_url=os.environ.get("REDIS_URL"),
)
tasks: set[asyncio.Task] = set()
jobs = Jobs(FOLDER)
backend = Backend(settings, jobs)


@asynccontextmanager
async def lifespan(_: FastAPI):
    async with backend.running():
        yield


app = FastAPI(lifespan=lifespan)
backend.install(app)
