//! The jobs: stored in memory and in the database. Every change is made here and announced to the sockets.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value, json};

mod error;
mod progress;
mod record;
mod stage;
mod urls;

pub use error::{ErrorCode, JobError};
pub use progress::{Progress, Status, Times};
pub use record::{Chapter, Job, Metadata, Thumbnail, thumbnail_json};
pub use stage::Stage;
pub use urls::FileUrls;

use crate::{
    clock,
    realtime::hub::{Announcement, Audience, Hub, message},
    storage::{StoredVideo, database::Database},
};

/// All jobs. Every change is announced.
#[derive(Clone, Debug)]
pub struct Jobs {
    jobs: Arc<Mutex<BTreeMap<String, Job>>>,
    db: Database,
    hub: Hub,
    urls: FileUrls,
}

impl Jobs {
    /// Loads the jobs of a database. `urls` makes the URLs of their files.
    pub fn load(db: Database, hub: Hub, urls: FileUrls) -> rusqlite::Result<Self> {
        let mut jobs = BTreeMap::new();
        {
            let connection = db.lock();
            let mut statement = connection.prepare("SELECT id, body FROM job")?;
            let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
            for row in rows {
                let (id, body) = row?;
                match serde_json::from_str::<Job>(&body) {
                    Ok(job) => drop(jobs.insert(id, job)),
                    Err(error) => tracing::error!(%id, %error, "a stored job cannot be decoded and is skipped"),
                }
            }
        }
        Ok(Self { jobs: Arc::new(Mutex::new(jobs)), db, hub, urls })
    }

    /// Returns the URLs of files.
    pub fn urls(&self) -> &FileUrls {
        &self.urls
    }

    /// Returns a job.
    pub fn job(&self, id: &str) -> Option<Job> {
        self.lock().get(id).cloned()
    }

    /// Returns the job of a video.
    pub fn of_video(&self, video_id: &str) -> Option<Job> {
        self.lock().values().find(|job| job.video_id == video_id).cloned()
    }

    /// Returns an account's jobs, newest first.
    pub fn of_account(&self, account_id: &str) -> Vec<Job> {
        let mut jobs: Vec<Job> = self.lock().values().filter(|job| job.account_id == account_id).cloned().collect();
        jobs.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id)));
        jobs
    }

    /// Returns the ids of all videos.
    pub fn video_ids(&self) -> BTreeSet<String> {
        self.lock().values().map(|job| job.video_id.clone()).collect()
    }

    /// Returns the videos of all jobs.
    pub fn videos(&self) -> Vec<StoredVideo> {
        self.lock().values().map(Job::stored_video).collect()
    }

    /// Returns the unfinished jobs, oldest first.
    pub fn unfinished(&self) -> Vec<Job> {
        let mut jobs: Vec<Job> = self.lock().values().filter(|job| !job.progress.status.is_final()).cloned().collect();
        jobs.sort_by_key(|job| job.created_at);
        jobs
    }

    /// Adds a new job and announces it to every socket of its account.
    pub fn add(&self, job: Job) -> rusqlite::Result<()> {
        self.save(&job)?;
        let announcement = announcement(&job, Audience::Account, "JOB_UPDATE", &progress_json(&job.progress));
        let row = row("INSERT", &job);
        self.lock().insert(job.id.clone(), job);
        self.hub.announce(announcement);
        self.hub.announce(row);
        Ok(())
    }

    /// Sets a job's overall progress.
    pub fn set_progress(&self, id: &str, progress: Progress) {
        let data = progress_json(&progress);
        let persist = progress.status.is_final() || progress.progress_percent == 0.0;
        self.change(id, "JOB_UPDATE", &data, persist, |job| job.progress = progress);
    }

    /// Sets a stage's progress.
    pub fn set_stage(&self, id: &str, stage: &str, progress: Progress) {
        let mut data = progress_json(&progress);
        data["stage_id"] = json!(stage);
        let persist = progress.status.is_final();
        self.change(id, "STAGE_UPDATE", &data, persist, |job| {
            job.times.entry(stage.to_owned()).or_default().record(job.updated_at, progress.status);
            job.stages.insert(stage.to_owned(), progress);
        });
    }

    /// Sets one metadata field by an edit of the user. A later run of the pipeline does not overwrite it.
    pub fn edit_metadata(&self, id: &str, kind: &str, content: &Value, set: impl FnOnce(&mut Metadata)) {
        let data = json!({ "metadata_type": kind, "content": content });
        self.change(id, "METADATA_UPDATE", &data, true, |job| {
            job.edited.insert(kind.to_owned());
            job.metadata.suggested.remove(kind);
            set(&mut job.metadata);
        });
    }

    /// Sets one metadata field by the pipeline, unless the user has edited it.
    pub fn set_metadata(&self, id: &str, kind: &str, content: &Value, set: impl FnOnce(&mut Metadata)) {
        if self.lock().get(id).is_none_or(|job| job.edited.contains(kind)) {
            return;
        }
        let data = json!({ "metadata_type": kind, "content": content });
        self.change(id, "METADATA_UPDATE", &data, true, |job| set(&mut job.metadata));
    }

    /// Records that a stage had nothing to do.
    pub fn set_skipped(&self, id: &str, stage: &str) {
        if let Some(job) = self.lock().get_mut(id) {
            job.skipped.insert(stage.to_owned());
        }
    }

    /// Marks one metadata field as a suggestion, unless the user has edited it.
    pub fn mark_suggested(&self, id: &str, kind: &str) {
        if let Some(job) = self.lock().get_mut(id).filter(|job| !job.edited.contains(kind)) {
            job.metadata.suggested.insert(kind.to_owned());
        }
    }

    /// Sets fields that have no message: the duration and the chosen thumbnail.
    pub fn set_unannounced(&self, id: &str, set: impl FnOnce(&mut Metadata)) {
        let mut jobs = self.lock();
        let Some(job) = jobs.get_mut(id) else { return };
        set(&mut job.metadata);
        job.updated_at = clock::now_after(job.updated_at);
        self.save_or_log(job);
    }

    /// Adds a thumbnail.
    pub fn add_thumbnail(&self, id: &str, thumbnail: Thumbnail) {
        let data = thumbnail_json(&thumbnail, &self.urls);
        self.change(id, "THUMBNAIL_GENERATED", &data, true, |job| job.metadata.thumbnails.push(thumbnail));
    }

    /// Restarts a failed job. Returns whether it had failed. Of two concurrent requests only one restarts it.
    pub fn restart_failed(&self, id: &str) -> bool {
        match self.lock().get_mut(id).filter(|job| job.progress.status == Status::Failed) {
            Some(job) => job.progress.status = Status::Pending,
            None => return false,
        }
        self.restart(id);
        true
    }

    /// Restarts a job from the first stage after the upload.
    pub fn restart(&self, id: &str) {
        if let Some(job) = self.lock().get_mut(id) {
            job.errors.clear();
            job.skipped.clear();
            job.metadata.thumbnails.clear();
            job.metadata.thumbnail_id = None;
        }
        for stage in Stage::ALL.into_iter().filter(|stage| *stage != Stage::Upload) {
            self.set_stage(id, stage.id(), Progress::new(Status::Pending, 0.0));
        }
        self.set_progress(id, Progress::new(Status::Pending, 0.0));
    }

    /// Cancels an unfinished job. Returns whether it was unfinished.
    pub fn mark_cancelled(&self, id: &str) -> bool {
        let Some(job) = self.job(id).filter(|job| !job.progress.status.is_final()) else { return false };
        let message = "Cancelled";
        for (stage, progress) in job.stages.iter().filter(|(_, progress)| progress.status == Status::Processing) {
            let failed =
                Progress { status: Status::Failed, error_message: Some(message.to_owned()), ..progress.clone() };
            self.set_stage(id, stage, failed);
        }
        self.record_error(id, &JobError::of_job(ErrorCode::Cancelled, message));
        let percent = job.progress.progress_percent;
        self.set_progress(
            id,
            Progress { error_message: Some(message.to_owned()), ..Progress::new(Status::Failed, percent) },
        );
        true
    }

    /// Removes a job from memory and from the database.
    pub fn remove(&self, id: &str) -> rusqlite::Result<()> {
        let mut jobs = self.lock();
        self.db.lock().execute("DELETE FROM job WHERE id = ?1", [id])?;
        if let Some(job) = jobs.remove(id) {
            self.hub.announce(row("DELETE", &job));
        }
        Ok(())
    }

    /// Records an error of a job and announces it.
    pub fn record_error(&self, id: &str, error: &JobError) {
        let data = json!(error);
        self.change(id, "ERROR", &data, true, |job| {
            let mut recorded = data.clone();
            recorded["timestamp"] = json!(job.updated_at);
            job.errors.push(recorded);
        });
    }

    fn change(&self, id: &str, kind: &str, data: &Value, persist: bool, apply: impl FnOnce(&mut Job)) {
        let mut jobs = self.lock();
        let Some(job) = jobs.get_mut(id) else { return };
        job.updated_at = clock::now_after(job.updated_at);
        apply(job);
        if persist {
            self.save_or_log(job);
        }
        // Announced while the lock is held, so that messages leave in the order of their timestamps.
        self.hub.announce(announcement(job, Audience::Subscribers, kind, data));
    }

    fn save_or_log(&self, job: &Job) {
        if let Err(error) = self.save(job) {
            tracing::error!(job_id = %job.id, %error, "could not save the job: a restart will lose this change");
        }
    }

    fn save(&self, job: &Job) -> rusqlite::Result<()> {
        let body = serde_json::to_string(job).unwrap_or_default();
        self.db.lock().execute(
            "INSERT INTO job (id, account_id, body) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (&job.id, &job.account_id, body),
        )?;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn announcement(job: &Job, audience: Audience, kind: &str, data: &Value) -> Announcement {
    Announcement {
        account_id: job.account_id.clone(),
        job_id: job.id.clone(),
        audience,
        kind: kind.to_owned(),
        text: message(kind, &job.id, data, &job.updated_at.to_string()),
    }
}

/// Returns the change of a row as Supabase reports it. The studio's messages say everything else.
fn row(kind: &str, job: &Job) -> Announcement {
    let now = clock::now();
    // Supabase's clients leave out what is no column.
    let columns = ["id", "video_id", "status"].map(|name| json!({ "name": name, "type": "text" }));
    let record = json!({ "id": job.id, "video_id": job.video_id, "status": job.progress.status });
    let empty = json!({});
    let (new, old) = if kind == "DELETE" { (&empty, &record) } else { (&record, &empty) };
    let data = json!({
        "type": kind, "schema": "public", "table": "video_jobs", "commit_timestamp": now, "columns": columns,
        "record": new, "old_record": old, "errors": null,
    });
    Announcement {
        account_id: job.account_id.clone(),
        job_id: job.id.clone(),
        audience: Audience::Rows,
        kind: kind.to_owned(),
        text: data.to_string(),
    }
}

fn progress_json(progress: &Progress) -> Value {
    let mut data = json!({ "status": progress.status, "progress_percent": progress.progress_percent });
    if let Some(error) = &progress.error_message {
        data["error_message"] = json!(error);
    }
    data
}
