//! A window of the same webview with one line of text: the baseline for the benchmark of the app's start.

use tauri::{
    WebviewUrl, WebviewWindowBuilder,
    http::{Response, header},
};

const PAGE: &str = "<!doctype html><title>Bare</title><p>Here I am.</p>\
    <script>requestAnimationFrame(() => performance.mark('list'))</script>";

fn main() -> tauri::Result<()> {
    let folder = std::env::args_os().nth(1).unwrap_or_default();
    tauri::Builder::default()
        .register_uri_scheme_protocol("bare", |_, _| {
            let page = Response::builder().header(header::CONTENT_TYPE, "text/html");
            page.body(PAGE.as_bytes().to_vec()).unwrap_or_default()
        })
        .setup(move |app| {
            let address = WebviewUrl::CustomProtocol("bare://localhost/".parse()?);
            WebviewWindowBuilder::new(app, "bare", address)
                .inner_size(960.0, 680.0)
                .data_directory(folder.into())
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
}
