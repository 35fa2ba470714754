//! `tallylight-studio`: the embedded backend as a program of its own.

use std::{io::IsTerminal, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Context;
use clap::Parser;
use tallylight_studio::{Config, Studio, StudioError, Transport, speech::recognise_if_asked};

/// Process videos with ffmpeg on this computer.
#[derive(Parser)]
#[command(name = "tallylight-studio", version)]
struct Args {
    /// Port on 127.0.0.1; 0 for any free port
    #[arg(long, default_value_t = 8765)]
    port: u16,
    /// Folder for the database and the videos
    #[arg(long, env = "TALLYLIGHT_STUDIO_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// Create this account or reset its password to TALLYLIGHT_PASSWORD
    #[arg(long, value_name = "EMAIL")]
    user: Option<String>,
    /// Lifetime of access tokens
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    token_ttl: u64,
    /// Interval of WebSocket heartbeats
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    heartbeat: u64,
    /// The transport of live updates that clients are told to use
    #[arg(long, value_enum, default_value_t)]
    transport: Transport,
}

fn main() -> ExitCode {
    if let Some(code) = recognise_if_asked() {
        return code;
    }
    // A core dump would write passwords to the disk.
    #[cfg(unix)]
    let _ = rustix::process::setrlimit(
        rustix::process::Resource::Core,
        rustix::process::Rlimit { current: Some(0), maximum: Some(0) },
    );
    let done = tokio::runtime::Runtime::new().context("no threads").and_then(|runtime| runtime.block_on(run()));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "the error message of a command-line program")]
fn print_error(error: &anyhow::Error) {
    match error.downcast_ref::<StudioError>() {
        // Its text contains its cause already.
        Some(error) => eprintln!("tallylight-studio: {error}"),
        None => eprintln!("tallylight-studio: {error:#}"),
    }
}

async fn run() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()))
        .with_writer(std::io::stderr)
        .init();
    let args = Args::parse();
    let data_dir = args
        .data_dir
        .or_else(|| dirs::data_dir().map(|folder| folder.join("tallylight").join("studio")))
        .context("No application data folder found. Set one with --data-dir.")?;
    let studio = Studio::start(Config {
        port: args.port,
        token_ttl: Duration::from_secs(args.token_ttl),
        heartbeat: Duration::from_secs(args.heartbeat),
        transport: args.transport,
        ..Config::new(data_dir)
    })
    .await?;
    if let Some(email) = args.user {
        let password = std::env::var("TALLYLIGHT_PASSWORD")
            .context("--user requires the password in the environment variable TALLYLIGHT_PASSWORD")?;
        studio.ensure_account(&email, &password).await?;
    }
    print_address(&studio);
    stop_signal().await?;
    studio.stop().await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "scripts read the address from standard output")]
fn print_address(studio: &Studio) {
    println!("studio ready on {}", studio.address().as_str().trim_end_matches('/'));
}

async fn stop_signal() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            interrupted = tokio::signal::ctrl_c() => interrupted,
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
