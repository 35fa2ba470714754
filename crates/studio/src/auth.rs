//! Authentication: accounts with passwords, and access tokens.

pub mod accounts;
pub mod tokens;
