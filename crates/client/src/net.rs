//! Network access: HTTP, REST, uploads, the socket, the auth server, the redirect of a browser sign-in, proxy and certificates.

pub mod auth_api;
pub mod connector;
pub mod http;
pub mod language_model;
pub mod pkce;
pub mod rest;
pub mod sign_in_callback;
pub mod socket;
pub mod upload;
