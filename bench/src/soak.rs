//! A soak test: a client runs for a long time against a server that disconnects every minute. Its memory must stay
//! flat, and at the end it must have every job as the server has it.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tokio::time::Instant;
use url::Url;

use crate::{
    client::{Looker, ready, resident_bytes},
    messages::{Mix, frame, job_id, message},
    server::{Backend, answer_sockets, listeners, router},
};

/// The number of jobs: more than are open at once, so that jobs are packed and unpacked all the time.
const JOBS: usize = 3000;
/// Messages per second.
const RATE: u32 = 200;
/// The interval between disconnects.
const DISCONNECT_INTERVAL: Duration = Duration::from_mins(1);
/// How long the server is away.
const DOWNTIME: Duration = Duration::from_secs(2);
/// The interval at which memory is sampled.
const SAMPLE_INTERVAL: Duration = Duration::from_secs(10);

/// Runs for `seconds`, and prints the memory over time and the number of lost updates.
///
/// # Errors
/// The client's error, or updates were lost.
pub async fn measure(seconds: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (rest, socket) = listeners(0).await?;
    let address = Url::parse(&format!("http://{}", rest.local_addr()?))?;
    let port = address.port().context("a port")?;
    let backend = Backend::new(JOBS, port);
    let mut serving = vec![spawn(rest, socket, &backend)];
    let client = ready(folder.path(), &address, Looker::default()).await?;
    let (start, mut number, mut away_at, mut sample_at) = (Instant::now(), 0_u64, DISCONNECT_INTERVAL, Duration::ZERO);
    let (mut memory, mut restarts) = (Vec::new(), 0);
    while start.elapsed() < Duration::from_secs(seconds) {
        tokio::time::sleep_until(start + Duration::from_secs(1) / RATE * u32::try_from(number)?).await;
        send_change(&backend, number).await;
        number += 1;
        let now = start.elapsed();
        if now >= sample_at {
            memory.push((now.as_secs(), resident_bytes()?));
            sample_at += SAMPLE_INTERVAL;
        }
        if now >= away_at {
            away_at += DISCONNECT_INTERVAL;
            restarts += 1;
            serving.drain(..).for_each(|task: tokio::task::JoinHandle<()>| task.abort());
            backend.hang_up().await;
            let backend = Arc::clone(&backend);
            serving.push(tokio::spawn(async move {
                tokio::time::sleep(DOWNTIME).await;
                if let Ok((rest, socket)) = listeners(port).await {
                    let _ = spawn(rest, socket, &backend).await;
                }
            }));
        }
    }
    // Enough time for the last messages to arrive, over the socket or by polling.
    tokio::time::sleep(DOWNTIME * 5).await;
    client.refresh().await?;
    tokio::time::sleep(DOWNTIME).await;
    let lost = lost(&backend, &client).await?;
    let counters = client.diagnostics().await?.counters;
    client.shutdown().await;
    println!(
        "{}",
        json!({ "jobs": JOBS, "messages": number, "restarts": restarts, "lost": lost, "memory": memory, "counters": counters })
    );
    ensure!(lost == 0, "{lost} jobs differ from the server");
    Ok(())
}

fn spawn(
    rest: tokio::net::TcpListener,
    socket: tokio::net::TcpListener,
    backend: &Arc<Backend>,
) -> tokio::task::JoinHandle<()> {
    let backend = Arc::clone(backend);
    tokio::spawn(async move {
        // In one task, so that aborting it ends both.
        let rest = axum::serve(rest, router(Arc::clone(&backend)));
        tokio::select! {
            () = answer_sockets(socket, backend) => {}
            _ = async { rest.await } => {}
        }
    })
}

/// Changes a job, and sends the change to the client.
async fn send_change(backend: &Backend, number: u64) {
    let text = if number.is_multiple_of(2) {
        let job = usize::try_from(number).unwrap_or_default() / 2 % JOBS;
        let title = format!("Take {number}");
        let changes = number + 1;
        if let Some(held) = backend.jobs().get_mut(job) {
            held.title.clone_from(&title);
            held.changes = changes;
        }
        crate::messages::titled(&job_id(job), &title, changes)
    } else {
        message(number, JOBS, Mix::Mixed, 0)
    };
    let mut bytes = Vec::new();
    frame(&text, &mut bytes);
    backend.say(&bytes).await;
}

/// Returns the number of jobs that the client has in another state than the server.
async fn lost(backend: &Backend, client: &tallylight_client::Handle) -> Result<usize> {
    let rows = client.rows().await?;
    let title = |id: &str| rows.iter().find(|row| row.job_id.as_str() == id).and_then(|row| row.title.clone());
    let jobs = backend.jobs().clone();
    Ok(jobs.iter().enumerate().filter(|(number, job)| title(&job_id(*number)).as_deref() != Some(&job.title)).count())
}
