use super::*;

fn failure(status: Option<u16>, code: Code) -> Failure {
    let status = status.map(|status| StatusCode::from_u16(status).expect("a status"));
    Failure { status, ..Failure::local(Error::new(code, "text")) }
}

#[test]
fn failure_is_temporary_uncertain_or_final() {
    use FailureKind::{Final, Temporary, Unauthorized, Uncertain};
    for (status, code, sent, kind) in [
        (Some(401), Code::SessionExpired, 10, Unauthorized),
        (Some(403), Code::Forbidden, 10, Final),
        (Some(413), Code::TooLarge, 5, Final),
        (Some(422), Code::ServerError, 10, Final),
        (Some(429), Code::RateLimited, 10, Temporary),
        (Some(423), Code::ServerError, 10, Temporary),
        (Some(500), Code::ServerError, 10, Uncertain),
        (Some(502), Code::ServerError, 9, Temporary),
        (Some(507), Code::DiskFull, 10, Final),
        (None, Code::Unreachable, 9, Temporary),
        (None, Code::Unreachable, 10, Uncertain),
        (None, Code::Silent, 10, Uncertain),
        (None, Code::CaptivePortal, 9, Temporary),
        (None, Code::CaptivePortal, 10, Uncertain),
        (None, Code::File, 10, Final),
    ] {
        let found = send_failure(failure(status, code), sent, 10);
        assert_eq!((found.kind, found.error.code), (kind, code), "{status:?} {code:?} {sent}");
    }
    let never_left = Failure { never_left: true, ..failure(None, Code::Unreachable) };
    assert_eq!(send_failure(never_left, 10, 10).kind, Temporary);
}
