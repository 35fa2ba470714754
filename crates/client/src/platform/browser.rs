//! Opens pages in the user's default browser.

use std::{process::Stdio, time::Duration};

use tallylight_core::{Code, Error};
use tokio::sync::mpsc;
use url::Url;

/// A program that has not failed within this time has opened the page. Some programs run as long as the browser does.
const START_TIMEOUT: Duration = Duration::from_secs(5);
/// Environment variables that the browser must not inherit: a secret, and the rendering of this program's window.
const PRIVATE_VARIABLES: [&str; 2] = ["TALLYLIGHT_PASSWORD", "WEBKIT_DISABLE_DMABUF_RENDERER"];

/// How pages are opened.
#[derive(Clone, Debug)]
pub struct Browser(Opener);

#[derive(Clone, Debug)]
enum Opener {
    System,
    Channel(mpsc::Sender<Url>),
}

impl Browser {
    /// Opens pages in the user's default browser.
    pub fn system() -> Self {
        Self(Opener::System)
    }

    /// Sends pages to the returned receiver instead of opening them.
    pub fn channel() -> (Self, mpsc::Receiver<Url>) {
        let (sender, pages) = mpsc::channel(4);
        (Self(Opener::Channel(sender)), pages)
    }

    /// Opens a web page. Other schemes are refused, because they could start other programs.
    ///
    /// # Errors
    /// [`Code::InvalidAddress`] for a scheme other than http or https; [`Code::NotOffered`] with the URL if no browser
    /// could be started.
    pub async fn open(&self, page: &Url) -> Result<(), Error> {
        if !matches!(page.scheme(), "http" | "https") {
            return Err(Error::new(
                Code::InvalidAddress,
                format!("{} links can't be opened in a browser.", page.scheme()),
            ));
        }
        match &self.0 {
            Opener::System => start(page).await,
            Opener::Channel(pages) => pages.send(page.clone()).await.map_err(|_| no_browser(page)),
        }
    }
}

async fn start(page: &Url) -> Result<(), Error> {
    for mut command in open::commands(page.as_str()) {
        for name in PRIVATE_VARIABLES {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(mut child) = tokio::process::Command::from(command).spawn() else { continue };
        match tokio::time::timeout(START_TIMEOUT, child.wait()).await {
            Ok(Ok(status)) if status.success() => return Ok(()),
            Ok(_) => {}
            Err(_) => return Ok(()),
        }
    }
    Err(no_browser(page))
}

fn no_browser(page: &Url) -> Error {
    Error::new(Code::NotOffered, format!("Couldn't open a browser. Open this page manually: {page}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_web_pages_are_opened() {
        let (browser, mut pages) = Browser::channel();
        for page in ["file:///etc/passwd", "javascript:alert(1)", "ssh://acme.tv", "data:text/html,x"] {
            let page = Url::parse(page).expect("a URL");
            assert!(browser.open(&page).await.is_err(), "{page}");
            assert!(Browser::system().open(&page).await.is_err(), "{page}");
        }
        let page = Url::parse("https://acme.tv/").expect("a URL");
        browser.open(&page).await.expect("opened");
        assert_eq!(pages.recv().await, Some(page));
    }
}
