//! Repeated uploads of the files from which videos were made.

use std::sync::Arc;

use tallylight_core::JobId;

use super::Controller;

impl Controller {
    /// Sends the file of a job once more. The upload and its end appear in the window.
    pub fn upload_again(self: &Arc<Self>, job_id: JobId) {
        let this = Arc::clone(self);
        tauri::async_runtime::spawn(async move {
            if let Err(error) = this.client.upload_again(job_id.clone()).await {
                tracing::info!(code = ?error.code, "a repeated upload was rejected");
                // The job's view in the window shows the reason.
                this.window.show_job(&this.app, job_id);
            }
        });
    }
}
