//! A client that runs for long before a server that goes away every minute: its memory must stay flat, and at the end it
//! must know everything that the server does.

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

/// How many jobs there are: more than are open at once, so that they are packed and unpacked all the time.
const JOBS: usize = 3000;
/// How many messages a second.
const RATE: u32 = 200;
/// How often the server goes away.
const EVERY: Duration = Duration::from_mins(1);
/// For how long it is away.
const AWAY: Duration = Duration::from_secs(2);
/// How often memory is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Runs for so many seconds, and prints memory over time and what was lost.
pub async fn measure(seconds: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (rest, socket) = listeners(0).await?;
    let address = Url::parse(&format!("http://{}", rest.local_addr()?))?;
    let port = address.port().context("a port")?;
    let backend = Backend::new(JOBS, port);
    let mut serving = vec![spawn(rest, socket, &backend)];
    let client = ready(folder.path(), &address, Looker::default()).await?;
    let (start, mut number, mut away_at, mut look_at) = (Instant::now(), 0_u64, EVERY, Duration::ZERO);
    let (mut memory, mut restarts) = (Vec::new(), 0);
    while start.elapsed() < Duration::from_secs(seconds) {
        tokio::time::sleep_until(start + Duration::from_secs(1) / RATE * u32::try_from(number)?).await;
        say(&backend, number).await;
        number += 1;
        let now = start.elapsed();
        if now >= look_at {
            memory.push((now.as_secs(), resident_bytes()?));
            look_at += LOOK_EVERY;
        }
        if now >= away_at {
            away_at += EVERY;
            restarts += 1;
            serving.drain(..).for_each(|task: tokio::task::JoinHandle<()>| task.abort());
            backend.hang_up().await;
            let backend = Arc::clone(&backend);
            serving.push(tokio::spawn(async move {
                tokio::time::sleep(AWAY).await;
                if let Ok((rest, socket)) = listeners(port).await {
                    let _ = spawn(rest, socket, &backend).await;
                }
            }));
        }
    }
    // Until the last word was heard, whatever way it takes.
    tokio::time::sleep(AWAY * 5).await;
    client.refresh().await?;
    tokio::time::sleep(AWAY).await;
    let lost = lost(&backend, &client).await?;
    let counters = client.diagnostics().await?.counters;
    client.shutdown().await;
    println!(
        "{}",
        json!({ "jobs": JOBS, "messages": number, "restarts": restarts, "lost": lost, "memory": memory, "counters": counters })
    );
    ensure!(lost == 0, "{lost} jobs are not as the server has them");
    Ok(())
}

fn spawn(
    rest: tokio::net::TcpListener,
    socket: tokio::net::TcpListener,
    backend: &Arc<Backend>,
) -> tokio::task::JoinHandle<()> {
    let backend = Arc::clone(backend);
    tokio::spawn(async move {
        // Together, so that ending the one ends the other.
        let rest = axum::serve(rest, router(Arc::clone(&backend)));
        tokio::select! {
            () = answer_sockets(socket, backend) => {}
            _ = async { rest.await } => {}
        }
    })
}

/// Changes a job, and says so to whoever is there.
async fn say(backend: &Backend, number: u64) {
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

/// Returns how many jobs the client does not know as the server does.
async fn lost(backend: &Backend, client: &tallylight_client::Handle) -> Result<usize> {
    let rows = client.rows().await?;
    let title = |id: &str| rows.iter().find(|row| row.job_id.as_str() == id).and_then(|row| row.title.clone());
    let jobs = backend.jobs().clone();
    Ok(jobs.iter().enumerate().filter(|(number, job)| title(&job_id(*number)).as_deref() != Some(&job.title)).count())
}
