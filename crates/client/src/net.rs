//! Everything that talks to a server: HTTP, the socket, sign-in pages, and the way there.

pub mod auth_api;
pub mod connector;
pub mod http;
pub mod language_model;
pub mod pkce;
pub mod redirect;
pub mod rest;
pub mod socket;
