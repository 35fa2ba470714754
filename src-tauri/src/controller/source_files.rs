//! The files from which videos were made.

use std::sync::Arc;

use tallylight_core::{Code, Error, JobId};

use super::Controller;
use crate::dialogs;

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

    /// Shows the file of a job in the system's file manager.
    ///
    /// # Errors
    /// [`Code::File`] if the file is not known or gone, or if the system cannot show it.
    pub async fn show_source_file(&self, job_id: JobId) -> Result<(), Error> {
        let gone = || Error::new(Code::File, "The original file isn't on this computer any more.");
        let path = self.client.source_file(job_id).await.ok_or_else(gone)?;
        dialogs::show_file(&self.app, path).await
    }
}
