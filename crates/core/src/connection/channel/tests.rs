//! Tests of a channel, frame by frame as Supabase's protocol describes them.

use super::*;
use crate::protocol::{Change, Frame};

const TOPIC: &str = "realtime:jobs:u1";

fn token(text: &str) -> SecretString {
    text.to_owned().into()
}

fn config() -> ChannelConfig {
    ChannelConfig { topic: "jobs:u1".to_owned(), tables: vec!["video_jobs".to_owned()], ..ChannelConfig::default() }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn receive(channel: &mut Channel, frame: &Value) -> Vec<ChannelEffect> {
    channel.received(Received::from_text(&frame.to_string()))
}

fn reply(reference: &str, status: &str, response: &Value) -> Value {
    let payload = json!({ "status": status, "response": response });
    json!({ "topic": TOPIC, "event": "phx_reply", "ref": reference, "join_ref": "1", "payload": payload })
}

fn event(event: &str, payload: &Value) -> Value {
    json!({ "topic": TOPIC, "event": event, "ref": null, "payload": payload })
}

fn joined() -> Channel {
    let mut channel = Channel::new(config(), None);
    channel.join(&token("t1"));
    assert_eq!(receive(&mut channel, &reply("1", "ok", &json!({}))), [ChannelEffect::Joined]);
    channel
}

fn refused(reason: &str) -> Refusal {
    let mut channel = Channel::new(config(), None);
    channel.join(&token("t1"));
    let mut effects = receive(&mut channel, &reply("1", "error", &json!({ "reason": reason })));
    assert!(receive(&mut channel, &event("phx_close", &json!({}))).is_empty(), "nothing counts after a refusal");
    let effect = effects.remove(0);
    let ChannelEffect::Refused(refusal) = effect else { panic!("{reason}: {effect:?}") };
    assert!(effects.is_empty(), "{reason}: {effects:?}");
    refusal
}

#[test]
fn join_carries_the_token_and_asks_for_what_was_missed() {
    let config = ChannelConfig { replay_since: Some(1_764_500_000_000), ..config() };
    let text = Channel::new(config, None).join(&token("t1"));
    let join: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&join["topic"], &join["event"], &join["ref"]), (&json!(TOPIC), &json!("phx_join"), &json!("1")));
    assert_eq!(
        join["payload"],
        json!({
            "access_token": "t1",
            "config": {
                "broadcast": { "ack": false, "self": false, "replay": { "since": 1_764_500_000_000_u64, "limit": 25 } },
                "presence": { "enabled": false },
                "postgres_changes": [{ "event": "*", "schema": "public", "table": "video_jobs" }],
                "private": true,
            },
        })
    );
}

#[test]
fn refused_token_is_told_from_a_busy_server_and_from_a_missing_configuration() {
    for reason in [
        "InvalidJWTToken: Token has expired 12 seconds ago",
        "InvalidJWTToken: Fields `role` and `exp` are required in JWT",
        "Unauthorized: You do not have permissions to read from this Channel topic: jobs:u1",
        "MalformedJWT: The token provided is not a valid JWT",
        "JwtSignatureError: Failed to validate JWT signature",
        "You do not have permissions to read from this Channel topic: jobs:u1",
    ] {
        assert_eq!(refused(reason), Refusal::Auth, "{reason}");
    }
    for reason in [
        "TopicNameRequired: You must provide a topic name",
        "TenantNotFound: Tenant with the given ID does not exist",
        "RealtimeDisabledForTenant: Realtime disabled for this tenant",
        "RealtimeDisabledForConfiguration: no",
    ] {
        let Refusal::NoSocket(error) = refused(reason) else { panic!("{reason}") };
        assert!(error.message.contains(reason.split(':').next().expect("a code")), "{error}");
    }
    for (reason, code) in [
        ("ClientJoinRateLimitReached: Too many joins per second", Code::RateLimited),
        ("ChannelRateLimitReached: Too many channels", Code::RateLimited),
        ("ConnectionRateLimitReached: Too many connected users", Code::RateLimited),
        ("DatabaseLackOfConnections: Database can't accept more connections", Code::Closed),
        ("UnableToConnectToProject: Realtime was unable to connect to the project database", Code::Closed),
        ("InitializingProjectConnection: Realtime is initializing the project connection", Code::Closed),
        ("RealtimeRestarting: Realtime is restarting, please standby", Code::Closed),
        ("Unknown Error on Channel", Code::Closed),
        ("", Code::Closed),
    ] {
        let Refusal::Failed(error, None) = refused(reason) else { panic!("{reason}") };
        assert_eq!(error.code, code, "{reason}");
    }
}

#[test]
fn refused_replay_joins_again_without_it() {
    let mut channel = Channel::new(ChannelConfig { replay_since: Some(5), ..config() }, None);
    channel.join(&token("t1"));
    let reason = json!({ "reason": "UnableToReplayMessages: Replay params are not valid" });
    let effects = receive(&mut channel, &reply("1", "error", &reason));
    let [ChannelEffect::Send(text)] = effects.as_slice() else { panic!("{effects:?}") };
    let join: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(join["event"], "phx_join");
    assert_eq!(join["payload"]["config"]["broadcast"].get("replay"), None);
    assert_eq!(join["payload"]["access_token"], "t1");
    let answer = json!({ "topic": TOPIC, "event": "phx_reply", "ref": join["ref"], "payload": { "status": "ok" } });
    assert_eq!(receive(&mut channel, &answer), [ChannelEffect::Joined]);
}

#[test]
fn unanswered_heartbeat_ends_the_channel() {
    let mut channel = joined();
    assert_eq!(channel.deadline(), seconds(25));
    assert_eq!(channel.tick(seconds(24)), None);
    let Some(ChannelEffect::Send(text)) = channel.tick(seconds(25)) else { panic!("no heartbeat") };
    let heartbeat: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&heartbeat["topic"], &heartbeat["event"]), (&json!("phoenix"), &json!("heartbeat")));
    let answer = |reference: &Value| json!({ "topic": "phoenix", "event": "phx_reply", "ref": reference, "payload": { "status": "ok" } });
    assert!(receive(&mut channel, &answer(&json!("99"))).is_empty(), "the answer to something else");
    assert_eq!(channel.deadline(), seconds(35));
    let alive = ChannelEffect::Received(Ok(Frame::Accepted), None);
    assert_eq!(receive(&mut channel, &answer(&heartbeat["ref"])), [alive]);

    assert!(matches!(channel.tick(seconds(50)), Some(ChannelEffect::Send(_))));
    assert_eq!(channel.tick(seconds(59)), None);
    let Some(ChannelEffect::Closed(Closed::Lost(error))) = channel.tick(seconds(60)) else { panic!("still open") };
    assert_eq!(error.code, Code::Silent);
    assert_eq!(channel.tick(seconds(90)), None, "it has ended");
}

#[test]
fn fresh_token_is_sent_once_the_channel_is_joined() {
    let mut channel = Channel::new(config(), None);
    channel.join(&token("t1"));
    assert_eq!(channel.renew_token(&token("t2")), None);
    receive(&mut channel, &reply("1", "ok", &json!({})));
    let text = channel.renew_token(&token("t3")).expect("a frame");
    let push: Value = serde_json::from_str(&text).expect("JSON");
    let (event, payload) = (&push["event"], &push["payload"]);
    assert_eq!((event, payload), (&json!("access_token"), &json!({ "access_token": "t3" })));
    assert_eq!((&push["topic"], &push["join_ref"]), (&json!(TOPIC), &json!("1")));
}

#[test]
fn messages_and_changed_rows_are_received_with_their_ids() {
    let mut channel = joined();
    let message = json!({ "job_id": "7", "data": { "status": "PROCESSING" } });
    let broadcast = json!({ "event": "JOB_UPDATE", "type": "broadcast", "payload": message, "meta": { "id": "m1" } });
    let effects = receive(&mut channel, &event("broadcast", &broadcast));
    let [ChannelEffect::Received(Ok(Frame::Event(received)), Some(id))] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!((received.job_id.as_str(), id.as_str()), ("7", "m1"));

    let row = json!({ "type": "UPDATE", "schema": "public", "table": "video_jobs", "record": { "id": 8 } });
    let changed = ChannelEffect::Received(Ok(Frame::Changed(Change::Job("8".into()))), None);
    assert_eq!(receive(&mut channel, &event("postgres_changes", &json!({ "data": row }))), [changed]);

    let invalid = channel.received(Received::from_text("{"));
    assert!(matches!(invalid.as_slice(), [ChannelEffect::Received(Err(_), None)]));
    assert!(receive(&mut channel, &event("presence_state", &json!({}))).is_empty());
    assert!(receive(&mut channel, &event("system", &json!({ "status": "ok", "message": "Subscribed" }))).is_empty());
}

#[test]
fn error_close_and_system_error_end_the_channel() {
    let system = |message: &str| json!({ "status": "error", "extension": "system", "message": message });
    for frame in [
        event("phx_error", &json!({})),
        event("phx_close", &json!({})),
        event("system", &system("Too many messages per second")),
    ] {
        let mut channel = joined();
        let effects = receive(&mut channel, &frame);
        assert!(matches!(effects.as_slice(), [ChannelEffect::Closed(Closed::Lost(_))]), "{frame} {effects:?}");
        assert!(receive(&mut channel, &event("phx_close", &json!({}))).is_empty(), "once");

        let mut joining = Channel::new(config(), None);
        joining.join(&token("t1"));
        let effects = receive(&mut joining, &frame);
        assert!(matches!(effects.as_slice(), [ChannelEffect::Refused(Refusal::Failed(..))]), "{frame} {effects:?}");
    }
    for message in [
        "Token has expired 3 seconds ago",
        "Fields `role` and `exp` are required in JWT",
        "You no longer have permission to read from this Channel topic: jobs:u1",
    ] {
        let effects = receive(&mut joined(), &event("system", &system(message)));
        assert_eq!(effects, [ChannelEffect::Closed(Closed::Auth)], "{message}");
    }
}

#[test]
fn refused_tables_are_reported_before_the_channel_ends() {
    let message = "Unable to subscribe to changes with given parameters.";
    let payload = json!({ "status": "error", "extension": "postgres_changes", "message": message });
    let effects = receive(&mut joined(), &event("system", &payload));
    let refused = ChannelEffect::TablesRefused(message.to_owned());
    assert!(matches!(effects.as_slice(), [first, ChannelEffect::Closed(Closed::Lost(_))] if *first == refused));
}

#[test]
fn frames_of_an_earlier_join_or_another_topic_are_dropped() {
    let mut channel = Channel::new(ChannelConfig { replay_since: Some(5), ..config() }, None);
    channel.join(&token("t1"));
    let reason = json!({ "reason": "UnableToReplayMessages: no" });
    receive(&mut channel, &reply("1", "error", &reason));
    let answer =
        json!({ "topic": TOPIC, "event": "phx_reply", "ref": "2", "join_ref": "2", "payload": { "status": "ok" } });
    assert_eq!(receive(&mut channel, &answer), [ChannelEffect::Joined]);
    for old in [
        json!({ "topic": TOPIC, "event": "phx_close", "ref": "1", "payload": {} }),
        json!({ "topic": TOPIC, "event": "phx_close", "join_ref": "1", "ref": "1", "payload": {} }),
        json!({ "topic": TOPIC, "event": "phx_error", "join_ref": "1", "ref": null, "payload": {} }),
        json!({ "topic": "realtime:other", "event": "phx_close", "ref": null, "payload": {} }),
        reply("1", "error", &json!({ "reason": "Unauthorized: late" })),
    ] {
        assert!(receive(&mut channel, &old).is_empty(), "{old}");
    }
    let close = json!({ "topic": TOPIC, "event": "phx_close", "ref": "2", "payload": {} });
    assert!(matches!(receive(&mut channel, &close).as_slice(), [ChannelEffect::Closed(Closed::Lost(_))]));
}

#[test]
fn second_format_is_spoken_throughout() {
    let mut channel = Channel::new(ChannelConfig { version: Version::V2, ..config() }, None);
    let join: Value = serde_json::from_str(&channel.join(&token("t1"))).expect("JSON");
    assert_eq!((&join[0], &join[1], &join[2], &join[3]), (&json!("1"), &json!("1"), &json!(TOPIC), &json!("phx_join")));
    let answer = json!(["1", "1", TOPIC, "phx_reply", { "status": "ok", "response": { "postgres_changes": [] } }]);
    assert_eq!(receive(&mut channel, &answer), [ChannelEffect::Joined]);
    let Some(ChannelEffect::Send(text)) = channel.tick(seconds(25)) else { panic!("no heartbeat") };
    assert_eq!(text, r#"[null,"2","phoenix","heartbeat",{}]"#);
}
