//! The exit codes of `tally` (docs/guide/terminal.md).

use std::process::ExitCode;

use tallylight_core::Code;

/// The command failed.
const FAILED: u8 = 1;
/// The command line is wrong; also the code of clap.
const WRONG_USAGE: u8 = 2;
/// The user is not signed in.
const NOT_SIGNED_IN: u8 = 3;
/// The backend cannot be reached.
const OUT_OF_REACH: u8 = 4;

/// Returns the exit code of an error.
pub fn exit_code(code: Code) -> ExitCode {
    ExitCode::from(number(code))
}

fn number(code: Code) -> u8 {
    match code {
        Code::InvalidAddress | Code::InsecureAddress => WRONG_USAGE,
        Code::SignedOut
        | Code::SessionExpired
        | Code::InvalidCredentials
        | Code::AccountBlocked
        | Code::SignInDenied
        | Code::SignInTimeout => NOT_SIGNED_IN,
        Code::Unreachable
        | Code::UntrustedCertificate
        | Code::ServerError
        | Code::RateLimited
        | Code::NotAStudio
        | Code::CaptivePortal => OUT_OF_REACH,
        Code::NotFound
        | Code::Forbidden
        | Code::NotAVideo
        | Code::TooLarge
        | Code::DiskFull
        | Code::NotOffered
        | Code::File
        | Code::Storage
        | Code::StorageUnreadable
        | Code::StorageNewer
        | Code::StorageSuspect
        | Code::Conflict
        | Code::WrongState
        | Code::InvalidContent
        | Code::Keychain
        | Code::KeychainLocked
        | Code::WrongKey
        | Code::SocketRefused
        | Code::NoSocket
        | Code::NothingReadable
        | Code::Closed
        | Code::Silent
        | Code::HandshakeTimeout
        | Code::MessageTooLarge
        | Code::Replaced
        | Code::Slept
        | Code::NetworkChanged
        | Code::LanguageModel
        | Code::ShuttingDown
        | Code::Internal
        | Code::Requested
        | Code::JobFailed => FAILED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_the_documented_ones() {
        for (code, number) in [
            (Code::JobFailed, 1),
            (Code::Internal, 1),
            (Code::ShuttingDown, 1),
            (Code::Keychain, 1),
            (Code::File, 1),
            (Code::Requested, 1),
            (Code::InvalidAddress, 2),
            (Code::InsecureAddress, 2),
            (Code::SignedOut, 3),
            (Code::SessionExpired, 3),
            (Code::InvalidCredentials, 3),
            (Code::Unreachable, 4),
            (Code::UntrustedCertificate, 4),
            (Code::NotAStudio, 4),
        ] {
            assert_eq!(exit_code(code), ExitCode::from(number), "{code:?}");
        }
    }
}
