//! Opening a page in the person's own browser.

use std::{process::Stdio, time::Duration};

use tallylight_core::{Code, Error};
use tokio::sync::mpsc;
use url::Url;

/// A program that has not failed within this time has opened the page; some stay for as long as the browser does.
const STARTED: Duration = Duration::from_secs(5);
/// What must not be handed on to a browser: a secret, and how this program's own window is drawn.
const OWN: [&str; 2] = ["TALLYLIGHT_PASSWORD", "WEBKIT_DISABLE_DMABUF_RENDERER"];

/// Opens pages.
#[derive(Clone, Debug)]
pub struct Browser(Way);

#[derive(Clone, Debug)]
enum Way {
    System,
    Hand(mpsc::Sender<Url>),
}

impl Browser {
    /// Opens pages in the browser that the person has chosen.
    pub fn system() -> Self {
        Self(Way::System)
    }

    /// Hands pages to whoever opens them.
    pub fn by_hand() -> (Self, mpsc::Receiver<Url>) {
        let (sender, pages) = mpsc::channel(4);
        (Self(Way::Hand(sender)), pages)
    }

    /// Opens a page. Nothing but a web page: another scheme would start another program.
    ///
    /// # Errors
    /// Says that there is no browser, and which page it was.
    pub async fn open(&self, page: &Url) -> Result<(), Error> {
        if !matches!(page.scheme(), "http" | "https") {
            return Err(Error::new(Code::InvalidAddress, format!("{} links can't be opened in a browser.", page.scheme())));
        }
        match &self.0 {
            Way::System => start(page).await,
            Way::Hand(pages) => pages.send(page.clone()).await.map_err(|_| nothing_opens(page)),
        }
    }
}

async fn start(page: &Url) -> Result<(), Error> {
    for mut command in open::commands(page.as_str()) {
        for name in OWN {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(mut child) = tokio::process::Command::from(command).spawn() else { continue };
        match tokio::time::timeout(STARTED, child.wait()).await {
            Ok(Ok(status)) if status.success() => return Ok(()),
            Ok(_) => {}
            Err(_) => return Ok(()),
        }
    }
    Err(nothing_opens(page))
}

fn nothing_opens(page: &Url) -> Error {
    Error::new(Code::NotOffered, format!("Couldn't open a browser. Open this page manually: {page}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_but_a_web_page_is_opened() {
        let (browser, mut pages) = Browser::by_hand();
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
