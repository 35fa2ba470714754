//! Download of a model. It continues where it stopped, and the file is installed only if its checksum is correct.

use std::{
    fmt::Write,
    io::SeekFrom,
    path::{Path, PathBuf},
    time::Duration,
};

use futures_util::StreamExt;
use reqwest::{Client, Response, StatusCode, header};
use sha2::{Digest, Sha256};
use tokio::{
    fs::{self, File, OpenOptions},
    io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt},
    time::timeout,
};

use super::catalogue::Model;

/// How much disk space must stay free besides the model, in bytes.
const FREE_SPACE_MARGIN: u64 = 256 << 20;
/// How long a server may send nothing.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How often an interrupted download is retried without new bytes.
const MAX_ATTEMPTS: u32 = 4;
/// The delay before a retry; doubled after each retry without new bytes.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// The size of a block for computing the checksum, in bytes.
const BLOCK: usize = 1 << 20;

/// The reason why a model could not be downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DownloadError {
    /// The disk has not enough space.
    #[error("not enough disk space")]
    NoSpace,
    /// The disk cannot be written to.
    #[error("the disk cannot be written to")]
    Disk,
    /// The server cannot be reached, or the connection broke.
    #[error("the server cannot be reached, or the connection broke")]
    Network,
    /// The server does not have the file.
    #[error("the server does not have the file")]
    Missing,
    /// The received file has another size or checksum than expected.
    #[error("the received file has another size or checksum than expected")]
    Damaged,
}

/// The progress of a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The number of bytes received so far.
    Received(u64),
    /// The file is complete and its checksum is being computed.
    Checking,
}

/// Returns the path of the partial file.
pub fn partial_file(target: &Path) -> PathBuf {
    target.with_extension("part")
}

/// Downloads a model to `target` and reports its progress to `on_step`.
///
/// # Errors
/// The reason; received bytes are kept for the next attempt unless the file is damaged.
pub async fn download(
    client: &Client,
    model: &Model,
    target: &Path,
    on_step: impl Fn(Step),
) -> Result<(), DownloadError> {
    let part = partial_file(target);
    let folder = target.parent().unwrap_or(target);
    fs::create_dir_all(folder).await.map_err(|_| DownloadError::Disk)?;
    let mut failed = 0;
    loop {
        let held = size(&part).await;
        if held >= model.size_bytes {
            break;
        }
        let free = fs4::available_space(folder).unwrap_or(u64::MAX);
        if free < (model.size_bytes - held).saturating_add(FREE_SPACE_MARGIN) {
            return Err(DownloadError::NoSpace);
        }
        match fetch(client, model, &part, &on_step).await {
            Ok(()) => {}
            Err(DownloadError::Network) => {
                failed = if size(&part).await > held { 0 } else { failed + 1 };
                if failed == MAX_ATTEMPTS {
                    return Err(DownloadError::Network);
                }
                tokio::time::sleep(RETRY_DELAY * 2u32.pow(failed)).await;
            }
            Err(error) => return Err(error),
        }
    }
    on_step(Step::Checking);
    if size(&part).await != model.size_bytes || digest(&part).await.map_err(|_| DownloadError::Disk)? != model.sha256 {
        let _ = fs::remove_file(&part).await;
        return Err(DownloadError::Damaged);
    }
    // Windows can only flush files that were opened for writing.
    let file = OpenOptions::new().write(true).open(&part).await.map_err(|_| DownloadError::Disk)?;
    file.sync_all().await.map_err(|_| DownloadError::Disk)?;
    drop(file);
    fs::rename(&part, target).await.map_err(|_| DownloadError::Disk)
}

async fn size(file: &Path) -> u64 {
    fs::metadata(file).await.map_or(0, |file| file.len())
}

/// Requests the missing bytes and appends them to the partial file.
async fn fetch(client: &Client, model: &Model, part: &Path, on_step: &impl Fn(Step)) -> Result<(), DownloadError> {
    let held = size(part).await;
    let mut request = client.get(model.url.clone()).header(header::ACCEPT_ENCODING, "identity");
    if held > 0 {
        request = request.header(header::RANGE, format!("bytes={held}-"));
    }
    let answer = timeout(TIMEOUT, request.send())
        .await
        .map_err(|_| DownloadError::Network)?
        .map_err(|_| DownloadError::Network)?;
    let mut received = match answer.status() {
        StatusCode::PARTIAL_CONTENT if begins_at(&answer, held) => held,
        StatusCode::OK => 0,
        // The server cannot continue at this offset, so the download starts again.
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
            let _ = fs::remove_file(part).await;
            return Err(DownloadError::Network);
        }
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            return Err(DownloadError::Network);
        }
        _ => return Err(DownloadError::Missing),
    };
    let mut file = open(part, received).await.map_err(|error| disk_error(&error))?;
    let mut body = answer.bytes_stream();
    while let Some(chunk) = timeout(TIMEOUT, body.next()).await.map_err(|_| DownloadError::Network)? {
        let chunk = chunk.map_err(|_| DownloadError::Network)?;
        received += chunk.len() as u64;
        if received > model.size_bytes {
            let _ = fs::remove_file(part).await;
            return Err(DownloadError::Damaged);
        }
        file.write_all(&chunk).await.map_err(|error| disk_error(&error))?;
        on_step(Step::Received(received));
    }
    file.flush().await.map_err(|error| disk_error(&error))?;
    // A body that ends early means a broken connection.
    if received < model.size_bytes { Err(DownloadError::Network) } else { Ok(()) }
}

fn begins_at(answer: &Response, position: u64) -> bool {
    let range = answer.headers().get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {position}-")))
}

/// Opens a file for writing from a position on, and truncates it there.
async fn open(part: &Path, position: u64) -> std::io::Result<File> {
    let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(part).await?;
    file.set_len(position).await?;
    file.seek(SeekFrom::Start(position)).await?;
    Ok(file)
}

fn disk_error(error: &std::io::Error) -> DownloadError {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    if [StorageFull, QuotaExceeded].contains(&error.kind()) { DownloadError::NoSpace } else { DownloadError::Disk }
}

/// Returns the SHA-256 of a file in hexadecimal digits.
async fn digest(file: &Path) -> std::io::Result<String> {
    let mut file = File::open(file).await?;
    let (mut digest, mut block) = (Sha256::new(), vec![0; BLOCK]);
    loop {
        let read = file.read(&mut block).await?;
        if read == 0 {
            let mut text = String::new();
            for byte in digest.finalize() {
                let _ = write!(text, "{byte:02x}");
            }
            return Ok(text);
        }
        digest.update(&block[..read]);
    }
}
