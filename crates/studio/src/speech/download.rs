//! Downloading a model: it goes on where it was stopped, and takes its place only when its checksum is right.

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

/// What has to stay free on the disk beside the model, in bytes.
const MARGIN: u64 = 256 << 20;
/// How long a server may say nothing.
const SILENCE: Duration = Duration::from_secs(30);
/// How often a download that breaks off is tried anew without coming further.
const TRIES: u32 = 4;
/// How long is waited before a try that goes on; twice as long after each that came no further.
const WAIT: Duration = Duration::from_secs(1);
/// How much of a file is read at once to compute its checksum, in bytes.
const BLOCK: usize = 1 << 20;

/// Why a model could not be downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The disk has not enough space.
    NoSpace,
    /// The disk cannot be written to.
    Disk,
    /// The server cannot be reached, or broke off.
    Network,
    /// The server does not have the file.
    Missing,
    /// The file that arrived is another than the one that was expected.
    Damaged,
}

/// How far a download has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many bytes have arrived.
    Received(u64),
    /// Everything has arrived, and its checksum is computed.
    Checking,
}

/// Returns the file that a download writes to until it is complete.
pub fn part_of(target: &Path) -> PathBuf {
    target.with_extension("part")
}

/// Downloads a model into a file.
///
/// # Errors
/// Why it could not be; what has arrived is kept for the next try unless it is damaged.
pub async fn download(client: &Client, model: &Model, target: &Path, tell: impl Fn(Step)) -> Result<(), Trouble> {
    let part = part_of(target);
    let folder = target.parent().unwrap_or(target);
    fs::create_dir_all(folder).await.map_err(|_| Trouble::Disk)?;
    let mut failed = 0;
    loop {
        let held = size(&part).await;
        if held >= model.size_bytes {
            break;
        }
        let free = fs4::available_space(folder).unwrap_or(u64::MAX);
        if free < (model.size_bytes - held).saturating_add(MARGIN) {
            return Err(Trouble::NoSpace);
        }
        match fetch(client, model, &part, &tell).await {
            Ok(()) => {}
            Err(Trouble::Network) => {
                failed = if size(&part).await > held { 0 } else { failed + 1 };
                if failed == TRIES {
                    return Err(Trouble::Network);
                }
                tokio::time::sleep(WAIT * 2u32.pow(failed)).await;
            }
            Err(trouble) => return Err(trouble),
        }
    }
    tell(Step::Checking);
    if size(&part).await != model.size_bytes || digest(&part).await.map_err(|_| Trouble::Disk)? != model.sha256 {
        let _ = fs::remove_file(&part).await;
        return Err(Trouble::Damaged);
    }
    // Windows writes only what was opened to be written.
    let file = OpenOptions::new().write(true).open(&part).await.map_err(|_| Trouble::Disk)?;
    file.sync_all().await.map_err(|_| Trouble::Disk)?;
    drop(file);
    fs::rename(&part, target).await.map_err(|_| Trouble::Disk)
}

async fn size(file: &Path) -> u64 {
    fs::metadata(file).await.map_or(0, |file| file.len())
}

/// Asks for what is missing, and appends it as it comes.
async fn fetch(client: &Client, model: &Model, part: &Path, tell: &impl Fn(Step)) -> Result<(), Trouble> {
    let held = size(part).await;
    let mut request = client.get(model.url.clone()).header(header::ACCEPT_ENCODING, "identity");
    if held > 0 {
        request = request.header(header::RANGE, format!("bytes={held}-"));
    }
    let answer = timeout(SILENCE, request.send()).await.map_err(|_| Trouble::Network)?.map_err(|_| Trouble::Network)?;
    let mut received = match answer.status() {
        StatusCode::PARTIAL_CONTENT if begins_at(&answer, held) => held,
        StatusCode::OK => 0,
        // The server cannot continue from there.
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
            let _ = fs::remove_file(part).await;
            return Err(Trouble::Network);
        }
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => return Err(Trouble::Network),
        _ => return Err(Trouble::Missing),
    };
    let mut file = open(part, received).await.map_err(|error| of_disk(&error))?;
    let mut body = answer.bytes_stream();
    while let Some(chunk) = timeout(SILENCE, body.next()).await.map_err(|_| Trouble::Network)? {
        let chunk = chunk.map_err(|_| Trouble::Network)?;
        received += chunk.len() as u64;
        if received > model.size_bytes {
            let _ = fs::remove_file(part).await;
            return Err(Trouble::Damaged);
        }
        file.write_all(&chunk).await.map_err(|error| of_disk(&error))?;
        tell(Step::Received(received));
    }
    file.flush().await.map_err(|error| of_disk(&error))?;
    // A body that ends too soon is a connection that broke off.
    if received < model.size_bytes { Err(Trouble::Network) } else { Ok(()) }
}

fn begins_at(answer: &Response, position: u64) -> bool {
    let range = answer.headers().get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {position}-")))
}

/// Opens a file to write from a position on; what it has beyond that is removed.
async fn open(part: &Path, position: u64) -> std::io::Result<File> {
    let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(part).await?;
    file.set_len(position).await?;
    file.seek(SeekFrom::Start(position)).await?;
    Ok(file)
}

fn of_disk(error: &std::io::Error) -> Trouble {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    if [StorageFull, QuotaExceeded].contains(&error.kind()) { Trouble::NoSpace } else { Trouble::Disk }
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
