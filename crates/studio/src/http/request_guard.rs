//! A middleware that rejects requests of web pages: every page in a browser on this computer can reach loopback.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::{AppState, problem};

/// Rejects a request for another host name (DNS rebinding) or from another origin (a page of another site).
pub async fn guard(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let own = app.settings.base.trim_start_matches("http://");
    let port = own.rsplit_once(':').map_or("", |(_, port)| port);
    if !is_own_host(request.headers(), port) {
        return problem(
            StatusCode::MISDIRECTED_REQUEST,
            "This studio only accepts requests to 127.0.0.1 and localhost",
        );
    }
    let foreign = request.headers().get(header::ORIGIN).is_some_and(|origin| !is_own_origin(origin.as_bytes(), port));
    if foreign {
        return problem(StatusCode::FORBIDDEN, "Requests from other websites aren't allowed");
    }
    next.run(request).await
}

fn is_own_host(headers: &HeaderMap, port: &str) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    own_names(port).iter().any(|own| own.eq_ignore_ascii_case(host))
}

fn is_own_origin(origin: &[u8], port: &str) -> bool {
    own_names(port).iter().any(|own| origin.eq_ignore_ascii_case(format!("http://{own}").as_bytes()))
}

fn own_names(port: &str) -> [String; 3] {
    ["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{port}"))
}
