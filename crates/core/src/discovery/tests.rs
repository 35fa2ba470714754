//! Tests of discovery.

use super::*;

#[test]
fn entered_url_is_completed() {
    for (typed, whole) in [
        ("acme.tv", "https://acme.tv/"),
        (" https://acme.tv ", "https://acme.tv/"),
        ("acme.tv:8443/studio", "https://acme.tv:8443/studio"),
        ("localhost:8000", "http://localhost:8000/"),
        ("127.0.0.1:8765", "http://127.0.0.1:8765/"),
        ("[::1]:8765", "http://[::1]:8765/"),
        ("https://localhost", "https://localhost/"),
        ("https://me:secret@acme.tv/?a#b", "https://acme.tv/"),
    ] {
        assert_eq!(parse_address(typed).expect(typed).as_str(), whole);
    }
}

#[test]
fn invalid_or_insecure_url_is_rejected() {
    for typed in ["", "  ", "two words", "ftp://acme.tv", "http://", "javascript:alert(1)"] {
        assert_eq!(parse_address(typed).expect_err(typed).code, Code::InvalidAddress, "{typed}");
    }
    for typed in [
        "http://acme.tv",
        "http://192.168.1.2:8000",
        "http://localhost.evil.tv",
        "http://studio.localhost",
        "http://[::ffff:8.8.8.8]",
        "http://0.0.0.0:8000",
    ] {
        assert_eq!(parse_address(typed).expect_err(typed).code, Code::InsecureAddress, "{typed}");
    }
}

#[test]
fn missing_fields_get_defaults_and_given_ones_are_kept() {
    let address = parse_address("acme.tv").expect("an address");
    let short =
        read(&address, Identity::Address, r#"{"auth_url":"https://x.supabase.co","auth_key":"k"}"#).expect("short");
    assert_eq!(short.ws_url.as_str(), "wss://acme.tv/ws");
    assert_eq!(short.api_url.as_str(), "https://acme.tv/");
    assert_eq!((short.name.as_str(), short.ws_token), ("acme.tv", WsToken::Auto));
    assert_eq!(short.editable, [Field::Title, Field::Description, Field::Tags]);
    assert!(!short.offers("upload"));

    let whole = r#"{"name":"Acme","api_url":"https://api.acme.tv","ws_url":"wss://api.acme.tv/ws","auth_url":"https://x.co",
        "auth_key":"k","auth_providers":["google"],"ws_token":"query","editable":["CHAPTERS","NEW"],"features":["upload"]}"#;
    let whole = read(&address, Identity::Address, whole).expect("whole");
    assert_eq!((whole.ws_token, whole.editable.as_slice()), (WsToken::Query, [Field::Chapters].as_slice()));
    assert!(whole.offers("upload"));
}

#[test]
fn unknown_value_is_rejected_with_the_valid_ones() {
    let address = parse_address("acme.tv").expect("an address");
    for (field, known) in [("ws_token", "header, query, subprotocol, message"), ("transport", "socket, realtime")] {
        let document = format!(r#"{{"auth_url":"x.co","auth_key":"k","{field}":"pigeon"}}"#);
        let error = read(&address, Identity::Address, &document).expect_err("unknown");
        assert!(error.message.contains(field) && error.message.contains(known), "{error}");
    }
    let odd = r#"{"auth_url":"x.co","auth_key":"k","name":5,"ws_auth_message":{"auth":"{token}"}}"#;
    let server = read(&address, Identity::Address, odd).expect("the rest of it");
    assert_eq!((server.name.as_str(), server.ws_auth_message.as_deref()), ("acme.tv", Some(r#"{"auth":"{token}"}"#)));
    let twice = r#"{"auth_url":"x.co","auth_key":"k","auth_providers":["google",null,"google",7],"editable":["TITLE","TITLE"]}"#;
    let server = read(&address, Identity::Address, twice).expect("each once");
    assert_eq!((server.auth_providers, server.editable), (vec!["google".to_owned()], vec![Field::Title]));
}

#[test]
fn document_with_insecure_url_is_rejected() {
    let address = parse_address("acme.tv").expect("an address");
    let plain = r#"{"auth_url":"http://x.co","auth_key":"k"}"#;
    assert_eq!(read(&address, Identity::Address, plain).expect_err("plain").code, Code::InsecureAddress);
    for no_studio in ["<html>", "{}", "[]", r#"{"auth_url":"two words","auth_key":"k"}"#, r#"{"auth_url":"x.co"}"#] {
        let error = read(&address, Identity::Address, no_studio).expect_err(no_studio);
        assert_eq!((error.code, error.field), (Code::NotAStudio, None), "{no_studio}");
    }
}

#[test]
fn user_can_describe_a_backend_without_discovery_document() {
    let address = parse_address("acme.tv").expect("an address");
    let described = |description: Description| description.complete(&address, Identity::Address, Source::Person);
    let text = |text: &str| Some(text.to_owned());
    let whole = Description {
        auth_url: text(" x.supabase.co "),
        auth_key: text("key"),
        ws_url: text("https://live.acme.tv/socket?v=2"),
        api_url: text(""),
        ..Description::default()
    };
    let server = described(whole.clone()).expect("enough");
    assert_eq!(server.auth_url.as_str(), "https://x.supabase.co/");
    assert_eq!(server.ws_url.as_str(), "wss://live.acme.tv/socket?v=2");
    assert_eq!((server.api_url.as_str(), server.source), ("https://acme.tv/", Source::Person));

    for (wrong, code, field) in [
        (Description { auth_url: None, ..whole.clone() }, Code::InvalidAddress, InputField::AuthUrl),
        (Description { auth_key: text(" "), ..whole.clone() }, Code::InvalidAddress, InputField::AuthKey),
        (Description { api_url: text("http://acme.tv"), ..whole.clone() }, Code::InsecureAddress, InputField::ApiUrl),
        (Description { ws_url: text("ftp://acme.tv"), ..whole }, Code::InvalidAddress, InputField::WsUrl),
    ] {
        let error = described(wrong).expect_err("wrong");
        assert_eq!((error.code, error.field), (code, Some(field)));
    }
}

#[test]
fn realtime_has_defaults_beside_the_auth_server() {
    let address = parse_address("acme.tv").expect("an address");
    let document = r#"{"auth_url":"https://xyz.supabase.co","auth_key":"k","transport":"realtime"}"#;
    let server = read(&address, Identity::Address, document).expect("a description");
    assert_eq!(server.ws_url.as_str(), "wss://xyz.supabase.co/realtime/v1/websocket");
    let tables = ["video_jobs", "video_metadata"].map(str::to_owned).to_vec();
    assert_eq!(server.transport, Transport::Realtime(Realtime { topic: "jobs:{user_id}".to_owned(), tables }));

    let document = r#"{"auth_url":"http://127.0.0.1:9","auth_key":"k","transport":" Realtime ","realtime_topic":"t",
        "realtime_tables":["a.b",5,"a.b"],"ws_url":"wss://live.acme.tv/realtime?vsn=2.0.0"}"#;
    let server = read(&address, Identity::Address, document).expect("a description");
    assert_eq!(server.ws_url.as_str(), "wss://live.acme.tv/realtime?vsn=2.0.0");
    assert_eq!(
        server.transport,
        Transport::Realtime(Realtime { topic: "t".to_owned(), tables: vec!["a.b".to_owned()] })
    );
}

#[test]
fn renamed_paths_are_read_and_wrong_ones_are_named() {
    let address = parse_address("acme.tv").expect("an address");
    let document = |endpoints: &str| format!(r#"{{"auth_url":"x.co","auth_key":"k","endpoints":{endpoints}}}"#);
    let server = read(&address, Identity::Address, &document(r#"{"jobs":"/mine","later":7}"#)).expect("a description");
    let url = server.endpoints.url(&server.api_url, ApiEndpoint::Jobs, None).expect("a URL");
    assert_eq!(url.as_str(), "https://acme.tv/mine");
    for wrong in [r#"{"jobs":7}"#, r#"{"jobs":"mine"}"#, r#"{"job":"/mine"}"#] {
        let error = read(&address, Identity::Address, &document(wrong)).expect_err(wrong);
        assert!(error.code == Code::NotAStudio && error.message.contains("endpoints.job"), "{error}");
    }
}
