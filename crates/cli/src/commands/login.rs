//! `tally login`: by password, or in the browser; for studios with discovery, and for those that the arguments
//! describe.

use clap::Args;
use tallylight_client::Browser;
use tallylight_core::{
    Code, Error, Reason,
    discovery::{Description, parse_address},
};
use tokio::sync::mpsc;
use url::Url;

use crate::{
    Global,
    client::{choose, launch, sign_in},
    output,
    terminal::Terminal,
    usage,
};

/// The arguments of `tally login`.
#[derive(Args, Clone, Debug)]
pub struct Login {
    /// Email of the account
    #[arg(long, required_unless_present = "provider")]
    email: Option<String>,
    /// Sign in with a provider, such as google, in the browser
    #[arg(long, conflicts_with = "email")]
    provider: Option<String>,
    #[command(flatten)]
    description: DescriptionArgs,
}

/// The discovery document of a studio that does not serve one.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Studios without automatic setup")]
struct DescriptionArgs {
    /// URL of the sign-in server (Supabase project)
    #[arg(long, value_name = "URL", requires = "auth_key")]
    auth_url: Option<String>,
    /// Public (anon) key of the sign-in server
    #[arg(long, value_name = "KEY", requires = "auth_url")]
    auth_key: Option<String>,
    /// API URL, if not the same as the studio URL
    #[arg(long, value_name = "URL", requires = "auth_url")]
    api_url: Option<String>,
    /// WebSocket URL, if not /ws at the studio URL
    #[arg(long, value_name = "URL", requires = "auth_url")]
    ws_url: Option<String>,
    /// How to send the token to the WebSocket; by default, each way is tried
    #[arg(long, value_name = "HOW", requires = "auth_url", value_parser = ["auto", "header", "query", "subprotocol", "message"])]
    ws_token: Option<String>,
    /// Transport of live updates: the studio's own WebSocket, or Supabase Realtime
    #[arg(long, value_name = "NAME", requires = "auth_url", value_parser = ["socket", "realtime"])]
    transport: Option<String>,
    /// Topic of the Realtime channel, if not jobs:{user_id}
    #[arg(long, value_name = "TOPIC", requires = "transport")]
    realtime_topic: Option<String>,
    /// Table whose changes Realtime reports, if not video_jobs and video_metadata
    #[arg(long, value_name = "TABLE", requires = "transport")]
    realtime_table: Vec<String>,
    /// Sign-in method
    #[arg(long, value_name = "NAME", requires = "auth_url")]
    auth_provider: Vec<String>,
    /// Editable text, such as CHAPTERS
    #[arg(long, value_name = "FIELD", requires = "auth_url")]
    editable: Vec<String>,
    /// Feature, such as upload
    #[arg(long, value_name = "NAME", requires = "auth_url")]
    feature: Vec<String>,
}

impl DescriptionArgs {
    fn description(self) -> Option<Description> {
        let some = |names: Vec<String>| Some(names).filter(|names| !names.is_empty());
        self.auth_url.is_some().then(|| Description {
            api_url: self.api_url,
            ws_url: self.ws_url,
            auth_url: self.auth_url,
            auth_key: self.auth_key,
            auth_providers: some(self.auth_provider),
            ws_token: self.ws_token,
            transport: self.transport,
            realtime_topic: self.realtime_topic,
            realtime_tables: some(self.realtime_table),
            editable: some(self.editable),
            features: some(self.feature),
            ..Description::default()
        })
    }
}

/// Signs in and stores the session.
///
/// # Errors
/// Wrong usage, the reason why signing in failed, or why the session could not be stored.
pub async fn run(global: &Global, login: Login) -> Result<(), Error> {
    let Login { email, provider, description } = login;
    let (browser, pages) = Browser::channel();
    let handle = launch(global, Terminal::quiet(), browser)?;
    match description.description() {
        Some(description) => {
            let server = global.server.as_deref().ok_or_else(|| usage("No studio specified. Add --server URL."))?;
            handle.connect_as(parse_address(server)?, description).await?;
        }
        None => choose(global, &handle).await?,
    }
    let signed_in = match (provider, &email) {
        (Some(provider), _) => {
            let opener = tokio::spawn(open(pages));
            let signed_in = tokio::select! {
                signed_in = handle.sign_in_with(provider) => signed_in,
                () = super::watch::stop_signal() => Err(Error::new(Code::SignInDenied, "Sign-in cancelled.")),
            };
            opener.abort();
            signed_in
        }
        (None, Some(email)) => sign_in(&handle, email).await,
        (None, None) => Err(usage("No account specified. Add --email YOU or --provider NAME.")),
    };
    let status = handle.status().await;
    handle.shutdown().await;
    signed_in?;
    let status = status?;
    let server = status.server.map(|server| server.name).unwrap_or_default();
    let email = status.session.email.unwrap_or_default();
    if global.json {
        output::json(&serde_json::json!({ "state": "signed_in", "email": email, "server": server }));
    } else {
        output::line(&format!("Signed in to {server} as {email}"));
    }
    // If the session could not be stored, the next command would be signed out, so that is an error.
    let not_stored = status.session.warning.filter(|_| !global.no_keychain);
    not_stored.map_or(Ok(()), |Reason { code, message }| Err(Error::new(code, message)))
}

/// Opens each page in the browser, and prints its URL for machines without a browser.
async fn open(mut pages: mpsc::Receiver<Url>) {
    while let Some(page) = pages.recv().await {
        output::print_note(&format!("Finish signing in in your browser. If it doesn't open, go to {page}"));
        if Browser::system().open(&page).await.is_err() {
            output::print_note("Couldn't open a browser. Open the page in a browser on this computer.");
        }
    }
}
