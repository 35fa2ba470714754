//! Who may use the studio: accounts with passwords, and the tokens that sign a request.

pub mod accounts;
pub mod tokens;
